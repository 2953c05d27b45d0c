"""What arrives from the other side: checks, which are answered (RFC 8445, section 7.3), and answers to ours (7.2.5)."""

from pypeer.connect.ice import checks
from pypeer.connect.ice.candidate import Candidate, priority
from pypeer.connect.ice.checks import IceRole
from pypeer.connect.ice.effects import Send
from pypeer.connect.ice.generation import Generation
from pypeer.connect.ice.pairs import Flight, Pair
from pypeer.protocol.report import CandidateKind, CheckState
from signaling.protocol.stun import Attribute, Class, Message
from signaling.protocol.values import Address, StunError


class Arrivals(Generation):
    """A generation that hears."""

    def _arrived(self, base: int, source: Address, message: Message, now: float) -> None:
        """A STUN message; what is not authentic is ignored in silence."""
        if message.kind is Class.REQUEST:
            self._on_request(base, source, message, now)
        elif self.remote is not None and message.verify(self.remote.key):
            self._on_answer(base, source, message, now)

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
        theirs = message.number(checks.ROLE_ATTRIBUTE[self.role])
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


def _error(message: Message) -> int | None:
    try:
        told = message.error()
    except StunError:
        return None
    return told[0] if told is not None else None
