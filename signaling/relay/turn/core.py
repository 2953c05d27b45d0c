"""A TURN server (RFC 8656) without sockets: what arrives and the time in, what to do out.

    receive   from a client: a request, a Send indication, or data of a channel;  burst  for several at once
    arrived   from a peer, at a relayed address
    opened, failed   what became of OpenRelay;  lost   a connection over TCP;  tick   time passes

Two allocations of one pair reach each other inside the server, without a socket, whatever addresses it has.

The port is open to everybody and sources can be forged. An answer to a request without good credentials is at most
ANSWER_BYTES long: with the headers of IP and UDP 2.4 times what the shortest request has, 2.1 times what an Allocate
has; and an address gets no more of them than RATE says. Nothing is kept for such a request.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final

from signaling.core.address import quota_key
from signaling.core.quota import Buckets, Rate
from signaling.protocol import stun
from signaling.protocol.framing import CHANNEL_HEADER, PAYLOAD_BYTES, channel_data
from signaling.protocol.stun import Address, Attribute, Class, Message, Method, StunError
from signaling.relay.turn import answers, asking
from signaling.relay.turn.allocation import Allocation, State
from signaling.relay.turn.authentication import Authenticator, Signed
from signaling.relay.turn.effects import CloseRelay, Effect, ManyToClient, ManyToPeer, ToClient, ToPeer
from signaling.relay.turn.kinds import FiveTuple, Refusal, RefusedError, Stats, Transport, family_of
from signaling.relay.turn.peers import PeerPolicy
from signaling.relay.turn.quota import Accounts, Limits
from signaling.relay.turn.requests import Known, Requests
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
        self._table = table
        self._policy = policy
        self._requests = Requests(table, policy, limits, accounts, self.stats, known)
        self._authenticator = authenticator
        self._entropy = entropy
        self._strangers = Buckets(RATE, SOURCES)

    def has(self, client: FiveTuple) -> bool:
        """Whether a client has an allocation."""
        return client in self._table.by_client

    def receive(self, data: bytes, client: FiveTuple, now: float) -> Effects:
        """A datagram, or a message of a stream, arrived from a client."""
        if data and 0x40 <= data[0] < 0x80:
            return self._channel_data((data,), client, now)
        try:
            message = stun.decode(data)
        except StunError:
            return self._dropped(Refusal.MALFORMED)
        if message.kind is Class.INDICATION and message.method == Method.SEND:
            return self._send(message, client, now)
        if message.kind is Class.REQUEST and message.method in METHODS:
            return self._request(message, client, now)
        return self._dropped(Refusal.MALFORMED)

    def burst(self, datagrams: Sequence[bytes], client: FiveTuple, now: float) -> Effects:
        """Datagrams arrived together from a client. As `receive` for each, at the price of one for each channel."""
        effects: list[Effect] = []
        for (header, _), alike in groupby(datagrams, _shape):
            same = list(alike)
            if len(same) > 1 and b"\x40" <= header < b"\x80":
                effects += self._channel_data(same, client, now)
            else:
                for data in same:
                    effects += self.receive(data, client, now)
        return effects

    def arrived(self, datagrams: Sequence[bytes], relay: Address, peer: Address, now: float) -> Effects:
        """Datagrams of a peer arrived together at a relayed address (RFC 8656, sections 11.3 and 12.6)."""
        allocation = self._table.by_socket.get(relay)
        if allocation is None:
            return ()
        way = allocation.channel_of(peer, now) or allocation.permitted(peer[0], now)
        if way is None or not way.outside or max(map(len, datagrams)) > PAYLOAD_BYTES:
            return self._dropped(Refusal.PERMISSION, len(datagrams))
        size = sum(map(len, datagrams))
        if not self._requests.accounts.spend(allocation.account, size, now):
            return ()
        self.stats.to_clients += size
        return self._to_client(allocation, datagrams, peer, now)

    def opened(self, number: int, relay: Address, now: float) -> Effects:
        """A socket that was to be opened is."""
        known = number in self._table.by_number
        return self._requests.opened(number, now) if known else (CloseRelay(relay),)

    def failed(self, number: int, relay: Address, now: float) -> Effects:
        """A socket cannot be opened there."""
        return self._requests.failed(number, relay, now) if number in self._table.by_number else ()

    def lost(self, client: FiveTuple, now: float) -> Effects:
        """A connection is gone, and its allocation with it."""
        allocation = self._table.by_client.get(client)
        return self._drop(allocation, now) if allocation else ()

    def tick(self, now: float) -> Effects:
        """Time passes; to be called about every second."""
        effects: list[Effect] = []
        for number in self._table.expiry.due(now):
            effects += self._requests.expire(self._table.by_number[number], now)
        return effects

    def close(self, now: float) -> Effects:
        """The server ends."""
        return [effect for each in list(self._table.by_number.values()) for effect in self._drop(each, now)]

    def _drop(self, allocation: Allocation, now: float) -> list[Effect]:
        for relay in allocation.relays.values():
            relay.until = now
        return self._requests.expire(allocation, now)

    def _dropped(self, reason: Refusal, count: int = 1) -> Effects:
        self.stats.refusals[reason] += count
        return ()

    # --- requests ----------------------------------------------------------------------------------------------------

    def _request(self, request: Message, client: FiveTuple, now: float) -> Effects:
        signed: Signed | None = None
        try:
            signed = self._authenticator.check(request, client, now)
            return self._answer(request, client, signed, now)
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
            attributes = [(Attribute.UNKNOWN_ATTRIBUTES, stun.types(unknown))]
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

    def _channel_data(self, datagrams: Sequence[bytes], client: FiveTuple, now: float) -> Effects:
        """All with the same header and as long; what is beyond its length is padding."""
        allocation, count = self._table.by_client.get(client), len(datagrams)
        if allocation is None or len(datagrams[0]) < CHANNEL_HEADER.size:
            return self._dropped(Refusal.MALFORMED, count)
        number, length = CHANNEL_HEADER.unpack_from(datagrams[0])
        channel, end = allocation.channel(number, now), CHANNEL_HEADER.size + length
        if channel is None or len(datagrams[0]) < end:
            return self._dropped(Refusal.MALFORMED, count)
        payloads = [data[CHANNEL_HEADER.size : end] for data in datagrams]
        return self._to_peer(allocation, payloads, channel.peer, channel.outside, now)

    def _send(self, message: Message, client: FiveTuple, now: float) -> Effects:
        """RFC 8656, section 11.2."""
        allocation, payload = self._table.by_client.get(client), message.get(Attribute.DATA)
        try:
            peer = message.xor_address(Attribute.XOR_PEER_ADDRESS)
        except StunError:
            peer = None
        if allocation is None or payload is None or peer is None or message.unknown(asking.UNDERSTOOD):
            return self._dropped(Refusal.MALFORMED)
        permission = allocation.permitted(peer[0], now)
        if permission is None:
            return self._dropped(Refusal.PERMISSION)
        return self._to_peer(allocation, (payload,), peer, permission.outside, now)

    def _to_peer(
        self, allocation: Allocation, payloads: Sequence[bytes], peer: Address, outside: bool, now: float
    ) -> Effects:
        """All of one size, since they came under one header."""
        relay, size, count = allocation.relays.get(family_of(peer[0])), len(payloads[0]), len(payloads)
        target = self._table.by_told.get(peer)
        inside = target is not None and target.account is allocation.account
        if relay is None or not (inside or outside) or size > PAYLOAD_BYTES:
            return self._dropped(Refusal.PEER, count)
        if not self._requests.accounts.spend(allocation.account, size * count, now):
            return ()
        self.stats.to_peers += size * count
        if target is not None and inside:
            return self._to_client(target, payloads, relay.told, now)
        return (ToPeer(relay.at, payloads[0], peer) if count == 1 else ManyToPeer(relay.at, payloads, peer),)

    def _to_client(self, allocation: Allocation, payloads: Sequence[bytes], peer: Address, now: float) -> Effects:
        channel, client = allocation.channel_of(peer, now), allocation.client
        if channel is not None:
            padded, number = client.transport is not Transport.UDP, channel.number
            datagrams = [channel_data(number, payload, padded) for payload in payloads]
        elif allocation.permitted(peer[0], now) is None:
            return self._dropped(Refusal.PERMISSION, len(payloads))
        else:
            datagrams = [answers.indication(peer, payload, self._entropy(12)) for payload in payloads]
        return (ToClient(client, datagrams[0]) if len(datagrams) == 1 else ManyToClient(client, datagrams),)


def _shape(data: bytes) -> tuple[bytes, int]:
    """What datagrams of one channel and one size have in common."""
    return data[: CHANNEL_HEADER.size], len(data)
