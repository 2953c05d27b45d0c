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
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Final

from pypeer.connect.ice import checks
from pypeer.connect.ice.candidate import LOCAL_PREFERENCE_MAX, Candidate, priority
from pypeer.connect.ice.checks import Credentials, IceRole
from pypeer.connect.ice.pairs import PATIENCE_S, Flight, Pair, fits, pair_priority
from pypeer.protocol.report import CHECKS_MAX, CandidateKind, CheckState
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

PROBE_BURST: Final = 16
"""Probes sent at one go at most: timers are late on a busy machine, and nothing is caught up beyond this."""


class State(Enum):
    """How the generation stands."""

    CHECKING = "checking"
    CONNECTED = "connected"
    SILENT = "silent"
    FAILED = "failed"


TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.CHECKING: frozenset({State.CONNECTED, State.FAILED}),
    State.CONNECTED: frozenset({State.SILENT}),
    State.SILENT: frozenset({State.CONNECTED, State.FAILED}),
    State.FAILED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Send:
    """Send a datagram from a socket; `ttl` is set for packets that shall not arrive."""

    base: int
    to: Address
    data: bytes
    ttl: int | None = None


@dataclass(frozen=True, slots=True)
class Selected:
    """Data goes over this pair from now on."""

    pair: Pair


@dataclass(frozen=True, slots=True)
class Became:
    """The state changed."""

    state: State


Effect = Send | Selected | Became
Probe = tuple[int, Address]
"""A check outside the check list: from this socket to this address, which may be a guess."""


class Agent:
    """One generation; the remote credentials come with the other side's description. Times are of a monotonic clock."""

    def __init__(
        self, role: IceRole, local: Credentials, entropy: Callable[[int], bytes], random: Callable[[], float]
    ) -> None:
        self.role = role
        self.local = local
        self.remote: Credentials | None = None
        self.state = State.CHECKING
        self.selected: Pair | None = None
        self.pairs: list[Pair] = []
        self.locals: list[tuple[int, Candidate]] = []
        self.remotes: list[Candidate] = []
        self.careful = False
        """Whether first checks open our own hole only: set on the answering side, which sends before the other does."""
        self._entropy = entropy
        self._random = random
        self._tie_breaker = int.from_bytes(entropy(8), "big")
        self._bases: dict[int, Candidate] = {}
        self._progress_at = 0.0
        self._next_check = 0.0
        self._consent_at = 0.0
        self._probes: Iterator[Probe] | None = None
        self._probe_at = 0.0
        self._probe_pause = 0.0
        self._probe_flights: dict[bytes, tuple[Probe, Flight]] = {}
        self._effects: list[Effect] = []

    def __repr__(self) -> str:
        return f"<Agent {self.role.value} {self.state.value} {len(self.pairs)} pairs>"

    def add_base(self, base: int, candidate: Candidate) -> None:
        """A socket, as the host or relayed candidate that it is; it takes part once `add_local` names it too."""
        self._bases[base] = candidate

    def add_local(self, base: int, candidate: Candidate, now: float) -> list[Effect]:
        """A candidate of ours. Only sockets make pairs: others send from their socket (RFC 8445, section 6.1.2.4)."""
        self.locals.append((base, candidate))
        if candidate == self._bases[base]:
            for remote in self.remotes:
                self._pair(base, remote, now)
        return self._tick(now)

    def add_remote(self, candidate: Candidate, now: float) -> list[Effect]:
        """A candidate of the other side; one of another generation, or a known one, changes nothing."""
        if candidate.ufrag and self.remote is not None and candidate.ufrag != self.remote.ufrag:
            return []
        if self._is_news(candidate):
            for base in [base for base, local in self.locals if local == self._bases[base]]:
                self._pair(base, candidate, now)
        return self._tick(now)

    def set_remote(self, remote: Credentials, now: float) -> list[Effect]:
        """The other side's credentials are here: checks begin."""
        self.remote = remote
        self._progress_at = now
        for pair in self.pairs:
            pair.due = now
        return self._tick(now)

    def probe(self, probes: Iterator[Probe], rate: float, now: float) -> list[Effect]:
        """Send these checks as well, so many a second, until a pair works (RFC 5128, section 3.4)."""
        if not self.works:
            self._probes, self._probe_at, self._probe_pause = probes, now, 1 / rate
            self._progress_at = now
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
            pair = self._find(base, source)
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

    def wake_at(self) -> float | None:
        """When `tick` has something to do next; None if never."""
        if self.remote is None or self.state is State.FAILED:
            return None
        pair = self.selected
        times = [self._hopeless_at() if pair is None else min(self._consent_at, self._silent_at(pair))]
        for wanted in self._unanswered():
            times += max(wanted.due, self._next_check), wanted.hopeless_at
        if self._probes is not None:
            times.append(self._probe_at)
        return min(times)

    # What is due

    def _tick(self, now: float) -> list[Effect]:
        if self.state is not State.FAILED and self.remote is not None:
            self._check_next(now)
            self._probe_next(now)
            self._watch(now)
        effects, self._effects = self._effects, []
        return effects

    def _unanswered(self) -> list[Pair]:
        """Worth a check: what would be better than the pair in use, or all if that is in doubt; and to nominate."""
        best = self._priority(self.selected) if self.works else -1
        wanted = [pair for pair in self.pairs if pair.is_open and (pair.nominated or self._priority(pair) > best)]
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
            self._check(max(due, key=self._urgency), now)
            self._next_check = now + PACE_S

    def _give_up(self, pair: Pair) -> None:
        """A pair that was in use on the word of the other side's check alone does not work after all."""
        if pair is self.selected:
            self.selected = None
            self._become(State.SILENT)

    def _urgency(self, pair: Pair) -> tuple[bool, int]:
        """Pairs by which the other side has been heard come first (triggered checks), then by priority."""
        return pair.heard is not None, self._priority(pair)

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

    def _probe_next(self, now: float) -> None:
        for _ in range(PROBE_BURST):
            if self._probes is None or self._probe_at > now:
                return
            probe = next(self._probes, None)
            if probe is None:
                self._probes = None
                return
            transaction, flight = self._send_check(*probe, now, nominate=False)
            self._probe_flights[transaction] = probe, flight
            self._probe_at += self._probe_pause
        self._probe_at = max(self._probe_at, now)

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
        if now - (pair.answered or pair.heard or now) > EXPIRED_S:
            self.selected = None
            self._become(State.SILENT)
            self._become(State.FAILED)

    def _hopeless_at(self) -> float:
        """Without a pair: when the last of them is given up, and as long after the last news."""
        began = [pair.began for pair in self.pairs if pair.is_open and pair.began is not None]
        return max(self._progress_at, *began, 0.0) + PATIENCE_S

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
        if base not in self._bases or not checks.is_for(message, self.local):
            return
        if self._settles_conflict(base, source, message):
            return
        self._effects.append(Send(base, source, checks.success(message.transaction, source, self.local)))
        pair = self._find(base, source) or self._reflexive(base, source, message, now)
        first, failed = pair.heard is None, pair.state is CheckState.FAILED
        self._alive(pair, now)
        if self.role is IceRole.CONTROLLED and message.has(Attribute.USE_CANDIDATE):
            self._nominated(pair, now)
        if failed or (first and pair.is_open):
            pair.again(now)
        if self.selected is None and not failed:
            self._select(pair, now)

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
        self.role = self.role.other
        return False

    def _on_answer(self, base: int, source: Address, message: Message, now: float) -> None:
        pair = next((pair for pair in self.pairs if message.transaction in pair.flights), None)
        if pair is None:
            pair = self._probe_answered(message, now)
        if pair is None or pair.base != base or pair.remote.address != source:
            return
        flight = pair.flights.pop(message.transaction)
        if message.kind is Class.SUCCESS:
            self._answered(pair, message, flight, now)
        elif message.kind is Class.ERROR and _error(message) == checks.ROLE_CONFLICT and flight.role is self.role:
            self.role = self.role.other
            self._tie_breaker = int.from_bytes(self._entropy(8), "big")  # RFC 8445, section 16.1
            pair.due = now

    def _probe_answered(self, message: Message, now: float) -> Pair | None:
        flight = self._probe_flights.pop(message.transaction, None)
        if flight is None:
            return None
        (base, to), sent = flight
        pair = self._find(base, to)
        if pair is None:
            guess = Candidate(CandidateKind.PRFLX, *to, priority(CandidateKind.PRFLX, 0), predicted=True)
            pair = self._learn(base, guess, now)
        pair.remember(message.transaction, sent)
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
        pair.become(CheckState.SUCCEEDED)
        if flight.nominates and pair is self.selected:
            pair.nominated = True
        self._consider(pair, now)

    def _consider(self, pair: Pair, now: float) -> None:
        """A pair works: is it to be used?"""
        current = self.selected
        free = self.role is IceRole.CONTROLLING or current is None or not current.nominated
        better = free and self._priority(pair) > self._priority(current)
        if pair.nominated or better or not self.works:
            self._select(pair, now)

    def _select(self, pair: Pair, now: float) -> None:
        if pair is self.selected:
            return
        if self.selected is not None:
            self.selected.nominated = False  # late answers of its checks mean nothing
        self.selected = pair
        self._probes = None
        pair.due = now
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

    # The check list

    def _is_news(self, candidate: Candidate) -> bool:
        """Take it in, unless it is known; what was learnt from a check is named after all (RFC 8445, 7.3.1.3)."""
        same = candidate.address, candidate.transport
        known = next((each for each in self.remotes if (each.address, each.transport) == same), None)
        if known is None and len(self.remotes) < CHECKS_MAX:
            self.remotes.append(candidate)
            return True
        if known is None or known.kind is not CandidateKind.PRFLX:
            return False
        self.remotes[self.remotes.index(known)] = candidate
        for pair in self.pairs:
            if pair.remote is known:
                pair.remote = candidate
        return True

    def _pair(self, base: int, remote: Candidate, now: float) -> None:
        local = self._bases[base]
        if fits(local, remote) and self._find(base, remote.address) is None:
            self._add(Pair(base, local, remote, due=now), now)
            self._shrink(CHECKS_MAX)

    def _reflexive(self, base: int, source: Address, message: Message, now: float) -> Pair:
        """A check from an address that nobody named (RFC 8445, section 7.3.1.3)."""
        known = next((each for each in self.remotes if each.address == source), None)
        told = (message.number(Attribute.PRIORITY) or 0) & 0xFFFFFFFF
        guessed = bool(self._probe_flights)  # our probe to that very port let it in
        return self._learn(base, known or Candidate(CandidateKind.PRFLX, *source, told, predicted=guessed), now)

    def _learn(self, base: int, remote: Candidate, now: float) -> Pair:
        if remote not in self.remotes and len(self.remotes) < CHECKS_MAX:
            self.remotes.append(remote)
        self._shrink(CHECKS_MAX - 1)
        return self._add(Pair(base, self._bases[base], remote, due=now), now)

    def _add(self, pair: Pair, now: float) -> Pair:
        self.pairs.append(pair)
        self.pairs.sort(key=self._priority, reverse=True)
        self._progress_at = now
        return pair

    def _shrink(self, size: int) -> None:
        """Give up what is least likely to be used (RFC 8445, section 6.1.2.5)."""
        if len(self.pairs) > size:
            self.pairs.remove(min((pair for pair in self.pairs if pair is not self.selected), key=self._urgency))

    def _find(self, base: int, remote: Address) -> Pair | None:
        return next((pair for pair in self.pairs if pair.base == base and pair.remote.address == remote), None)

    def _priority(self, pair: Pair | None) -> int:
        if pair is None:
            return -1
        ours = self.role is IceRole.CONTROLLING
        return pair_priority(pair.local, pair.remote) if ours else pair_priority(pair.remote, pair.local)

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
