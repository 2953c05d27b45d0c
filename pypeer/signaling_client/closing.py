"""What it means that the server has closed the connection (docs/protocol.md, "Of a close"); pure."""

from pypeer.errors import ServerError
from signaling.protocol.codes import Action, CloseCode


def reconnects(code: int) -> bool:
    """Whether a new connection may help."""
    return code in CloseCode.__members__.values() and CloseCode(code).action is Action.RECONNECT


def refused(code: int) -> ServerError:
    """Why it does not, for the person."""
    reasons = {
        CloseCode.VERSION: "The server speaks another version of Byway: update this program, or the server.",
        CloseCode.SIGN_IN: "The server refused the sign-in: the address in --server must be the one the server knows "
        "itself by (its --public-url), and nothing between may rewrite the Host header.",
        CloseCode.REPLACED: "The session was taken over by another connection of the same identity.",
        CloseCode.SIGN_IN_TIMEOUT: "The server waited too long for the sign-in.",
        CloseCode.ERRORS: "The server closed the connection after too many errors.",
    }
    text = reasons.get(CloseCode(code) if code in CloseCode.__members__.values() else CloseCode.MALFORMED)
    return ServerError(
        text or f"The server closed the connection for good (code {code}).", f"close-{code}", retry=False
    )
