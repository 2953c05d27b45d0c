"""One link from its description to its end: gathering, ICE, DTLS, SCTP; and its restarts while it stands.

    told (offer or answer) -> described (both descriptions are here) -> open -> closed
    and, while open: offer again, or answer again, for an ICE restart

Role A makes the first offer. Restarts follow the perfect negotiation of WebRTC (W3C webrtc, section 10.7): any side may
offer; when two offers cross, the polite side (B) takes its own back.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from typing import Final, Literal

from pypeer.connect import description as sdp
from pypeer.connect.addresses import scope_between
from pypeer.connect.description import Setup
from pypeer.connect.gathering import Gathering
from pypeer.connect.ice.candidate import Candidate, CandidateError, parse, to_line
from pypeer.connect.ice.checks import IceRole
from pypeer.connect.ice.effects import State as IceState
from pypeer.connect.ice.pairs import Pair
from pypeer.connect.mdns import resolve_mdns
from pypeer.connect.path import PathTransport
from pypeer.connect.reporting import Stopwatch, report
from pypeer.connect.ways import path_of
from pypeer.links.channel import Channel
from pypeer.links.link import Path
from pypeer.protocol import messages
from pypeer.protocol.codes import Mapping
from pypeer.protocol.messages import Description, Network, SealedMessage
from pypeer.protocol.report import ConnectionReport
from pypeer.secure.keys import Role
from pypeer.tasks import Tasks

BATCH_S: Final = 0.02
"""Candidates found within this time go in one message: two servers answer about at once."""

BATCH_CANDIDATES: Final = 64
"""As many as one message holds (schema of `candidate`)."""


class State(Enum):
    """How far the link is."""

    NEW = "new"
    OFFERED = "offered"
    DESCRIBED = "described"
    OPEN = "open"
    CLOSED = "closed"


TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.NEW: frozenset({State.OFFERED, State.DESCRIBED, State.CLOSED}),
    State.OFFERED: frozenset({State.DESCRIBED, State.CLOSED}),
    State.DESCRIBED: frozenset({State.OPEN, State.CLOSED}),
    State.OPEN: frozenset({State.CLOSED}),
    State.CLOSED: frozenset(),
}


class Attempt:
    """One link. `on_open` and `on_failed` are called once at most, `on_ice` at each change of the state of ICE."""

    def __init__(
        self, number: int, role: Role, gathering: Gathering, send: Callable[[SealedMessage], None], knew: float
    ) -> None:
        self.number = number
        self.state = State.NEW
        self.on_open: Callable[[], None] = lambda: None
        self.on_failed: Callable[[], None] = lambda: None
        self.on_ice: Callable[[IceState], None] = lambda state: None
        self.on_path: Callable[[], None] = lambda: None
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
        self._early: list[str] = []
        self._found: list[str] = []
        self._told_mapping = Mapping.UNKNOWN
        self._batch: asyncio.TimerHandle | None = None
        self._tasks = Tasks("attempt")
        self.transport.on_selected = self._selected
        self.transport.on_state = self._ice_changed
        self.channel.data.on("open", self._opened)

    def __repr__(self) -> str:
        return f"<Attempt {self.number} {self.state.value} {self.transport.agent!r}>"

    # Descriptions

    def offer(self) -> None:
        """Make the first offer."""
        self._become(State.OFFERED)
        self._awaits_answer = True
        self._gathering.listen(self._candidate, self._all_found)
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
            self._take(sdp.read(message.sdp), careful=False)

    def add(self, lines: tuple[str, ...]) -> None:
        """Candidates of the other side; before its description they wait."""
        if self.transport.agent.remote is None:
            self._early.extend(lines)
            return
        for line in lines:
            self._add(line)

    def networked(self, message: Network) -> None:
        """What the other side says of its NAT."""
        self.transport.remote_mapping(message.mapping)

    def _offered(self, message: Description) -> None:
        if self.state is State.NEW:
            self._gathering.listen(self._candidate, self._all_found)
        elif self._awaits_answer and self._role is Role.A:
            return  # glare: ours stands, the polite side takes its own back
        elif not self._awaits_answer:
            self.transport.restart(IceRole.CONTROLLED)
        self._awaits_answer = False
        remote = sdp.read(message.sdp)
        self._mid = remote.mid
        self._describe("answer", self._setup)
        self._take(remote, careful=True)

    def _describe(self, kind: Literal["offer", "answer"], setup: Setup) -> None:
        self._version += 1
        known = tuple(parse(line) for line in self._found)
        self._found = []
        described = sdp.Description(
            credentials=self.transport.agent.local,
            fingerprints=self.channel.fingerprints,
            setup=setup,
            mid=self._mid,
            candidates=known,
            sctp_init=self.channel.sctp.local_init,
        )
        text = sdp.write(described, self._version)
        self._send(Description(link=self.number, kind=kind, sdp=text))
        self._tell_mapping()

    def _take(self, remote: sdp.Description, careful: bool) -> None:
        self.transport.remote_credentials(remote.credentials, careful)
        for candidate in remote.candidates:
            self._add_parsed(candidate)
        early, self._early = self._early, []
        self.add(tuple(early))
        if self.state in (State.NEW, State.OFFERED):
            self._become(State.DESCRIBED)
            self.watch.described = self._now()
            if remote.setup in (Setup.ACTIVE, Setup.PASSIVE):
                self._setup = Setup.PASSIVE if remote.setup is Setup.ACTIVE else Setup.ACTIVE
            self._tasks.spawn(self._secure(remote))

    # Candidates

    def _candidate(self, base: int, candidate: Candidate) -> None:
        self.transport.local_candidate(base, candidate)
        ufrag = self.transport.agent.local.ufrag
        self._found.append(to_line(replace(candidate, ufrag=ufrag)))
        if self._version and self._batch is None:
            self._batch = asyncio.get_running_loop().call_later(BATCH_S, self._flush)

    def _flush(self) -> None:
        self._batch = None
        while self._found:
            batch, self._found = self._found[:BATCH_CANDIDATES], self._found[BATCH_CANDIDATES:]
            self._send(messages.Candidate(link=self.number, candidates=tuple(batch)))
        self._tell_mapping()

    def _all_found(self) -> None:
        if self.watch.gathered is None:
            self.watch.gathered = self._now()
        self._tasks.spawn(self._end_candidates())

    async def _end_candidates(self) -> None:
        """After the description, which is sent by whoever is at work now."""
        if self._batch is not None:
            self._batch.cancel()
        self._flush()
        self._send(messages.Candidate(link=self.number, candidates=()))

    def _tell_mapping(self) -> None:
        mapping = self.transport.mapping
        if mapping not in (Mapping.UNKNOWN, self._told_mapping):
            self._told_mapping = mapping
            self._send(Network(link=self.number, mapping=mapping))

    def _add(self, line: str) -> None:
        try:
            self._add_parsed(parse(line))
        except CandidateError:
            return  # of a kind that we do not know: it costs nothing but itself

    def _add_parsed(self, candidate: Candidate) -> None:
        if candidate.host.endswith(".local"):
            self._tasks.spawn(self._resolve(candidate))
        elif candidate.family:
            self.transport.remote_candidate(candidate)

    async def _resolve(self, candidate: Candidate) -> None:
        host = await resolve_mdns(candidate.host)
        if host is not None and self.state is not State.CLOSED:
            self.transport.remote_candidate(replace(candidate, host=host))

    # The stack above the path

    async def _secure(self, remote: sdp.Description) -> None:
        if self._setup is Setup.ACTIVE:
            await self._usable.wait()
        if not await self.channel.secure(remote, self._setup):
            self._fail()
            return
        self.watch.secured = self._now()
        await self.channel.associate(remote)

    def _selected(self, pair: Pair) -> None:
        if self.watch.checked is None:
            self.watch.checked = self._now()
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
        return path_of(pair, self._role is Role.A, scope_between(pair.local.host, pair.remote.host))

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
        if self._batch is not None:
            self._batch.cancel()
        self._tasks.cancel()
        await self._tasks.wait()
        await self.channel.close()
        await self._gathering.wait_closed()

    def _become(self, state: State) -> None:
        assert state in TRANSITIONS[self.state], f"{self.state} to {state}"
        self.state = state

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
