"""Everything between two peers once they have met: links come and go under one transfer session.

What is tried when, and which link the session uses, `pypeer.connect.roads` decides; this carries it out. The pair with
the server may end while a link lives: the transfer goes on, and only when that link breaks too is there no way back.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping

from pypeer import no_way
from pypeer.connect.detour import Ways
from pypeer.connect.lanes import Action, GiveUp, Leave, Lost, Road, State, Try, Use
from pypeer.connect.lanes import Event as RoadEvent
from pypeer.connect.roads import Roads
from pypeer.connect.ways import grade_of
from pypeer.errors import ConnectError, PeerError
from pypeer.events import Event
from pypeer.links.link import Link, Path
from pypeer.open_links import RANKS, OpenLink, OpenLinks
from pypeer.protocol.codes import EndCode
from pypeer.protocol.report import ConnectionReport
from pypeer.protocol.sealed import Part, SealedMessage
from pypeer.secure.keys import Role
from pypeer.signaling_client import backoff
from pypeer.signaling_client.pair import Pair
from pypeer.telling import Telling
from pypeer.transfer.carried import TransferSession
from pypeer.transfer.endings import from_peer
from pypeer.watching import ServerWatch


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
        self._links = OpenLinks(leads, session.attach, self._on_verdict, self.is_direct)
        from pypeer.linking import Linking

        self._linking = Linking(pair, ways, self)
        self._roads = Roads(
            pair.role,
            self._linking.has_relay,
            lambda failures: backoff.delay(failures, random.random()),
            self._linking.has_tcp,
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
        await self._linking.stop()
        await self._links.close()
        await self._linking.close()

    # What happens to roads

    def opened(self, road: Road, link: OpenLink) -> None:
        """A link is there."""
        self._failed = None
        self._links.put(road, link)  # the other side may notice first that one is dead
        self.happened(road, RoadEvent.OPENED)

    def failed(self, road: Road, error: ConnectError) -> None:
        """An attempt came to nothing."""
        if road is Road.ICE:
            self._failed = error if self._pair.is_reachable else self._cut_off()
        else:
            self._failed = self._failed or error
        self.happened(road, RoadEvent.FAILED)

    def happened(self, road: Road, event: RoadEvent) -> None:
        """Something happened on a road."""
        self._do(self._roads.happened(road, event, self._loop.time()))

    def closed(self, road: Road, link: OpenLink) -> None:
        """A link has closed, whether or not the session uses it."""
        if self._links.get(road) is link and not self._session.has_ended:
            self._links.drop(road)
            self.happened(road, RoadEvent.LOST)

    def graded(self, road: Road, path: Path) -> None:
        """The link of this road leads over this path."""
        self._do(self._roads.graded(road, grade_of(path), self._loop.time()))

    def moved(self, path: Path) -> None:
        """The link of ICE has another path."""
        self.graded(Road.ICE, path)
        self._on_path(Road.ICE, path)

    def barred(self) -> None:
        """No datagram seems to get from one side to the other."""
        self._do(self._roads.barred(self._loop.time()))

    def reported(self, road: Road, report: ConnectionReport) -> None:
        """How an attempt went. What comes second to stand by is no news for the server."""
        if road is not Road.RELAY:
            self._reports[road] = report
        if road is not Road.RELAY and self._roads.carrying in (None, Road.RELAY, road):
            self._tell.report(report, self._linking.has_relay)
        else:
            self._tell.attempt(report)

    def is_direct(self, road: Road) -> bool:
        """Whether the link of this road leads straight to the other side."""
        return self._roads.is_direct(road)

    # What happens to the session and the pair

    def _on_lost(self) -> None:
        road = self._roads.carrying
        if road is not None:
            self._links.drop(road)
            self.happened(road, RoadEvent.LOST)

    def _on_message(self, message: SealedMessage) -> None:
        self._tell.wanted()
        match message:
            case Part(code=None):
                self._on_pair_end()
            case Part(code=EndCode() as code):
                self._on_pair_end(from_peer(code, ""))
            case _:
                self._linking.handle(message)

    def _on_pair_end(self, error: PeerError | None = None) -> None:
        if error is not None and not self._links:
            # The pair does not know whether a transfer has begun, which decides what is to be said.
            self._session.fail(self._cut_off() if error.code == no_way.SERVER_GONE else error)
        self._do(self._roads.unpaired())

    def _on_path(self, road: Road, path: Path) -> None:
        if road is (self._links.raced or self._roads.carrying):
            self._tell.path(path)

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

    def _tick(self) -> None:
        self._timer = None
        self._do(self._roads.tick(self._loop.time()))

    def _do(self, actions: Iterable[Action]) -> None:
        for action in actions:
            match action:
                case Try():
                    self._linking.start(action.road)
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
