"""One allocation at a TURN server (RFC 8656): asked for, kept, used, and given back. Pure.

    start      ask for it
    receive    something came from the server;  unwrap  for data of a channel, which changes nothing here
    send       to a peer;  wrap  where its channel stands
    tick       at `wake_at`, and at any other time
    release    give it back

Relayed addresses of both versions of IP are asked for at once; a server that has only one tells that; one that refuses
is asked again for what every server has; and of one that takes no notice IPv6 can be asked for apart. Data goes right
behind the request that permits it, and needs no round trip.

Credentials may end while an allocation lives. Servers that are as careful with the time as RFC 8656 go on by the name
that made it (section 5 binds an allocation to that name), so the old ones are used as long as they are taken, and newer
ones (`renew`) only after a refusal with 401. A server that counts by the whole name, as coturn does, then refuses them
with 441, and the allocation ends with its time: another is needed, and `Doubtful` says so while this one still works.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pypeer.connect.turn import reading, words
from pypeer.connect.turn.lifetime import FOREVER, Lifetime
from pypeer.connect.turn.peers import Peers, Standing, indication
from pypeer.connect.turn.signing import Credentials, Signing
from pypeer.connect.turn.transactions import TRIES, Request, Transactions
from pypeer.connect.turn.words import Doubtful, Effect, Ended, Event, PeerRefused, Received, State, ToServer, Want
from signaling.protocol import stun, values
from signaling.protocol.framing import PAYLOAD_BYTES, channel_data
from signaling.protocol.stun import TRANSACTION_BYTES, Attribute, Class, Message, Method
from signaling.protocol.values import Address, StunError

UDP: Final = (Attribute.REQUESTED_TRANSPORT, bytes((17, 0, 0, 0)))
"""RFC 8656, section 18.7: to peers by UDP."""

SINGLE: Final = frozenset({400, 420, 440})
"""Answers to the wish for both that may come from a server that has one, or knows of one."""

UNTAKEN: Final = frozenset({401, 441})
"""Answers by which a server that has granted before does not take the credentials any more, or other ones instead."""


class TurnClient:
    """State of one allocation. Times are of a monotonic clock; `stream` is set where TCP or TLS leads to the server."""

    def __init__(
        self, credentials: Credentials, stream: bool, entropy: Callable[[int], bytes], want: Want = Want.BOTH
    ) -> None:
        self.state = State.NEW
        self._stream = stream
        self._want = want
        self._entropy = entropy
        self._signing = Signing(credentials)
        self._transactions = Transactions(stream, entropy)
        self._peers = Peers()
        self._lifetime = Lifetime()

    def __repr__(self) -> str:
        return f"<TurnClient {self.state.value}>"

    def start(self, now: float) -> list[Effect]:
        """Ask for an allocation."""
        self._happens(Event.START)
        return self._ask(Request(Method.ALLOCATE, (UDP, self._want.value)), now)

    def renew(self, credentials: Credentials) -> None:
        """There are newer credentials for the same server."""
        self._signing.renew(credentials)

    def release(self, now: float) -> list[Effect]:
        """Give it back; `Ended` follows, at once where there is nothing to give back."""
        if self.state is State.ENDED or self.state is State.RELEASING:
            return []
        if not self._signing.is_ready:
            return self._end(Ended(0, words.RELEASED))
        self._happens(Event.RELEASE)
        self._transactions.clear()
        self._lifetime.released()
        return self._ask(Request(Method.REFRESH, ((Attribute.LIFETIME, values.number32(0)),)), now)

    def wake_at(self) -> float:
        """When `tick` has something to do; infinity for never."""
        grants = self._peers.wake_at() if self.state is State.OPEN else FOREVER
        return min(self._transactions.wake_at(), grants, self._lifetime.refresh_at, self._lifetime.until)

    # --- data --------------------------------------------------------------------------------------------------------

    def wrap(self, peer: Address, payload: bytes) -> bytes | None:
        """What to send to the server for a peer whose channel stands; None if `send` has to be used."""
        number = self._peers.number(peer)
        if number is None or self.state is not State.OPEN or len(payload) > PAYLOAD_BYTES:
            return None
        return channel_data(number, payload, self._stream)

    def unwrap(self, data: bytes) -> tuple[Address, bytes] | None:
        """Sender and payload, if this is data of a channel."""
        return self._peers.unwrap(data) if self.state is State.OPEN and data[:1] >= b"\x40" else None

    def send(self, peer: Address, payload: bytes, now: float) -> list[Effect]:
        """Send to a peer without a channel yet; dropped where that is not allowed, as any datagram may be."""
        if self.state is not State.OPEN or len(payload) > PAYLOAD_BYTES:
            return []
        effects: list[Effect] = []
        if peer[0] not in self._peers.hosts and self._peers.new_host(peer[0]) is not None:
            effects += self._ask(Request(Method.CREATE_PERMISSION, peer=peer), now)
        if not self._peers.is_permitted(peer[0]):
            return effects
        if not stun.is_stun(payload) and self._peers.new_channel(peer) is not None:
            effects += self._bind(peer, now)
        return [*effects, ToServer(indication(peer, payload, self._entropy(TRANSACTION_BYTES)))]

    # --- what arrives ------------------------------------------------------------------------------------------------

    def receive(self, data: bytes, now: float) -> list[Effect]:
        """A datagram, or a message of the stream, from the server. What is not understood is ignored."""
        try:
            message = stun.decode(data)
            if message.kind is Class.INDICATION:
                return self._indicated(message)
            request = self._transactions.find(message)
            if request is None or message.kind is Class.REQUEST or not self._signing.accepts(message):
                return []
            code, _ = message.error() or (0, "")
        except StunError:
            return []
        self._transactions.end(message.transaction)
        if message.kind is Class.SUCCESS:
            return self._succeeded(request, message, now)
        return self._failed(request, message, code, now)

    def _indicated(self, message: Message) -> list[Effect]:
        peer, payload = message.xor_address(Attribute.XOR_PEER_ADDRESS), message.get(Attribute.DATA)
        if message.method != Method.DATA or peer is None or payload is None or self.state is not State.OPEN:
            return []
        return [Received(peer, payload)] if self._peers.is_permitted(peer[0]) else []

    def _succeeded(self, request: Request, message: Message, now: float) -> list[Effect]:
        if self.state is State.RELEASING:
            return self._end(Ended(0, words.RELEASED))
        if request.method is Method.ALLOCATE:
            return self._allocated(message, now)
        if request.method is Method.REFRESH:
            self._lifetime.lasts(message.number(Attribute.LIFETIME) or 0, now)
            return []
        for grant in self._peers.grants(request.method, request.peer):
            grant.granted(now)
        return []

    def _allocated(self, message: Message, now: float) -> list[Effect]:
        found = reading.grant(message, self._want)
        if found is None:
            return self._end(Ended(0, words.NONSENSE))
        granted, seconds = found
        self._happens(Event.GRANTED)
        self._lifetime.lasts(seconds, now)
        return [granted]

    def _failed(self, request: Request, message: Message, code: int, now: float) -> list[Effect]:
        if code in (401, 438) and self._may_sign_again(request, code) and self._signing.challenged(message):
            return self._ask(replace(request, tries=request.tries + 1), now)
        if self.state is State.RELEASING:
            return self._end(Ended(code, words.RELEASED))
        if request.method is Method.ALLOCATE:
            if code in SINGLE and Want.BOTH.value in request.attributes:
                return self._ask(Request(Method.ALLOCATE, (UDP,)), now)
            return self._end(Ended(code, words.meaning(code), reading.alternate(message) if code == 300 else None))
        if code == 437:
            return self._end(Ended(code, words.meaning(code)))
        doubtful = self._doubted(code) if code in UNTAKEN or request.method is Method.REFRESH else []
        return doubtful if request.method is Method.REFRESH else [*doubtful, *self._refused(request, code)]

    def _doubted(self, code: int) -> list[Effect]:
        """It cannot be kept: told the first time, so that another is there before it ends."""
        is_news, self._lifetime.doubt = self._lifetime.doubt is None, Ended(code, words.meaning(code))
        return [Doubtful(code, words.meaning(code))] if is_news else []

    def _may_sign_again(self, request: Request, code: int) -> bool:
        """Whether a challenge is news: the first, a new nonce, or one for which there are newer credentials."""
        is_untaken = code == 401 and request.signed == self._signing.credentials
        return request.tries < TRIES and (not is_untaken or self._signing.use_newer())

    def _refused(self, request: Request, code: int) -> list[Effect]:
        assert request.peer is not None
        for grant in self._peers.grants(request.method, request.peer):
            if code in UNTAKEN and grant.standing is Standing.GRANTED:
                continue  # it holds for the time for which it was granted
            grant.refused()
        return [PeerRefused(request.peer[0], code, words.meaning(code))]

    # --- time --------------------------------------------------------------------------------------------------------

    def tick(self, now: float) -> list[Effect]:
        """Do what is due."""
        if now >= self._lifetime.until and self.state is State.OPEN:
            return self._end(self._lifetime.end)
        again, lost = self._transactions.tick(now)
        effects: list[Effect] = [ToServer(data) for data in again]
        for request in lost:
            effects += self._lost(request)
        if self.state is State.OPEN:
            effects += self._renew_what_is_due(now)
        return effects

    def _lost(self, request: Request) -> list[Effect]:
        """Nobody answered: without an allocation that is the end; a refresh was begun anew already."""
        if self.state in (State.ALLOCATING, State.RELEASING):
            return self._end(Ended(0, words.NO_ANSWER))
        for grant in self._peers.grants(request.method, request.peer):
            grant.renew_at = 0.0
        return []

    def _renew_what_is_due(self, now: float) -> list[Effect]:
        effects: list[Effect] = []
        if now >= self._lifetime.refresh_at:
            self._lifetime.asked(now)
            effects += self._ask(Request(Method.REFRESH), now)
        hosts, channels = self._peers.due(now)
        for host in hosts:
            self._peers.hosts[host].asked()
            effects += self._ask(Request(Method.CREATE_PERMISSION, peer=(host, 0)), now)
        for peer in channels:
            self._peers.channels[peer].asked()
            effects += self._bind(peer, now)
        return effects

    # --- requests ----------------------------------------------------------------------------------------------------

    def _ask(self, request: Request, now: float) -> list[Effect]:
        request = replace(request, signed=self._signing.credentials if self._signing.is_ready else None)
        return [ToServer(self._transactions.begin(request, self._encode, now))]

    def _encode(self, request: Request, transaction: bytes) -> bytes:
        return self._signing.encode(request.method, transaction, request.under(transaction))

    def _bind(self, peer: Address, now: float) -> list[Effect]:
        number = (Attribute.CHANNEL_NUMBER, self._peers.numbers[peer].to_bytes(2, "big") + b"\0\0")
        return self._ask(Request(Method.CHANNEL_BIND, (number,), peer), now)

    def _end(self, ended: Ended) -> list[Effect]:
        self._happens(Event.END)
        self._transactions.clear()
        self._lifetime.over()
        return [ended]

    def _happens(self, event: Event) -> None:
        self.state = words.TRANSITIONS[self.state][event]
