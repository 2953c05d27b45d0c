"""The four requests of TURN (RFC 8656, sections 7 to 12): each answered, once its sender is known. Pure."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from signaling.core.address import quota_key
from signaling.protocol import values
from signaling.protocol.stun import Attribute, Message
from signaling.protocol.values import Address
from signaling.relay.turn import answers, asking
from signaling.relay.turn.allocation import Allocation, Event, Relay
from signaling.relay.turn.authentication import Signed
from signaling.relay.turn.effects import CloseClient, CloseRelay, Effect, OpenRelay, ToClient
from signaling.relay.turn.kinds import Family, FiveTuple, Refusal, RefusedError, Stats, family_of
from signaling.relay.turn.peers import PeerPolicy
from signaling.relay.turn.quota import Accounts, Limits
from signaling.relay.turn.table import TRIES, Table

Known = Callable[[str], Collection[str]]
"""The addresses of a pair's members, as quotas count them."""


@dataclass(slots=True)
class Opening:
    """An Allocate request whose sockets are being opened."""

    request: Message
    signed: Signed
    seconds: int
    waiting: int
    errors: dict[Family, int] = field(default_factory=dict)


class Requests:
    """The rules. Each method returns what to do, or raises RefusedError or StunError before anything has changed."""

    def __init__(
        self, table: Table, policy: PeerPolicy, limits: Limits, accounts: Accounts, stats: Stats, known: Known
    ) -> None:
        self.accounts = accounts
        self._table = table
        self._policy = policy
        self._limits = limits
        self._stats = stats
        self._known = known
        self._opening: dict[int, Opening] = {}

    def allocate(self, request: Message, client: FiveTuple, signed: Signed, now: float) -> list[Effect]:
        """Section 7.2. The answer comes when the sockets are open."""
        wanted, seconds = asking.wanted(request), asking.lifetime(request) or asking.LIFETIME_S
        relays, errors = self._places(wanted, client.local[0])
        account = self.accounts.open(signed.name.pair, now)
        number = next(self._table.numbers)
        allocation = Allocation(number, client, signed.name.user, account, request.transaction, now)
        self._table.add(allocation)
        self._opening[number] = Opening(request, signed, seconds, len(relays), errors)
        for relay in relays:
            self._table.put(allocation, relay)
        return [OpenRelay(number, relay.at) for relay in relays]

    def opened(self, number: int, now: float) -> list[Effect]:
        """A socket is open."""
        return self._settled(self._table.by_number[number], now)

    def failed(self, number: int, at: Address, now: float) -> list[Effect]:
        """A socket could not be opened: another port may be free."""
        allocation, opening = self._table.by_number[number], self._opening[number]
        relay = next(each for each in allocation.relays.values() if each.at == at)
        self._table.take(allocation, relay)
        again = self._another(relay, allocation) if relay.tries < TRIES else None
        if again is not None:
            self._table.put(allocation, again)
            return [OpenRelay(number, again.at)]
        opening.errors[relay.family] = 508
        return self._settled(allocation, now)

    def again(self, request: Message, allocation: Allocation, signed: Signed, now: float) -> list[Effect]:
        """Allocate for a five-tuple that has an allocation: a repetition gets the same answer (section 7.2)."""
        if request.transaction != allocation.transaction:
            raise RefusedError(437, Refusal.MISMATCH)
        return [ToClient(allocation.client, self._success(request, allocation, signed, {}, now))]

    def refresh(self, request: Message, allocation: Allocation, signed: Signed, now: float) -> list[Effect]:
        """Section 8.2. Of a dual allocation one family can be refreshed, or given up, alone."""
        asked, family = asking.lifetime(request), asking.requested_family(request)
        if family is not None and family not in allocation.relays:
            raise RefusedError(443, Refusal.FAMILY)
        relays = [each for each in allocation.relays.values() if family in (None, each.family)]
        seconds = self._until(allocation, relays, asked, now)
        attributes = [(Attribute.LIFETIME, values.number32(seconds))]
        answer = ToClient(allocation.client, answers.success(request, signed, attributes))
        return [answer, *self.expire(allocation, now)]

    def create_permission(self, request: Message, allocation: Allocation, signed: Signed, now: float) -> list[Effect]:
        """Section 10.2: all of the addresses, or none."""
        peers = request.xor_addresses(Attribute.XOR_PEER_ADDRESS)
        if not peers:
            raise RefusedError(400, Refusal.BAD_REQUEST)
        hosts = {peer[0]: self._outside(allocation, peer[0]) for peer in peers}
        allocation.permit(hosts, self._limits.peers, now)
        return [ToClient(allocation.client, answers.success(request, signed))]

    def channel_bind(self, request: Message, allocation: Allocation, signed: Signed, now: float) -> list[Effect]:
        """Section 12.2."""
        number, peer = asking.channel_number(request), request.xor_address(Attribute.XOR_PEER_ADDRESS)
        if peer is None:
            raise RefusedError(400, Refusal.BAD_REQUEST)
        allocation.can_bind(number, peer, self._limits.peers, now)
        outside = self._outside(allocation, peer[0])
        allocation.permit({peer[0]: outside}, self._limits.peers, now)
        allocation.bind(number, peer, outside, now)
        return [ToClient(allocation.client, answers.success(request, signed))]

    def expire(self, allocation: Allocation, now: float) -> list[Effect]:
        """Close what has expired."""
        over = [relay for relay in allocation.relays.values() if relay.until <= now]
        effects: list[Effect] = []
        for relay in over:
            self._table.take(allocation, relay)
            effects.append(CloseRelay(relay.at))
        if not allocation.relays:
            return [*effects, *self._end(allocation, now)]
        self._table.expiry.set(allocation.number, min(relay.until for relay in allocation.relays.values()))
        return effects

    def _places(self, wanted: asking.Wanted, local: str) -> tuple[list[Relay], dict[Family, int]]:
        relays, errors = [], {}
        first: RefusedError | None = None
        for family in wanted.families:
            try:
                relays.append(self._table.place(family, local, wanted.even))
            except RefusedError as error:
                errors[family], first = error.code, first or error
        if first is not None and not relays:
            raise first
        return relays, errors

    def _another(self, relay: Relay, allocation: Allocation) -> Relay | None:
        try:
            again = self._table.place(relay.family, allocation.client.local[0], relay.even)
        except RefusedError:
            return None
        again.tries = relay.tries + 1
        return again

    def _settled(self, allocation: Allocation, now: float) -> list[Effect]:
        """One socket less to wait for; the answer when it was the last."""
        opening = self._opening[allocation.number]
        opening.waiting -= 1
        if opening.waiting:
            return []
        del self._opening[allocation.number]
        if not allocation.relays:
            error = RefusedError(508, Refusal.CAPACITY)
            self._stats.refusals[error.reason] += 1
            answer = ToClient(allocation.client, answers.failure(opening.request, opening.signed, error))
            return [answer, *self._end(allocation, now)]
        allocation.happens(Event.OPENED)
        self._stats.allocated[allocation.client.transport] += 1
        self._until(allocation, list(allocation.relays.values()), opening.seconds, now)
        self._table.expiry.set(allocation.number, allocation.until)
        text = self._success(opening.request, allocation, opening.signed, opening.errors, now)
        return [ToClient(allocation.client, text)]

    def _success(
        self, request: Message, allocation: Allocation, signed: Signed, errors: dict[Family, int], now: float
    ) -> bytes:
        told = [relay.told for relay in allocation.relays.values()]
        seconds = math.ceil(allocation.until - now)
        return answers.success(
            request, signed, answers.allocated(request, allocation.client.remote, told, seconds, errors)
        )

    def _until(self, allocation: Allocation, relays: list[Relay], seconds: int, now: float) -> int:
        """Grant so many seconds, as long as an allocation may live in all; returns what is granted."""
        end = min(now + seconds, allocation.born + self._limits.lifetime)
        for relay in relays:
            relay.until = end
        return max(0, math.ceil(end - now))

    def _outside(self, allocation: Allocation, host: str) -> bool:
        """Whether a peer is reached by a socket; false if only allocations of the same pair are there."""
        if family_of(host) not in allocation.relays:
            raise RefusedError(443, Refusal.FAMILY)
        if self._policy.permits(host) and self._is_known(allocation, host):
            return True
        if not self._policy.here.is_own(host):
            raise RefusedError(403, Refusal.PEER)
        return False

    def _is_known(self, allocation: Allocation, host: str) -> bool:
        return not self._limits.known_only or quota_key(host) in self._known(allocation.account.pair)

    def _end(self, allocation: Allocation, now: float) -> list[Effect]:
        allocation.happens(Event.END)
        self._opening.pop(allocation.number, None)
        self._table.remove(allocation)
        ended = self.accounts.close(allocation.account, now)
        return [CloseClient(allocation.client), *([ended] if ended else [])]
