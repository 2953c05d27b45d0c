"""One generation of ICE with one peer (RFC 8445): candidates, datagrams and the time in, effects out.

What differs from the letter of the RFC, and why:

- Checks are paced at its lower bound and repeated quickly: people wait for them.
- The best pair so far is used and nominated at once, and a better one takes over when it works: relays win first and
  leave early. A controlled side follows the last nomination; before the first it uses the best pair that works.
- A pair by which an authentic check arrived may carry data at once, since a path that brought a check carries its
  answer: DTLS starts a round trip earlier.
- Consent (RFC 7675) counts late answers, and whatever else arrives is a sign of life, so a full queue is no loss.

A restart (RFC 8445, section 9) is a new agent on the same sockets; the old one carries data until the new one has a
pair.
"""

from collections.abc import Callable, Iterator
from math import inf
from typing import Final

from pypeer.connect.ice import checks
from pypeer.connect.ice.candidate import LOCAL_PREFERENCE_MAX, Candidate, priority
from pypeer.connect.ice.checklist import CheckList
from pypeer.connect.ice.checks import Credentials, IceRole
from pypeer.connect.ice.effects import TRANSITIONS, Became, Effect, Selected, Send, State
from pypeer.connect.ice.pairs import PATIENCE_S, Flight, Pair, is_relayed
from pypeer.connect.ice.probing import Probe, Probing
from pypeer.protocol.report import CandidateKind, CheckState
from signaling.protocol.stun import TRANSACTION_BYTES, Address, Attribute, Class, Message, Method, StunError

PACE_S: Final = 0.005
"""Between two checks: the lower bound of RFC 8445, section 14.2; twenty pairs are begun within 0.1 s."""

CONSENT_S: Final = (1.6, 2.4)
"""Between two checks of the pair in use, at random: half the shortest time-out of mappings that routers have (5 s)."""

SILENT_S: Final = 5.0
"""Without a sign of life for so long, a path is in doubt: two checks in a row went unanswered."""

EXPIRED_S: Final = 30.0
"""Consent lasts this long (RFC 7675, section 5.1)."""

HOLE_TTL: Final = 4
"""Hops of a packet that shall open our own hole and not knock at the other side's: past two NATs, and no further."""

HOLE_CHECKS: Final = 3
"""Checks of a pair sent that way: the first 0.25 s, by when the other side has our answer and sends."""


class Agent:
    """One generation; the remote credentials come with the other side's description. Times are of a monotonic clock."""

    def __init__(
        self, role: IceRole, local: Credentials, entropy: Callable[[int], bytes], random: Callable[[], float]
    ) -> None:
        self.local = local
        self.remote: Credentials | None = None
        self.state = State.CHECKING
        self.careful = False
        """Whether first checks open our own hole only: set on the answering side, which sends before the other does."""
        self._entropy = entropy
        self._random = random
        self._tie_breaker = int.from_bytes(entropy(8), "big")
        self._list = CheckList(role)
        self.pairs, self.locals, self.remotes = self._list.pairs, self._list.locals, self._list.remotes
        self._probing = Probing()
        self._began_at = 0.0
        self._used_since = 0.0
        self._next_check = 0.0
        self._consent_at = 0.0
        self._effects: list[Effect] = []

    def __repr__(self) -> str:
        return f"<Agent {self.role.value} {self.state.value} {len(self.pairs)} pairs>"

    @property
    def role(self) -> IceRole:
        """Whether this side decides which pair is used; the other side may know better."""
        return self._list.role

    @property
    def selected(self) -> Pair | None:
        """The pair in use."""
        return self._list.selected

    def add_base(self, base: int, candidate: Candidate) -> None:
        """A socket, as the host or relayed candidate that it is; it takes part once `add_local` names it too."""
        self._list.bases[base] = candidate

    def add_local(self, base: int, candidate: Candidate, now: float) -> list[Effect]:
        """A candidate of ours."""
        self._list.add_local(base, candidate, now)
        return self._tick(now)

    def add_remote(self, candidate: Candidate, now: float) -> list[Effect]:
        """A candidate of the other side; one of another generation, or a known one, changes nothing."""
        if candidate.ufrag and self.remote is not None and candidate.ufrag != self.remote.ufrag:
            return []
        self._list.add_remote(candidate, now)
        return self._tick(now)

    def set_remote(self, remote: Credentials, now: float) -> list[Effect]:
        """The other side's credentials are here: checks begin."""
        self.remote = remote
        self._began_at = now
        return self._tick(now)

    def probe(self, probes: Iterator[Probe], rate: float, now: float, ttl: int | None = None) -> list[Effect]:
        """Send these checks as well, so many a second, until a direct pair works (RFC 5128, section 3.4).

        Sockets that take no part, since they would reveal our address, send none.
        """
        if not self.is_direct:
            ours = (probe for probe in probes if probe[0] in self._list.bases)
            self._probing.start(ours, rate, now, ttl)
            self._began_at = now
        return self._tick(now)

    def receive(self, base: int, source: Address, message: Message, now: float) -> list[Effect]:
        """A STUN message arrived on a socket. What is not authentic is ignored in silence, and all once it is over."""
        if message.method != Method.BINDING or self.state is State.FAILED:
            return []
        if message.kind is Class.REQUEST:
            self._on_request(base, source, message, now)
        elif self.remote is not None and message.verify(self.remote.key):
            self._on_answer(base, source, message, now)
        return self._tick(now)

    def carries(self, base: int, source: Address, now: float) -> bool:
        """Whether data from there is the peer's; if so, it is a sign of life."""
        pair = self.selected
        if pair is None or pair.base != base or pair.remote.address != source:
            pair = self._list.find(base, source)
        if pair is None or pair.heard is None:
            return False
        pair.heard = now
        return True

    def tick(self, now: float) -> list[Effect]:
        """Do what is due."""
        return self._tick(now)

    @property
    def works(self) -> bool:
        """Whether data goes over a pair that is proven, and not in doubt."""
        pair = self.selected
        return pair is not None and pair.state is CheckState.SUCCEEDED and self.state is State.CONNECTED

    @property
    def is_direct(self) -> bool:
        """Whether it works, and without a relay."""
        return self.works and self.selected is not None and not is_relayed(self.selected)

    def wake_at(self) -> float | None:
        """When `tick` has something to do next; None if never."""
        if self.remote is None or self.state is State.FAILED:
            return None
        pair = self.selected
        rest = self._hopeless_at() if pair is None else min(self._consent_at, self._silent_at(pair))
        times = [min(max(pair.due, self._next_check), pair.hopeless_at) for pair in self._unanswered()]
        return min(rest, self._probing.wake_at, *times)

    # What is due

    def _tick(self, now: float) -> list[Effect]:
        if self.state is not State.FAILED and self.remote is not None:
            self._check_next(now)
            for base, to in self._probing.due(now):
                self._probing.took_off(
                    (base, to), *self._send_check(base, to, now, nominate=False, ttl=self._probing.ttl)
                )
            self._watch(now)
        effects, self._effects = self._effects, []
        return effects

    def _unanswered(self) -> list[Pair]:
        """Worth a check: what would be better than the pair in use, or all if that is in doubt; and to nominate."""
        best = self._list.priority(self.selected) if self.works else -1
        wanted = [pair for pair in self.pairs if pair.is_open and (pair.nominated or self._list.priority(pair) > best)]
        if self._wants_nomination(self.selected):
            assert self.selected is not None
            wanted.append(self.selected)
        return wanted

    def _check_next(self, now: float) -> None:
        for pair in self._unanswered():
            if now >= pair.hopeless_at:
                pair.become(CheckState.FAILED)
                self._give_up(pair)
        due = [pair for pair in self._unanswered() if pair.due <= now]
        if due and now >= self._next_check:
            self._check(max(due, key=self._list.urgency), now)
            self._next_check = now + PACE_S

    def _give_up(self, pair: Pair) -> None:
        """A pair that was in use on the word of the other side's check alone does not work after all."""
        if pair is self.selected:
            self._list.selected = None
            self._become(State.SILENT)

    def _check(self, pair: Pair, now: float) -> None:
        nominate = self._wants_nomination(pair)
        if pair.state is CheckState.WAITING:
            pair.become(CheckState.IN_PROGRESS)
        ttl = HOLE_TTL if self._opens_hole_only(pair) else None
        pair.took_off(*self._send_check(pair.base, pair.remote.address, now, nominate, ttl))

    def _opens_hole_only(self, pair: Pair) -> bool:
        """A check that reached the other side's router early could make it keep the port for itself (RFC 5128)."""
        to_nat = pair.remote.kind is CandidateKind.SRFLX and pair.local.kind is CandidateKind.HOST
        return self.careful and to_nat and pair.heard is None and pair.sent < HOLE_CHECKS and pair.remote.family == 4

    def _send_check(
        self, base: int, to: Address, now: float, nominate: bool, ttl: int | None = None
    ) -> tuple[bytes, Flight]:
        assert self.remote is not None
        transaction = self._entropy(TRANSACTION_BYTES)
        reflexive = priority(CandidateKind.PRFLX, LOCAL_PREFERENCE_MAX)
        data = checks.request(transaction, self.local, self.remote, self.role, self._tie_breaker, reflexive, nominate)
        self._effects.append(Send(base, to, data, ttl))
        return transaction, Flight(now, self.role, nominate)

    def _watch(self, now: float) -> None:
        pair = self.selected
        if pair is None:
            if now >= self._hopeless_at():
                self._become(State.FAILED)
            return
        if now >= self._consent_at:
            self._keep_alive(pair, now)
        if now >= self._silent_at(pair):
            self._become(State.SILENT)
            for other in self.pairs:
                if other is not pair:
                    other.again(now)
        if now - max(pair.answered or 0.0, self._used_since) > EXPIRED_S:
            self._list.selected = None
            self._become(State.SILENT)
            self._become(State.FAILED)

    def _hopeless_at(self) -> float:
        """Without a pair: when the last of them is given up, and as long after the last news."""
        began = [pair.began for pair in self.pairs if pair.is_open and pair.began is not None]
        return max(self._began_at, self._list.grew_at, *began) + PATIENCE_S

    def _silent_at(self, pair: Pair) -> float:
        """When the pair in use is in doubt if nothing arrives."""
        return inf if self.state is State.SILENT or pair.heard is None else pair.heard + SILENT_S

    def _keep_alive(self, pair: Pair, now: float) -> None:
        """A check for consent. It nominates anew: of two nominations on two paths the older may have come last."""
        low, high = CONSENT_S
        self._consent_at = now + low + (high - low) * self._random()
        nominate = self.role is IceRole.CONTROLLING and pair.state is CheckState.SUCCEEDED
        pair.remember(*self._send_check(pair.base, pair.remote.address, now, nominate))
        if self.state is State.SILENT:
            for other in self.pairs:
                if not other.is_open and other is not pair:
                    other.again(now)

    # What arrives

    def _on_request(self, base: int, source: Address, message: Message, now: float) -> None:
        if base not in self._list.bases or not checks.is_for(message, self.local):
            return
        if self._settles_conflict(base, source, message):
            return
        self._effects.append(Send(base, source, checks.success(message.transaction, source, self.local)))
        pair = self._list.find(base, source) or self._reflexive(base, source, message, now)
        first, failed = pair.heard is None, pair.state is CheckState.FAILED
        self._alive(pair, now)
        if self.role is IceRole.CONTROLLED and message.has(Attribute.USE_CANDIDATE):
            self._nominated(pair, now)
        if failed or (first and pair.is_open):
            pair.again(now)
        if self.selected is None and not failed:
            self._select(pair, now)

    def _reflexive(self, base: int, source: Address, message: Message, now: float) -> Pair:
        """A check from an address that nobody named (RFC 8445, section 7.3.1.3)."""
        told = (message.number(Attribute.PRIORITY) or 0) & 0xFFFFFFFF
        guessed = self._probing.has_sent  # our probe to that very port let it in
        return self._list.learn(base, Candidate(CandidateKind.PRFLX, *source, told, predicted=guessed), now)

    def _nominated(self, pair: Pair, now: float) -> None:
        """The other side, which decides, uses this pair."""
        for other in self.pairs:
            other.nominated = other is pair
        if pair.state is CheckState.SUCCEEDED:
            self._select(pair, now)

    def _settles_conflict(self, base: int, source: Address, message: Message) -> bool:
        """RFC 8445, section 7.3.1.1: the larger tie-breaker controls."""
        theirs = message.number(ROLE_OF[self.role])
        if theirs is None:
            return False
        wins = self._tie_breaker >= theirs
        if wins is (self.role is IceRole.CONTROLLING):
            self._effects.append(Send(base, source, checks.conflict(message.transaction, self.local)))
            return True
        self._list.role = self.role.other
        return False

    def _on_answer(self, base: int, source: Address, message: Message, now: float) -> None:
        pair = next((pair for pair in self.pairs if message.transaction in pair.flights), None)
        if pair is None:
            pair = self._probe_answered(base, source, message, now)
        if pair is None or pair.base != base or pair.remote.address != source:
            return
        flight = pair.flights.pop(message.transaction)
        if message.kind is Class.SUCCESS:
            self._answered(pair, message, flight, now)
        elif message.kind is Class.ERROR and _error(message) == checks.ROLE_CONFLICT and flight.role is self.role:
            self._list.role = self.role.other
            self._tie_breaker = int.from_bytes(self._entropy(8), "big")  # RFC 8445, section 16.1
            pair.due = now

    def _probe_answered(self, base: int, source: Address, message: Message, now: float) -> Pair | None:
        flight = self._probing.answered(message.transaction, (base, source))
        if flight is None:
            return None
        guess = Candidate(CandidateKind.PRFLX, *source, priority(CandidateKind.PRFLX, 0), predicted=True)
        pair = self._list.find(base, source) or self._list.learn(base, guess, now)
        pair.remember(message.transaction, flight)
        return pair

    def _answered(self, pair: Pair, message: Message, flight: Flight, now: float) -> None:
        try:
            pair.mapped = message.xor_address(Attribute.XOR_MAPPED_ADDRESS)
        except StunError:
            return
        rtt = now - flight.sent_at
        pair.rtt = rtt if pair.rtt is None else min(rtt, 0.75 * pair.rtt + 0.25 * rtt)
        pair.answered = now
        self._alive(pair, now)
        if pair.state is not CheckState.SUCCEEDED:
            pair.become(CheckState.SUCCEEDED)
            pair.due = now  # for the nomination
        if flight.nominates and pair is self.selected:
            pair.nominated = True
        self._consider(pair, now)

    def _consider(self, pair: Pair, now: float) -> None:
        """A pair works: is it to be used?"""
        current = self.selected
        free = self.role is IceRole.CONTROLLING or current is None or not current.nominated
        better = free and self._list.priority(pair) > self._list.priority(current)
        if pair.nominated or better or not self.works:
            self._select(pair, now)

    def _select(self, pair: Pair, now: float) -> None:
        if pair is self.selected:
            return
        if self.selected is not None:
            self.selected.nominated = False  # late answers of its checks mean nothing
        self._list.selected = pair
        if not is_relayed(pair):
            self._probing.stop()
        self._used_since = now
        self._consent_at = now + CONSENT_S[0]
        self._become(State.CONNECTED)
        self._effects.append(Selected(pair))

    def _wants_nomination(self, pair: Pair | None) -> bool:
        """Whether this side, which decides, has still to tell the other that it uses this pair."""
        mine = self.role is IceRole.CONTROLLING and pair is not None and pair is self.selected
        return mine and pair is not None and pair.state is CheckState.SUCCEEDED and not pair.nominated

    def _alive(self, pair: Pair, now: float) -> None:
        pair.heard = now
        if pair is self.selected and self.state is State.SILENT:
            self._become(State.CONNECTED)

    def _become(self, state: State) -> None:
        if state is not self.state:
            assert state in TRANSITIONS[self.state], f"{self.state} to {state}"
            self.state = state
            self._effects.append(Became(state))


ROLE_OF: Final = checks.ROLE_ATTRIBUTE
"""A check that carries our own role's attribute is in conflict with us."""


def _error(message: Message) -> int | None:
    try:
        told = message.error()
    except StunError:
        return None
    return told[0] if told is not None else None
