"""How the end of a transfer is told to people: what happened, and what to do."""

from typing import Final

from pypeer.errors import DeclinedError, PeerError, TransferError
from pypeer.protocol.codes import EndCode
from pypeer.transfer.names import printable

TEXTS: Final = {
    EndCode.CANCELLED: "the other side cancelled the transfer",
    EndCode.DECLINED: "the other side declined",
    EndCode.CHANGED: "the file changed while it was being sent; send it again to get the new content",
    EndCode.VANISHED: "the file was removed or can no longer be read at the other side",
    EndCode.CORRUPT: "the data did not match its hash; try again",
    EndCode.NO_SPACE: "the receiver's disk is full; free some space and fetch again to go on",
    EndCode.UNWRITABLE: "the receiver cannot write there; choose another folder",
    EndCode.BAD_MANIFEST: "the offer names files that cannot be; the other side is broken or hostile",
    EndCode.TOO_MANY_ENTRIES: "the offer has too many files; pack them into an archive first",
    EndCode.PROTOCOL: "the two programs do not understand each other; update both",
    EndCode.VERSION: "the two programs have no common version; update the older one",
    EndCode.EXPIRED: "the offer is over; ask for a new one",
    EndCode.INTERNAL: "the program at the other side failed; try again",
}

THERE: Final = TEXTS | {
    EndCode.CHANGED: "the file has changed at the one who serves it since it was offered; ask its sender for it again"
}
"""The same, to whoever is told of it by the other side."""


def from_peer(code: EndCode, message: str) -> PeerError:
    """The error for an end that the other side caused; its words are shown, but cannot deceive."""
    text = f"{THERE[code]} ({printable(message)})" if message else THERE[code]
    return DeclinedError(text) if code is EndCode.DECLINED else TransferError(text, code)
