"""Everything between two peers once they have met: links come and go under one transfer session.

What is tried when, and which link the session uses, `pypeer.connect.roads` decides; this carries it out. The pair with
the server may end while a link lives: the transfer goes on, and only when that link breaks too is there no way back.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from pypeer import no_way
from pypeer.connect.connector import Connector
from pypeer.connect.detour import Access, Detour, RelayFailed, Ways
from pypeer.connect.lanes import Action, GiveUp, Leave, Lost, Road, State, Try, Use
from pypeer.connect.lanes import Event as RoadEvent
from pypeer.connect.roads import Roads
from pypeer.connect.tcp.calling import Calling
from pypeer.connect.tcp.terms import Terms
from pypeer.connect.ways import grade_of
from pypeer.errors import ConnectError, PeerError
from pypeer.events import Event
from pypeer.links.link import Link, Path
from pypeer.links.tls import TlsLink
from pypeer.links.webrtc import WebRtcLink
from pypeer.links.websocket import WebSocketLink
from pypeer.open_links import OpenLink, OpenLinks
from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Candidate, Description, Network, Part, Relay, SealedMessage, Tcp
from pypeer.protocol.report import ConnectionReport
from pypeer.secure.keys import Role
from pypeer.signaling_client import backoff
from pypeer.signaling_client.pair import Pair
from pypeer.telling import Telling
from pypeer.transfer.carried import TransferSession
from pypeer.transfer.endings import from_peer
from pypeer.watching import ServerWatch

RANKS: Final = {Road.TCP: 0, Road.ICE: 1, Road.RELAY: 2}
"""The session asks on one of them at a time: two flows to one peer would take two shares of a line that others use, and
what TCP carries costs a tenth of the work. Whether it is quicker, too, `pypeer.racing` finds out."""


class Conversation:
    """One transfer with one peer, over whatever links open."""

    def __init__(
        self, pair: Pair, session: TransferSession, ways: Ways, session_id: str, emit: Callable[[Event], None]
    ) -> None:
        self._pair = pair
        self._session = session
        self._tell = Telling(pair, session_id, emit)
        self._reports: dict[Road, ConnectionReport] = {}
        self._used: Road | None = None
        self._failed: ConnectError | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._watch = ServerWatch(lambda: bool(self._links), lambda: pair.is_reachable, self._on_forsaken)
        self._loop = asyncio.get_running_loop()
        leads = pair.role is Role.A  # who fetches
        self._links = OpenLinks(leads, session.attach, self._on_verdict, lambda road: self._roads.is_direct(road))
        self._connector = Connector(
            pair.role,
            pair.send,
            self._on_link,
            self._on_failed,
            ways.gather,
            ways.gathered,
            self._on_report,
            self._on_silence,
            self._on_barred,
        )
        self._detour = self._detour_by(ways.access if pair.can(limits.CAP_RELAY) else None)
        self._calling = self._calling_by(ways.tcp if pair.can(limits.CAP_TCP) else None)
        self._roads = Roads(
            pair.role,
            self._detour is not None,
            lambda failures: backoff.delay(failures, random.random()),
            self._calling is not None,
        )
        session.on_lost = self._on_lost
        session.on_idle = self._on_idle

    async def run(self) -> None:
        """Connect, and see the transfer through to its end; raises PeerError."""
        code: EndCode | None = EndCode.CANCELLED
        try:
            self._watch.look()
            if self._pair.role is Role.A:
                self._tell.wanted()
            self._do(self._roads.begin(self._loop.time()))
            self._pair.listen(self._on_message, self._on_pair_end)
            await self._session.wait()
            code = None
        except PeerError as error:
            code = no_way.END_CODES.get(error.code)
            raise
        finally:
            self._pair.part(code)
            await self.close()

    @property
    def open_roads(self) -> frozenset[Road]:
        """Those with a link, whether the session uses it or it stands by."""
        return frozenset(self._links)

    async def drop_link(self) -> None:
        """Close the present link, as a change of network would; another is made at once."""
        link = self._links.get(self._roads.carrying) if self._roads.carrying else None
        if link is not None:
            await link.close()

    async def close(self) -> None:
        """Close what is open, the link first: its last words are still on their way, and the connector would end it."""
        self._stop_timer()
        self._watch.stop()
        self._links.stop()
        if self._detour is not None:
            await self._detour.close()
        if self._calling is not None:
            await self._calling.close()
        await self._links.close()
        await self._connector.close()

    def _detour_by(self, access: Access | None) -> Detour | None:
        if access is None:
            return None
        pair = self._pair
        return Detour(pair.role, access, pair.bind, pair.send, self._on_relay_link, self._on_relay_failed)

    def _calling_by(self, terms: Callable[[Pair], Terms] | None) -> Calling | None:
        if terms is None:
            return None
        pair = self._pair
        return Calling(terms(pair), pair.send, self._on_tcp_link, self._on_tcp_failed, self._is_ice_direct)

    # What happens

    def _on_link(self, link: WebRtcLink) -> None:
        self._grade(Road.ICE, link.path)
        link.watch_path(self._on_ice_path)
        self._opened(Road.ICE, link)

    def _on_relay_link(self, link: WebSocketLink) -> None:
        link.on_used = lambda: self._happened(Road.RELAY, RoadEvent.USED)
        self._opened(Road.RELAY, link)

    def _on_tcp_link(self, link: TlsLink, report: ConnectionReport) -> None:
        link.on_silent = lambda silent: self._happened(Road.TCP, RoadEvent.SILENT if silent else RoadEvent.BACK)
        link.on_lost = lambda: self._on_link_lost(Road.TCP, link)
        self._on_report(report, Road.TCP)
        self._grade(Road.TCP, link.path)
        self._opened(Road.TCP, link)

    def _on_tcp_failed(self, error: ConnectError, report: ConnectionReport) -> None:
        self._failed = self._failed or error
        self._on_report(report, Road.TCP)
        self._happened(Road.TCP, RoadEvent.FAILED)

    def _on_link_lost(self, road: Road, link: Link) -> None:
        """A link has closed, whether or not the session uses it."""
        if self._links.get(road) is link and not self._session.has_ended:
            self._links.drop(road)
            self._happened(road, RoadEvent.LOST)

    def _opened(self, road: Road, link: OpenLink) -> None:
        self._failed = None
        self._links.put(road, link)  # the other side may notice first that one is dead
        self._happened(road, RoadEvent.OPENED)

    def _on_failed(self, error: ConnectError) -> None:
        self._failed = error if self._pair.is_reachable else self._cut_off()
        self._happened(Road.ICE, RoadEvent.FAILED)

    def _on_relay_failed(self, failed: RelayFailed) -> None:
        self._failed = self._failed or failed.error
        self._tell.attempt(failed.report)
        self._happened(Road.RELAY, RoadEvent.FAILED)

    def _on_silence(self, silent: bool) -> None:
        self._happened(Road.ICE, RoadEvent.SILENT if silent else RoadEvent.BACK)

    def _on_barred(self) -> None:
        self._do(self._roads.barred(self._loop.time()))

    def _on_lost(self) -> None:
        road = self._roads.carrying
        if road is not None:
            self._links.drop(road)
            self._happened(road, RoadEvent.LOST)

    def _on_message(self, message: SealedMessage) -> None:
        self._tell.wanted()
        match message:
            case Description() | Candidate() | Network():
                self._connector.handle(message)
            case Tcp() if self._calling is not None:
                self._calling.handle(message)
            case Relay() if self._detour is not None:
                self._detour.handle(message)
            case Part(code=None):
                self._on_pair_end()
            case Part(code=EndCode() as code):
                self._on_pair_end(from_peer(code, ""))
            case _:
                pass

    def _on_pair_end(self, error: PeerError | None = None) -> None:
        if error is not None and not self._links:
            # The pair does not know whether a transfer has begun, which decides what is to be said.
            self._session.fail(self._cut_off() if error.code == no_way.SERVER_GONE else error)
        self._do(self._roads.unpaired())

    def _grade(self, road: Road, path: Path) -> None:
        self._do(self._roads.graded(road, grade_of(path), self._loop.time()))

    def _is_ice_direct(self) -> bool:
        return self._roads.is_direct(Road.ICE)

    def _on_ice_path(self, path: Path) -> None:
        self._grade(Road.ICE, path)
        self._on_path(Road.ICE, path)

    def _on_path(self, road: Road, path: Path) -> None:
        if road is (self._links.raced or self._roads.carrying):
            self._tell.path(path)

    def _on_report(self, report: ConnectionReport, road: Road = Road.ICE) -> None:
        """What comes second to stand by is no news for the server."""
        self._reports[road] = report
        if self._roads.carrying in (None, Road.RELAY, road):
            self._tell.report(report, self._detour is not None)
        else:
            self._tell.attempt(report)

    def _on_verdict(self, road: Road, rates: Mapping[Road, float]) -> None:
        """Of two links, the one of this road carries what is bulk."""
        self._tell.path(self._links[road].path)
        if len(rates) > 1:
            self._tell.raced(self._reports[road], road, rates)

    def _on_forsaken(self) -> None:
        self._session.fail(self._cut_off())

    def _cut_off(self) -> ConnectError:
        return no_way.cut_off(has_begun=self._used is not None)

    # What is done about it

    def _happened(self, road: Road, event: RoadEvent) -> None:
        self._do(self._roads.happened(road, event, self._loop.time()))

    def _tick(self) -> None:
        self._timer = None
        self._do(self._roads.tick(self._loop.time()))

    def _do(self, actions: Iterable[Action]) -> None:
        for action in actions:
            match action:
                case Try(road=Road.ICE):
                    self._connector.connect()
                case Try(road=Road.TCP):
                    assert self._calling is not None
                    self._calling.start()
                case Try():
                    assert self._detour is not None
                    self._detour.start()
                case Use():
                    self._use(action.road)
                case Leave():
                    self._links.drop(action.road)
                case Lost():
                    self._tell.lost()
                case GiveUp():
                    self._give_up()
        self._links.look()
        self._set_timer()

    def _use(self, road: Road) -> None:
        """Move the session: what is on its way over a relay still arrives, what was on a broken path is asked again."""
        link = self._links.get(road)
        if link is None:
            return  # everything is being closed, and something has fallen silent meanwhile
        self._used = road
        if road is Road.RELAY:
            self._tell.relayed(link.path)
        self._tell.moves()
        self._on_path(road, link.path)
        self._session.attach(link, RANKS[road], alone=not self._has_others(road))

    def _has_others(self, road: Road) -> bool:
        """Whether what is on its way on another link will still arrive."""
        return any(self._roads.state(each) is State.OPEN for each in self._links if each is not road)

    def _on_idle(self, link: Link) -> None:
        """All that was on its way there has arrived."""
        if link is self._links.get(Road.RELAY):
            self._do(self._roads.idle(Road.RELAY))

    def _give_up(self) -> None:
        if self._failed is not None:
            self._tell.failed()
        self._session.fail(self._failed or no_way.gone())

    def _set_timer(self) -> None:
        self._stop_timer()
        deadline = self._roads.deadline
        if deadline is not None:
            self._timer = self._loop.call_at(deadline, self._tick)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
