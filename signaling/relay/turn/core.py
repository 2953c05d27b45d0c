"""A TURN server (RFC 8656) without sockets: what arrives and the time in, what to do out.

    receive   from a client: a request, a Send indication, or data of a channel
    arrived   from a peer, at a relayed address
    opened, failed   what became of OpenRelay;  lost   a connection over TCP;  tick   time passes

Two allocations of one pair reach each other inside the server, without a socket, whatever addresses it has.

The port is open to everybody and sources can be forged. An answer to a request without good credentials is at most
ANSWER_BYTES long: with the headers of IP and UDP 2.4 times what the shortest request has, 2.1 times what an Allocate
has; and an address gets no more of them than RATE says. Nothing is kept for such a request.
"""

from collections.abc import Callable, Sequence
from typing import Final

from signaling.core.address import quota_key
from signaling.core.quota import Buckets, Rate
from signaling.protocol import stun, values
from signaling.protocol.framing import CHANNEL_HEADER
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.protocol.values import Address, StunError
from signaling.relay.turn import answers, asking
from signaling.relay.turn.allocation import Allocation, State
from signaling.relay.turn.authentication import Authenticator, Signed
from signaling.relay.turn.effects import CloseRelay, Effect, ToClient
from signaling.relay.turn.kinds import FiveTuple, Refusal, RefusedError, Stats, Transport
from signaling.relay.turn.peers import PeerPolicy
from signaling.relay.turn.quota import Accounts, Limits
from signaling.relay.turn.requests import Known, Requests
from signaling.relay.turn.routes import Route, Routes
from signaling.relay.turn.table import Table

ANSWER_BYTES: Final = 88
"""The challenge: header 20, error code 8, realm 12, nonce 36, algorithms 12."""

RATE: Final = Rate(burst=1000, per_second=100)
"""Answers without credentials over UDP to one address (IPv6: /64): two hundred peers behind it start at once, with a
few allocations each. 100 a second are 12 kB, which hurts nobody. Over TCP nobody forges an address."""

SOURCES: Final = 10_000
"""Addresses whose rate is remembered, about 2 MB: as for STUN."""

METHODS: Final = frozenset({Method.ALLOCATE, Method.REFRESH, Method.CREATE_PERMISSION, Method.CHANNEL_BIND})

SHARED_PORT: Final = METHODS | {Method.SEND, Method.DATA}
"""What is not STUN where both have one port."""

Effects = list[Effect] | tuple[Effect, ...]


def is_turn(data: bytes) -> bool:
    """Whether a datagram is for a TURN server rather than for one of STUN: data of a channel, or one of its methods."""
    return len(data) > 1 and (0x40 <= data[0] < 0x80 or (data[0] << 8 | data[1]) & 0x3EEF in SHARED_PORT)


class Turn:
    """State of one server. Times are seconds of a clock that never goes back; `entropy` gives random bytes.

    `accounts` may be shared with another kind of relay, so that limits hold for both together.
    """

    def __init__(
        self,
        table: Table,
        policy: PeerPolicy,
        limits: Limits,
        authenticator: Authenticator,
        entropy: Callable[[int], bytes],
        known: Known = lambda _pair: (),
        accounts: Accounts | None = None,
    ) -> None:
        accounts = accounts or Accounts(limits, Stats())
        self.stats = accounts.stats
        self.routes = Routes(table, accounts, entropy)
        self.epoch = 0
        """Changes with all that routes depend on: a route of another epoch is void."""
        self._table = table
        self._policy = policy
        self._requests = Requests(table, policy, limits, accounts, self.stats, known)
        self._authenticator = authenticator
        self._strangers = Buckets(RATE, SOURCES)

    def has(self, client: FiveTuple) -> bool:
        """Whether a client has an allocation."""
        return client in self._table.by_client

    def receive(self, data: bytes, client: FiveTuple, now: float) -> Effects:
        """A datagram, or a message of a stream, arrived from a client."""
        if data and 0x40 <= data[0] < 0x80:
            return self._channel_data(data, client, now)
        try:
            message = stun.decode(data)
        except StunError:
            return self._dropped(Refusal.MALFORMED)
        if message.kind is Class.INDICATION and message.method == Method.SEND:
            return self._send(message, client, now)
        if message.kind is Class.REQUEST and message.method in METHODS:
            return self._request(message, client, now)
        return self._dropped(Refusal.MALFORMED)

    def arrived(self, datagrams: Sequence[bytes], relay: Address, peer: Address, now: float) -> Effects:
        """Datagrams of a peer arrived together at a relayed address (RFC 8656, sections 11.3 and 12.6)."""
        return self._carried(self.routes.from_peer(relay, peer, now), datagrams, now)

    def opened(self, number: int, relay: Address, now: float) -> Effects:
        """A socket that was to be opened is."""
        known = number in self._table.by_number
        self.epoch += 1
        return self._requests.opened(number, now) if known else (CloseRelay(relay),)

    def failed(self, number: int, relay: Address, now: float) -> Effects:
        """A socket cannot be opened there."""
        self.epoch += 1
        return self._requests.failed(number, relay, now) if number in self._table.by_number else ()

    def lost(self, client: FiveTuple, now: float) -> Effects:
        """A connection is gone, and its allocation with it."""
        allocation = self._table.by_client.get(client)
        return self._drop(allocation, now) if allocation else ()

    def tick(self, now: float) -> Effects:
        """Time passes; to be called about every second."""
        effects: list[Effect] = []
        for number in self._table.expiry.due(now):
            self.epoch += 1
            effects += self._requests.expire(self._table.by_number[number], now)
        return effects

    def close(self, now: float) -> Effects:
        """The server ends."""
        return [effect for each in list(self._table.by_number.values()) for effect in self._drop(each, now)]

    def _drop(self, allocation: Allocation, now: float) -> list[Effect]:
        for relay in allocation.relays.values():
            relay.until = now
        self.epoch += 1
        return self._requests.expire(allocation, now)

    def _dropped(self, reason: Refusal, count: int = 1) -> Effects:
        self.stats.refusals[reason] += count
        return ()

    # --- requests ----------------------------------------------------------------------------------------------------

    def _request(self, request: Message, client: FiveTuple, now: float) -> Effects:
        signed: Signed | None = None
        try:
            signed = self._authenticator.check(request, client, now)
            effects = self._answer(request, client, signed, now)
            self.epoch += 1
            return effects
        except RefusedError as error:
            refused = error
        except StunError:
            refused = RefusedError(400, Refusal.BAD_REQUEST)
        if refused.reason is Refusal.CREDENTIALS:
            signed = None
        if signed is None and client.transport is Transport.UDP and self._is_too_much(client.remote[0], now):
            return self._dropped(Refusal.RATE)
        self.stats.refusals[refused.reason] += 1
        return [ToClient(client, answers.failure(request, signed, refused))]

    def _is_too_much(self, host: str, now: float) -> bool:
        return bool(self._strangers.take(quota_key(host), now))

    def _answer(self, request: Message, client: FiveTuple, signed: Signed, now: float) -> list[Effect]:
        unknown = request.unknown(asking.UNDERSTOOD)
        if unknown:
            attributes = [(Attribute.UNKNOWN_ATTRIBUTES, values.types(unknown))]
            raise RefusedError(420, Refusal.ATTRIBUTE, attributes)
        allocation = self._table.by_client.get(client)
        if allocation is None:
            return self._first(request, client, signed, now)
        if allocation.state is State.OPENING:
            return []
        if allocation.user != signed.name.user:
            raise RefusedError(441, Refusal.OTHER_USER)
        match request.method:
            case Method.ALLOCATE:
                return self._requests.again(request, allocation, signed, now)
            case Method.REFRESH:
                return self._requests.refresh(request, allocation, signed, now)
            case Method.CREATE_PERMISSION:
                return self._requests.create_permission(request, allocation, signed, now)
            case _:
                return self._requests.channel_bind(request, allocation, signed, now)

    def _first(self, request: Message, client: FiveTuple, signed: Signed, now: float) -> list[Effect]:
        if request.method != Method.ALLOCATE:
            raise RefusedError(437, Refusal.MISMATCH)
        if signed.expired:
            raise self._authenticator.denied(client, now)
        return self._requests.allocate(request, client, signed, now)

    # --- data --------------------------------------------------------------------------------------------------------

    def _channel_data(self, data: bytes, client: FiveTuple, now: float) -> Effects:
        """Section 12.5; what is beyond its length is padding."""
        if len(data) < CHANNEL_HEADER.size:
            return self._dropped(Refusal.MALFORMED)
        number, length = CHANNEL_HEADER.unpack_from(data)
        end = CHANNEL_HEADER.size + length
        route = self.routes.by_channel(client, number, now) if len(data) >= end else Refusal.MALFORMED
        return self._carried(route, (data[CHANNEL_HEADER.size : end],), now)

    def _send(self, message: Message, client: FiveTuple, now: float) -> Effects:
        """Section 11.2."""
        payload = message.get(Attribute.DATA)
        try:
            peer = message.xor_address(Attribute.XOR_PEER_ADDRESS)
        except StunError:
            peer = None
        if payload is None or peer is None or message.unknown(asking.UNDERSTOOD):
            return self._dropped(Refusal.MALFORMED)
        return self._carried(self.routes.by_permission(client, peer, now), (payload,), now)

    def _carried(self, route: Route | Refusal, payloads: Sequence[bytes], now: float) -> Effects:
        if isinstance(route, Refusal):
            return self._dropped(route, len(payloads))
        return route.effects(self.routes.carry(route, payloads, now))
