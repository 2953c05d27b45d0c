"""What it means that the server has closed the connection (docs/protocol.md, "Of a close"); pure."""

from typing import Final

from pypeer.errors import ServerError
from signaling.protocol.codes import Action, CloseCode, ErrorCode


def reconnects(code: int) -> bool:
    """Whether a new connection may help."""
    return code in CloseCode.__members__.values() and CloseCode(code).action is Action.RECONNECT


REFUSALS: Final[dict[str, str]] = {
    ErrorCode.ACCESS_WORD.value: "The server is private, and the access word is missing or is another one: ask its "
    "operator for it, and say it with --access-word or in BYWAY_ACCESS_WORD.",
    ErrorCode.NOT_ADMITTED.value: "The operator of the server does not admit you: ask there, and tell your id, {peer}.",
}
"""Refused sign-ins that have more to say than the close."""


def refused(code: int, refusal: str | None = None, peer: str = "") -> ServerError:
    """Why it does not, for the person; `refusal` is the code of the error that said so, if one did, and `peer` the id
    of this peer."""
    if code == CloseCode.SIGN_IN and refusal is not None and refusal in REFUSALS:
        return ServerError(REFUSALS[refusal].format(peer=peer), refusal, retry=False)
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
