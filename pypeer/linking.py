"""Links to one peer are made, by each road: ICE, TCP, and the relay inside the WebSocket."""

from typing import Final, Protocol

from pypeer.connect.connector import Connector
from pypeer.connect.detour import Detour, RelayFailed, Ways
from pypeer.connect.lanes import Event, Road
from pypeer.connect.tcp.calling import Calling
from pypeer.errors import ConnectError
from pypeer.links.link import Path
from pypeer.links.tls import TlsLink
from pypeer.links.webrtc import WebRtcLink
from pypeer.links.websocket import WebSocketLink
from pypeer.open_links import OpenLink
from pypeer.protocol import limits
from pypeer.protocol.report import ConnectionReport
from pypeer.protocol.sealed import Candidate, Description, Network, Relay, SealedMessage, Tcp
from pypeer.signaling_client.pair import Pair

SILENCE: Final = {True: Event.SILENT, False: Event.BACK}
"""What it is to a road that its link has gone silent, or has not any more."""


class Listener(Protocol):
    """Whoever wants links, and is told what becomes of each road."""

    def opened(self, road: Road, link: OpenLink) -> None:
        """A link is there."""

    def failed(self, road: Road, error: ConnectError) -> None:
        """An attempt came to nothing."""

    def happened(self, road: Road, event: Event) -> None:
        """Something else happened to the link of this road, or on the way to one."""

    def closed(self, road: Road, link: OpenLink) -> None:
        """This link has closed by itself."""

    def graded(self, road: Road, path: Path) -> None:
        """The link of this road leads over this path."""

    def moved(self, path: Path) -> None:
        """The link of ICE has another path."""

    def barred(self) -> None:
        """No datagram seems to get from one side to the other."""

    def reported(self, road: Road, report: ConnectionReport) -> None:
        """How an attempt went."""

    def is_direct(self, road: Road) -> bool:
        """Whether the link of this road leads straight to the other side."""


class Linking:
    """What both sides can. `stop` and `close` end what is under way."""

    def __init__(self, pair: Pair, ways: Ways, listener: Listener) -> None:
        self._pair = pair
        self._listener = listener
        self._connector = Connector(
            pair.role,
            pair.send,
            self._on_link,
            lambda error: listener.failed(Road.ICE, error),
            ways.gather,
            ways.gathered,
            lambda report: listener.reported(Road.ICE, report),
            lambda silent: listener.happened(Road.ICE, SILENCE[silent]),
            listener.barred,
        )
        self._detour = self._detour_by(ways)
        self._calling = self._calling_by(ways)

    @property
    def has_relay(self) -> bool:
        """Whether both sides can meet at the relay inside the WebSocket."""
        return self._detour is not None

    @property
    def has_tcp(self) -> bool:
        """Whether both sides can listen and dial."""
        return self._calling is not None

    def start(self, road: Road) -> None:
        """Try this road, which there is."""
        match road:
            case Road.ICE:
                self._connector.connect()
            case Road.TCP:
                assert self._calling is not None
                self._calling.start()
            case Road.RELAY:
                assert self._detour is not None
                self._detour.start()

    def handle(self, message: SealedMessage) -> None:
        """What the other side says of links; all else, and of roads that this side does not have, is ignored."""
        match message:
            case Description() | Candidate() | Network():
                self._connector.handle(message)
            case Tcp() if self._calling is not None:
                self._calling.handle(message)
            case Relay() if self._detour is not None:
                self._detour.handle(message)
            case _:
                pass

    async def stop(self) -> None:
        """Let go of what a link that stands does not need."""
        if self._detour is not None:
            await self._detour.close()
        if self._calling is not None:
            await self._calling.close()

    async def close(self) -> None:
        """After the links are closed: end the rest."""
        await self._connector.close()

    def _detour_by(self, ways: Ways) -> Detour | None:
        pair = self._pair
        if ways.access is None or not pair.can(limits.CAP_RELAY):
            return None
        return Detour(pair.role, ways.access, pair.bind, pair.send, self._on_relay_link, self._on_relay_failed)

    def _calling_by(self, ways: Ways) -> Calling | None:
        pair = self._pair
        if ways.tcp is None or not pair.can(limits.CAP_TCP):
            return None
        is_ice_direct = lambda: self._listener.is_direct(Road.ICE)  # noqa: E731
        return Calling(ways.tcp(pair), pair.send, self._on_tcp_link, self._on_tcp_failed, is_ice_direct)

    def _on_link(self, link: WebRtcLink) -> None:
        self._listener.graded(Road.ICE, link.path)
        link.watch_path(self._listener.moved)
        self._listener.opened(Road.ICE, link)

    def _on_relay_link(self, link: WebSocketLink) -> None:
        link.on_used = lambda: self._listener.happened(Road.RELAY, Event.USED)
        self._listener.opened(Road.RELAY, link)

    def _on_relay_failed(self, failed: RelayFailed) -> None:
        self._listener.reported(Road.RELAY, failed.report)
        self._listener.failed(Road.RELAY, failed.error)

    def _on_tcp_link(self, link: TlsLink, report: ConnectionReport) -> None:
        link.on_silent = lambda silent: self._listener.happened(Road.TCP, SILENCE[silent])
        link.on_lost = lambda: self._listener.closed(Road.TCP, link)
        self._listener.reported(Road.TCP, report)
        self._listener.graded(Road.TCP, link.path)
        self._listener.opened(Road.TCP, link)

    def _on_tcp_failed(self, error: ConnectError, report: ConnectionReport) -> None:
        self._listener.reported(Road.TCP, report)
        self._listener.failed(Road.TCP, error)
