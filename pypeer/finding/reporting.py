"""Telling the operator of a server what is wrong with a file, or with what a peer publishes."""

from typing import Final

from pypeer.errors import AbsentError, CodeError
from pypeer.finding.directory import PATIENCE_S, Directory
from pypeer.finding.found import Hit
from pypeer.finding.sought import Sought
from pypeer.finding.targets import ByHandle, parse
from pypeer.secure.encoding import b64
from pypeer.signaling_client.client import SignalingClient
from signaling.protocol.flags import Fault, Flag
from signaling.protocol.messages import Ok

NOTE_CHARS: Final = 256
"""Longest note: what fits a line of a log."""


async def report(client: SignalingClient, what: str, fault: Fault, note: str) -> int:
    """See pypeer.api.Peer.report. Only what everybody finds: what is in a sealed space the operator cannot see."""
    target = parse(what)
    if isinstance(target, ByHandle):
        hits = await Directory(client).search(Sought(handle=target.handle, peer=target.peer))
        root, libraries = _of(hits)
    elif target is not None and not target.path:
        root = None
        libraries = [each.library for each in await Directory(client).libraries() if each.peer == target.peer]
    else:
        raise CodeError(
            f"{what[:80]!r} is nothing to report: say the handle of a file, byway:PEERID/HANDLE, or byway:PEERID/ for "
            "all that a peer publishes; `pypeer search` and `pypeer peers` show them."
        )
    if not libraries:
        raise AbsentError("That is not here any more, so there is nothing to report.")
    for library in libraries:
        await client.ask(Flag(id=1, library=library, fault=fault, root=root, note=note[:NOTE_CHARS]), Ok, PATIENCE_S)
    return len(libraries)


def _of(hits: list[Hit]) -> tuple[str | None, list[str]]:
    """The root, as messages have it, and the libraries in which it is."""
    if not hits:
        return None, []
    return b64(bytes.fromhex(hits[0].root)), [source.library for source in hits[0].sources]
