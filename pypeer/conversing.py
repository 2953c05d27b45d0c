"""What a conversation is made from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from pypeer.connect.detour import Access
from pypeer.connect.gathering import Gathering
from pypeer.errors import PeerError
from pypeer.events import PathChanged
from pypeer.links.link import Link, Path
from pypeer.protocol.codes import EndCode

END_CODES: Final = {code.value: code for code in EndCode}
"""What the other side can be told of an error; it knows by itself that there was no way."""


class TransferSession(Protocol):
    """What a conversation needs of a transfer (pypeer.transfer.session)."""

    on_lost: Callable[[], None]
    on_idle: Callable[[Link], None]

    def attach(self, link: Link, rank: int | None = None) -> None:
        """Go on over this link too, or, without a rank, over this link only, which may be attached already."""

    def fail(self, error: PeerError) -> None:
        """End with an error."""

    async def wait(self) -> object:
        """Wait for the end; raises PeerError."""


class Relays(Protocol):
    """What a conversation needs of the relays of its pair (pypeer.relaying)."""

    @property
    def access(self) -> Access | None:
        """The way to the relay inside a WebSocket, if there is one."""

    def gather(self) -> Gathering:
        """Sockets and candidates for one link."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What may lead to one peer: `relays`, which make sockets too, and `gathered`, the first."""

    relays: Relays
    gathered: Gathering


def path_event(path: Path, session_id: str) -> PathChanged:
    """How the two are connected, as an event."""
    return PathChanged(session=session_id, way=path.way, scope=path.scope, local=path.local, remote=path.remote)
