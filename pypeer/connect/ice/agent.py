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

from collections.abc import Iterator
from typing import Final

from pypeer.connect.ice.arrivals import Arrivals
from pypeer.connect.ice.candidate import Candidate
from pypeer.connect.ice.checks import Credentials, IceRole
from pypeer.connect.ice.effects import Effect, Side, State
from pypeer.connect.ice.pairs import PATIENCE_S, Pair
from pypeer.connect.ice.probing import Probe
from pypeer.protocol.report import CandidateKind, CheckState
from signaling.protocol.stun import Message, Method
from signaling.protocol.values import Address

PACE_S: Final = 0.005
"""Between two checks: the lower bound of RFC 8445, section 14.2; twenty pairs are begun within 0.1 s."""

GATHERING_S: Final = 5.0
"""While candidates may still come, so long at least after the checks began: a relay that is reached by TLS over a slow
line has its candidate by then; what takes longer is a server that is dead."""

EXPIRED_S: Final = 30.0
"""Consent lasts this long (RFC 7675, section 5.1)."""

HOLE_TTL: Final = 4
"""Hops of a packet that shall open our own hole and not knock at the other side's: past two NATs, and no further."""

HOLE_CHECKS: Final = 3
"""Checks of a pair sent that way: the first 0.25 s, by when the other side has our answer and sends."""

FRESH_HOLE_CHECKS: Final = 7
"""The same of a socket that is not told yet, whose address has to be found, to travel, and to be sent to by a page that
may be busy: 2.4 s, as long as there is patience for another one that arrives, lest the hole needs more hops."""


class Agent(Arrivals):
    """One generation; the remote credentials come with the other side's description. Times are of a monotonic clock."""

    def add_base(self, base: int, candidate: Candidate) -> None:
        """A socket, as the host or relayed candidate that it is; it takes part once `add_local` names it too."""
        self._list.bases[base] = candidate

    def add_local(self, base: int, candidate: Candidate, now: float) -> list[Effect]:
        """A candidate of ours."""
        self._list.add_local(base, candidate, now)
        return self._tick(now)

    def add_fresh(self, base: int, candidate: Candidate, now: float) -> list[Effect]:
        """A socket that is told to the other side later: until then its checks open holes, and reach nobody."""
        self.add_base(base, candidate)
        self._fresh.add(base)
        return self.add_local(base, candidate, now)

    def add_remote(self, candidate: Candidate, now: float) -> list[Effect]:
        """A candidate of the other side; one of another generation, or a known one, changes nothing."""
        if candidate.ufrag and self.remote is not None and candidate.ufrag != self.remote.ufrag:
            return []
        self._list.add_remote(candidate, now)
        return self._tick(now)

    def await_candidates(self) -> None:
        """Both sides still gather, until `complete` says otherwise; by itself an agent has what it was given."""
        self._incomplete = set(Side)

    def complete(self, side: Side, now: float) -> list[Effect]:
        """No more candidates of this side come; they may still be on their way through a look-up of a name."""
        if side in self._incomplete:
            self._incomplete.discard(side)
            self._completed_at = now
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
        self._arrived(base, source, message, now)
        return self._tick(now)

    def carries(self, base: int, source: Address, now: float) -> bool:
        """Whether data from there is the peer's; if so, it is a sign of life."""
        pair = self.selected
        if pair is None or pair.base != base or pair.remote.address != source:
            pair = self._list.find(base, source)
        if pair is None or pair.heard is None:
            return False
        pair.heard = now
        if pair is self.selected:
            self._consent.heard(now, data=True)
        return True

    def tick(self, now: float) -> list[Effect]:
        """Do what is due."""
        return self._tick(now)

    def wake_at(self) -> float | None:
        """When `tick` has something to do next; None if never."""
        if self.remote is None or self.state is State.FAILED:
            return None
        pair = self.selected
        rest = self._hopeless_at() if pair is None else min(self._consent.check_at, self._upgrade.due_at)
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
        checks = FRESH_HOLE_CHECKS if pair.base in self._fresh else HOLE_CHECKS if self.careful else 0
        return to_nat and pair.heard is None and pair.sent < checks and pair.remote.family == 4

    def _watch(self, now: float) -> None:
        pair = self.selected
        if pair is None:
            if now >= self._hopeless_at():
                self._become(State.FAILED)
            return
        if self._consent.is_doubtful(now) and self.state is State.CONNECTED:
            self._become(State.SILENT)
            for other in self.pairs:
                if other is not pair:
                    other.again(now)
        if now >= self._consent.check_at:
            self._keep_alive(pair, now)
        if now >= self._upgrade.due_at:
            self._try_better(pair, now)
        if now - max(pair.answered or 0.0, self._used_since) > EXPIRED_S:
            self._list.selected = None
            self._become(State.SILENT)
            self._become(State.FAILED)

    def _try_better(self, pair: Pair, now: float) -> None:
        self._upgrade.tried(now)
        for other in self.pairs:
            if not other.is_open and self._list.priority(other) > self._list.priority(pair):
                other.again(now)

    def _hopeless_at(self) -> float:
        """Without a pair: when the last of them is given up, and as long after the last news.

        The end of gathering is news, on either side; until then something better may come.
        """
        began = [pair.began for pair in self.pairs if pair.is_open and pair.began is not None]
        news = max(self._began_at, self._list.grew_at, self._completed_at, *began)
        return max(news + PATIENCE_S, self._began_at + GATHERING_S if self._incomplete else 0.0)

    def _keep_alive(self, pair: Pair, now: float) -> None:
        """A check for consent. It nominates anew: of two nominations on two paths the older may have come last."""
        nominate = self.role is IceRole.CONTROLLING and pair.state is CheckState.SUCCEEDED
        pair.remember(*self._send_check(pair.base, pair.remote.address, now, nominate))
        self._consent.asked(now, pair.rtt)
        if self.state is State.SILENT:
            for other in self.pairs:
                if not other.is_open and other is not pair:
                    other.again(now)
