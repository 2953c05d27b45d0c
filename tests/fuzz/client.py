"""The client's core: a server that answers what is wrong, or not at all, and says what nobody has asked for."""

from collections.abc import Sequence
from typing import Final

from pypeer.connect.turn.client import TurnClient
from pypeer.connect.turn.signing import Credentials
from pypeer.connect.turn.words import Effect, State, ToServer
from pypeer.protocol.sentences import TURN_MEANINGS
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.protocol.values import Address
from tests.fuzz.spoiling import Spoiler

PEERS: Final = (("203.0.113.9", 5000), ("1.1.1.1", 1), ("2a00::1", 9), ("192.0.2.1", 65535))
CODES: Final = tuple(TURN_MEANINGS)
REALM: Final = b"test"
CREDENTIALS: Final = Credentials("ada", "secret")
KEY: Final = stun.long_term_key("ada", "test", "secret")

LIFE: Final = 400
"""Steps of one client before it is given back and another begins."""


class ClientFuzzer:
    """One client after the other."""

    name = "client"

    def __init__(self, seed: int) -> None:
        self.spoiler = Spoiler(seed)
        self.random = self.spoiler.random
        self.now = 1000.0
        self.opened = 0
        self._begin()

    def step(self) -> str:
        """One thing that happens to the client; tells which."""
        self._left -= 1
        if self._left < 0 or self.client.state is State.ENDED:
            self._do(self.client.release(self.now))
            self._begin()
        draw = self.random.random()
        if draw < 0.05:
            self.now += self.random.choice((0.01, 0.5, 5, 60))
            self._do(self.client.tick(self.now))
            return "time"
        if draw < 0.2:
            self._say(self.random.choice(PEERS))
            return "to a peer"
        kind, data = self._answer()
        spoiled, data = self.spoiler.spoil(data)
        if self.client.unwrap(data) is None:
            self._do(self.client.receive(data, self.now))
        return kind if spoiled == "as made" else spoiled

    def check(self) -> None:
        """It keeps no more than it has peers and requests for."""
        assert len(self.client._peers.hosts) <= len(PEERS)
        assert len(self.client._transactions._flights) <= 2 * len(PEERS) + 2
        assert self.client.wake_at() > self.now - LIFE

    def end(self) -> None:
        """Some clients have had what they wanted, or nothing was tried."""
        assert self.opened

    def _begin(self) -> None:
        self._left = LIFE
        self._asked: list[Message] = []
        self.client = TurnClient(CREDENTIALS, self.random.random() < 0.3, self.random.randbytes)
        self._do(self.client.start(self.now))

    def _say(self, peer: Address) -> None:
        payload = b"\x16" * self.random.choice((1, 100, 70_000))
        if self.client.wrap(peer, payload) is None:
            self._do(self.client.send(peer, payload, self.now))

    def _do(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, ToServer):
                message = stun.decode(effect.data)
                if message.kind is Class.REQUEST:
                    self._asked = [*self._asked[-7:], message]
            self.opened += type(effect).__name__ == "Granted"

    def _answer(self) -> tuple[str, bytes]:
        """Something that a server might say."""
        draw = self.random.random()
        if draw < 0.15 or not self._asked:
            return "channel data", (0x4000 + self.random.randrange(5)).to_bytes(2, "big") + b"\0\4data"
        if draw < 0.25:
            return "data indication", self._indication()
        asked = self.random.choice(self._asked)
        key = self.random.choice((KEY, KEY, KEY, KEY[::-1], None))
        challenge = [(Attribute.REALM, REALM), (Attribute.NONCE, b"n%d" % self.random.randrange(3))]
        if draw < 0.5:
            code = self.random.choice((401, 401, 438, *CODES, self.random.randrange(300, 700)))
            told = [(Attribute.ERROR_CODE, values.error_code(code)), *challenge]
            return "error", stun.encode(asked.method, Class.ERROR, asked.transaction, told, key)
        return "success", stun.encode(asked.method, Class.SUCCESS, asked.transaction, self._granted(asked), key)

    def _granted(self, asked: Message) -> list[tuple[int, bytes]]:
        lifetime = (Attribute.LIFETIME, values.number32(self.random.choice((0, 1, 600, 2**32 - 1))))
        peers = self.random.sample(PEERS, self.random.randrange(3))
        relayed = [(Attribute.XOR_RELAYED_ADDRESS, values.xor_address(peer, asked.transaction)) for peer in peers]
        told: list[tuple[int, bytes]] = [lifetime, *relayed]
        return told[self.random.randrange(2) :]

    def _indication(self) -> bytes:
        transaction = self.random.randbytes(12)
        peer = values.xor_address(self.random.choice(PEERS), transaction)
        attributes = [(Attribute.XOR_PEER_ADDRESS, peer), (Attribute.DATA, b"data")]
        return stun.encode(Method.DATA, Class.INDICATION, transaction, attributes, fingerprint=False)
