"""One link from its description to its end: gathering, ICE, DTLS, SCTP; and its restarts while it stands.

    told (offer or answer) -> described (both descriptions are here) -> open -> closed
    and, while open: offer again, or answer again, for an ICE restart

Role A makes the first offer. Restarts follow the perfect negotiation of WebRTC (W3C webrtc, section 10.7): any side may
offer; when two offers cross, the polite side (B) takes its own back.
"""

import asyncio
from collections.abc import Callable
from typing import Literal

from pypeer.connect import description as sdp
from pypeer.connect.addresses import scope_between
from pypeer.connect.description import Setup
from pypeer.connect.gathering import Gathering
from pypeer.connect.ice.candidate import Candidate
from pypeer.connect.ice.checks import IceRole
from pypeer.connect.ice.effects import State as IceState
from pypeer.connect.ice.pairs import Pair
from pypeer.connect.link_state import TRANSITIONS, State
from pypeer.connect.path import PathTransport
from pypeer.connect.prospects import Side, is_barred
from pypeer.connect.reporting import Stopwatch, report
from pypeer.connect.telling import Telling
from pypeer.connect.theirs import Theirs
from pypeer.connect.ways import path_of
from pypeer.links.channel import Channel
from pypeer.links.link import Path
from pypeer.protocol.report import ConnectionReport
from pypeer.protocol.sealed import Description, Network, SealedMessage
from pypeer.secure.keys import Role
from pypeer.tasks import Tasks


class Attempt:
    """One link. `on_open` and `on_failed` are called once at most, `on_ice` at each change of the state of ICE.

    `on_barred` is called when no datagram seems to get through (pypeer.connect.prospects), perhaps more than once.
    """

    def __init__(
        self, number: int, role: Role, gathering: Gathering, send: Callable[[SealedMessage], None], knew: float
    ) -> None:
        self.number = number
        self.state = State.NEW
        self.on_open: Callable[[], None] = lambda: None
        self.on_failed: Callable[[], None] = lambda: None
        self.on_ice: Callable[[IceState], None] = lambda state: None
        self.on_path: Callable[[], None] = lambda: None
        self.on_barred: Callable[[], None] = lambda: None
        self.watch = Stopwatch(knew)
        self._role = role
        self._send = send
        self._gathering = gathering
        self.transport = PathTransport(gathering, IceRole.CONTROLLING if role is Role.A else IceRole.CONTROLLED)
        self.channel = Channel(self.transport)
        self._setup = Setup.PASSIVE if role is Role.A else Setup.ACTIVE
        self._mid = "0"
        self._version = 0
        self._awaits_answer = False
        self._usable = asyncio.Event()
        self._tasks = Tasks()
        self._theirs = Theirs(self.transport, self._tasks)
        self._telling = Telling(number, send, lambda: self.transport.mapping)
        self.transport.on_selected = self._selected
        self.transport.on_state = self._ice_changed
        self.channel.on_open = self._opened

    def __repr__(self) -> str:
        return f"<Attempt {self.number} {self.state.value} {self.transport.agent!r}>"

    # Descriptions

    def offer(self) -> None:
        """Make the first offer."""
        self._become(State.OFFERED)
        self._awaits_answer = True
        self._gathering.listen(self._candidate, self._all_found, self._mapped)
        self._describe("offer", Setup.ACTPASS)

    def restart(self) -> None:
        """Offer again, with new ICE credentials."""
        if self.state is State.OPEN:
            self._awaits_answer = True
            self.transport.restart(IceRole.CONTROLLING)
            self._describe("offer", Setup.ACTPASS)

    def receive(self, message: Description) -> None:
        """A description of the other side; raises DescriptionError."""
        if message.kind == "offer":
            self._offered(message)
        elif self._awaits_answer:
            self._awaits_answer = False
            remote = sdp.read(message.sdp)
            self._take(remote, late=remote.is_of_browser)

    def add(self, lines: tuple[str, ...]) -> None:
        """Candidates of the other side, none at their end; before its description they wait."""
        self._theirs.add(lines)
        self._judge()

    def networked(self, message: Network) -> None:
        """What the other side says of its NAT."""
        self.transport.remote_mapping(message.mapping)
        self._judge()

    def _offered(self, message: Description) -> None:
        if self.state is State.NEW:
            self._gathering.listen(self._candidate, self._all_found, self._mapped)
        elif self._awaits_answer and self._role is Role.A:
            return  # glare: ours stands, the polite side takes its own back
        elif not self._awaits_answer:
            self.transport.restart(IceRole.CONTROLLED)
        self._awaits_answer = False
        remote = sdp.read(message.sdp)
        self._mid = remote.mid
        self._describe("answer", self._setup)
        self._take(remote, late=True)

    def _describe(self, kind: Literal["offer", "answer"], setup: Setup) -> None:
        self._version += 1
        described = sdp.Description(
            credentials=self.transport.agent.local,
            fingerprints=self.channel.dtls.fingerprints,
            setup=setup,
            mid=self._mid,
            candidates=self._telling.described(),
            sctp_init=self.channel.association.local_init,
        )
        text = sdp.write(described, self._version)
        self._send(Description(link=self.number, kind=kind, sdp=text))
        self._telling.network()
        self._judge()

    def _take(self, remote: sdp.Description, late: bool) -> None:
        self.transport.remote_credentials(remote.credentials, late)
        self._theirs.described(remote.candidates)
        self._judge()
        if self.state in (State.NEW, State.OFFERED):
            self._become(State.DESCRIBED)
            self.watch.described = self._now()
            if remote.setup in (Setup.ACTIVE, Setup.PASSIVE):
                self._setup = Setup.PASSIVE if remote.setup is Setup.ACTIVE else Setup.ACTIVE
            self._tasks.spawn(self._secure(remote))

    # Candidates

    def _candidate(self, base: int, candidate: Candidate) -> None:
        self.transport.local_candidate(base, candidate)
        self._telling.found(candidate, self.transport.agent.local.ufrag)

    def _mapped(self) -> None:
        """It is known better what the NAT here does."""
        self.transport.local_mapping()
        self._telling.network()
        self._judge()

    def _all_found(self) -> None:
        if self.watch.gathered is None:
            self.watch.gathered = self._now()
        self.transport.local_end()
        self._tasks.spawn(self._end_candidates())

    async def _end_candidates(self) -> None:
        """After the description, which is sent by whoever is at work now."""
        self._telling.end()
        self._judge()

    def _judge(self) -> None:
        """Whether there is hope for datagrams."""
        here = frozenset(candidate.family for _, candidate in self.transport.agent.locals)
        ours = Side(self.transport.mapping, here, self._gathering.is_done)
        if self.state is not State.OPEN and is_barred(ours, self._theirs.side):
            self.on_barred()

    # The stack above the path

    async def _secure(self, remote: sdp.Description) -> None:
        if self._setup is Setup.ACTIVE:
            await self._usable.wait()
        is_secure = await self.channel.secure(remote, self._setup)
        if self.state is State.CLOSED:
            return  # what waits for a datagram may swallow that it was cancelled (asyncio.wait_for before Python 3.12)
        if not is_secure:
            self._fail()
            return
        self.watch.secured = self._now()
        self.channel.associate(remote)

    def _selected(self, pair: Pair) -> None:
        if self.watch.checked is None:
            self.watch.checked = self._now()
        else:
            self.channel.path_changed()
        self._usable.set()
        self.on_path()

    def _ice_changed(self, state: IceState) -> None:
        if state is IceState.FAILED and self.state is not State.OPEN:
            self._fail()
        self.on_ice(state)

    def _opened(self) -> None:
        self._become(State.OPEN)
        self.watch.opened = self._now()
        self.on_open()

    def _fail(self) -> None:
        if self.state not in (State.OPEN, State.CLOSED):
            self.on_failed()

    # What it is

    def path(self) -> Path | None:
        """How the two are connected now."""
        pair = self.transport.selected
        if pair is None:
            return None
        scope = scope_between(pair.local.host, pair.remote.host)
        return path_of(pair, self._role is Role.A, scope, self._gathering.leased)

    def report(self, succeeded: bool) -> ConnectionReport:
        """The connection report of this link, as it stands."""
        networks = self.transport.mapping, self.transport.there
        path = self.path() if succeeded else None
        agent, options = self.transport.agent, self._gathering.options
        troubles = tuple(self._gathering.relays.troubles)
        return report(self.number, path, agent, networks, self.watch.phases(), options, troubles)

    async def close(self) -> None:
        """Close everything; safe to call twice."""
        if self.state is State.CLOSED:
            return
        self._become(State.CLOSED)
        self._telling.close()
        self._tasks.cancel()
        await self._tasks.wait()
        await self.channel.close()
        await self._gathering.wait_closed()

    def _become(self, state: State) -> None:
        assert state in TRANSITIONS[self.state], f"{self.state} to {state}"
        self.state = state

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
