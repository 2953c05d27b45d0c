"""The codec: what is no message says so, what is one is the same after a turn, and streams end where they must."""

from contextlib import suppress
from typing import Final

from signaling.protocol import stun, values
from signaling.protocol.framing import WHOLE_BYTES, Frames, FramingError, payloads
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.protocol.values import StunError
from signaling.relay.stun import StunServer, Verdict
from tests.fuzz.spoiling import Spoiler

ADDRESSES: Final = (("192.0.2.1", 1), ("2001:db8::1", 65535))
METHODS: Final = tuple(Method)
KINDS: Final = tuple(Attribute)
CLASSES: Final = tuple(Class)
COMPUTED: Final = (Attribute.MESSAGE_INTEGRITY, Attribute.MESSAGE_INTEGRITY_SHA256, Attribute.FINGERPRINT)
HERE: Final = ("198.51.100.1", 3478)


class CodecFuzzer:
    """Messages of any method and attributes: decoded, split from a stream, and asked of a STUN server."""

    name = "codec"

    def __init__(self, seed: int) -> None:
        self.spoiler = Spoiler(seed)
        self.random = self.spoiler.random
        self.understood = 0
        self._frames = Frames()
        self._server = StunServer([3478, 3479], {})
        self._server.endpoints.add(HERE)
        self._now = 0.0

    def step(self) -> str:
        """One message; tells of what kind."""
        kind, data = self.spoiler.spoil(self._message())
        with suppress(StunError):
            self._look(stun.decode(data))
        self._stream(data)
        payloads((data, data))
        self._now += 0.02
        outcome = self._server.receive(data, (f"192.0.2.{self.random.randrange(256)}", 1), HERE, self._now)
        assert (outcome.verdict in (Verdict.MALFORMED, Verdict.RATE)) == (not outcome.answer)
        return kind

    def check(self) -> None:
        """No more than one message is kept of a stream."""
        assert len(self._frames._buffer) <= WHOLE_BYTES

    def end(self) -> None:
        """Much was understood, or nothing was tried."""
        assert self.understood

    def _message(self) -> bytes:
        if self.random.random() < 0.1:
            length = self.random.randrange(200)
            return b"\x40\x01" + length.to_bytes(2, "big") + bytes(length)
        transaction = self.random.randbytes(12)
        attributes = [self._attribute(transaction) for _ in range(self.random.randrange(6))]
        key = self.random.choice((None, None, b"key"))
        kind = Class.REQUEST if self.random.random() < 0.5 else self.random.choice(CLASSES)
        return stun.encode(self.random.choice(METHODS), kind, transaction, attributes, key)

    def _attribute(self, transaction: bytes) -> tuple[int, bytes]:
        kind = self.random.choice((*KINDS, self.random.randrange(2**16)))
        if kind in COMPUTED:
            return Attribute.SOFTWARE, b"x"
        address = self.random.choice(ADDRESSES)
        known = (
            values.xor_address(address, transaction),
            values.plain_address(address),
            values.error_code(437),
            bytes(4),
        )
        return kind, self.random.choice((*known, self.random.randbytes(self.random.randrange(40))))

    def _look(self, message: Message) -> None:
        """All that can be asked of a message; and there and back again."""
        self.understood += 1
        message.verify(b"key")
        message.unknown(frozenset())
        for kind in (
            *self.random.sample(KINDS, 3),
            *(Attribute(each) for each, _ in message.attributes if each in KINDS),
        ):
            for ask in (message.get, message.has, message.number, message.address, message.xor_addresses):
                with suppress(StunError):
                    ask(kind)
        with suppress(StunError):
            message.error()
        again = stun.encode(message.method, message.kind, message.transaction, message.attributes, fingerprint=False)
        assert stun.decode(again).attributes == message.attributes

    def _stream(self, data: bytes) -> None:
        """In two pieces; after an error a stream is over, and another begins."""
        at = self.random.randrange(len(data) + 1)
        try:
            for piece in (data[:at], data[at:]):
                for message in self._frames.feed(piece):
                    assert len(message) <= self._frames.most
        except FramingError:
            self._frames = Frames()
            self._frames.most = self.random.choice((2048, WHOLE_BYTES))
