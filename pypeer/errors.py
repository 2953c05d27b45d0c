"""Errors of a peer.

    PeerError
    ├── CodeError           the code cannot be one (mistyped)
    ├── MeetError           two peers did not come together
    │   ├── NotFoundError   nobody waits under the code
    │   └── RefusedError    wrong words, burned, used, busy, broken
    ├── DeclinedError       the other person said no
    ├── ServerError         the server cannot be reached, or answered with an error
    ├── ConnectError        no path between the two peers opened, or all closed
    ├── AbsentError         what was looked for in the directory is not there, or a contact is not here
    ├── AmbiguousError      several in the directory, or of the contacts, may be meant
    ├── BlockedError        our person has blocked whom this is about
    ├── NotAllError         not all of several contacts have what was sent; carries the most telling code and status
    ├── ChoiceError         nothing in the offer is what was asked for
    └── TransferError       a transfer ended early; carries the EndCode

The text of each is for the person who reads it: what happened, and what to do. `code` is the code on the wire or in
`--json`, `retry` whether the same may work later, `status` the exit status of the command.
"""

from pypeer.protocol.codes import EndCode, RefusalCode
from signaling.protocol.codes import ErrorCode


class PeerError(Exception):
    """Root of all errors of this package."""

    code: str = "internal"
    retry: bool = False
    status: int = 1


class CodeError(PeerError):
    """The text is no code and no link."""

    code = "bad-code"
    status = 2


class MeetError(PeerError):
    """Two peers did not come together."""

    code = "not-met"


class NotFoundError(MeetError):
    """Nobody waits under this code."""

    code = ErrorCode.UNKNOWN_LOCATOR.value
    status = 4


class RefusedError(MeetError):
    """The other side, or someone in between, refused before the pair was sealed."""

    def __init__(self, text: str, refusal: RefusalCode) -> None:
        super().__init__(text)
        self.code = refusal.value
        self.retry = refusal is RefusalCode.BUSY
        self.status = 4 if refusal in (RefusalCode.BURNED, RefusalCode.USED) else 1


class DeclinedError(PeerError):
    """The other person said no."""

    code = EndCode.DECLINED.value
    status = 3


class AbsentError(PeerError):
    """What was looked for in the directory is not there: a file, a folder, or somebody; or a contact is not here."""

    code = "not-found"
    status = 4


class AmbiguousError(PeerError):
    """Several in the directory may be meant; the text lists them."""

    code = "ambiguous"
    status = 2


class BlockedError(PeerError):
    """Our person has blocked whom this is about."""

    code = "blocked"


class NotAllError(PeerError):
    """Not all of several contacts have what was sent to them; `code` and `status` are those of the most telling end."""

    def __init__(self, text: str, code: str, status: int, retry: bool) -> None:
        super().__init__(text)
        self.code = code
        self.status = status
        self.retry = retry


class ChoiceError(PeerError):
    """Nothing in the offer is what was asked for, or it was asked for in a way that cannot be understood."""

    code = "no-match"


class ServerError(PeerError):
    """The server cannot be reached, or answered with an error; `bad-server` is an address that can be none."""

    def __init__(self, text: str, code: str = "server", retry: bool = True, wait: float | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.retry = retry
        self.wait = wait
        """Seconds after which the same may work, if the server told."""
        self.status = 2 if code == "bad-server" else 1


class ConnectError(PeerError):
    """No path opened between the peers, or the last one closed.

    `no-path`: both are there, and no way between them works. `peer-gone`: the other side is not there any more.
    `server-gone`: there is no server, and no link to do without it.
    """

    retry = True

    def __init__(self, text: str, code: str = "no-path") -> None:
        super().__init__(text)
        self.code = code


class TransferError(PeerError):
    """A transfer ended before its end."""

    def __init__(self, text: str, end: EndCode) -> None:
        super().__init__(text)
        self.code = end.value
        self.retry = end in (EndCode.CHANGED, EndCode.NO_SPACE, EndCode.INTERNAL)
