"""Servers that answer anything: no exception, no endless work, and what is kept stays bounded."""

import random

from hypothesis import given
from hypothesis import strategies as st

from pypeer.connect.turn.client import TurnClient
from pypeer.connect.turn.signing import Credentials
from pypeer.connect.turn.words import Effect, Granted, State, ToServer, Want
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.protocol.values import Address
from tests.unit.signaling.relay.turn.stage import PEER, PEER6

ADDRESSES = st.sampled_from([PEER, PEER6, ("0.0.0.0", 0), ("::ffff:127.0.0.1", 65_535)])
VALUES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"\0\0\4\1", b"\0\0\4\x26", b"\0\0\4\x25", b"\0\0\5\x08", b"test", bytes(4), b"\0\0\2\x58"]),
)
ATTRIBUTES = st.lists(st.tuples(st.sampled_from(Attribute), VALUES), max_size=6)
SIGNED = frozenset({Attribute.MESSAGE_INTEGRITY, Attribute.MESSAGE_INTEGRITY_SHA256, Attribute.FINGERPRINT})


@st.composite
def answers(draw: st.DrawFn) -> tuple[Class, list[tuple[int, bytes]], bool, list[Address]]:
    """Kind, attributes, whether it is signed as it should be, and relayed addresses."""
    attributes = [(int(kind), value) for kind, value in draw(ATTRIBUTES) if kind not in SIGNED]
    return draw(st.sampled_from(Class)), attributes, draw(st.booleans()), draw(st.lists(ADDRESSES, max_size=3))


@given(st.lists(answers(), max_size=25), st.lists(st.floats(0, 400), min_size=1, max_size=10), st.sampled_from(Want))
def test_whatever_a_server_answers(
    told: list[tuple[Class, list[tuple[int, bytes]], bool, list[Address]]], pauses: list[float], want: Want
) -> None:
    client, now = TurnClient(Credentials("ada", "secret"), False, random.Random(1).randbytes, want), 0.0
    waiting = _asked(client.start(now))
    for step, (kind, attributes, signed, relayed) in enumerate(told):
        now += pauses[step % len(pauses)]
        waiting += _asked(client.tick(now))
        for peer in (PEER, PEER6):
            waiting += _asked(client.send(peer, b"\x16data", now))
        asked = waiting.pop() if waiting else Message(Method.REFRESH, Class.REQUEST, bytes(12))
        attributes = [*attributes]
        for each in relayed:
            attributes.append((Attribute.XOR_RELAYED_ADDRESS, values.xor_address(each, asked.transaction)))
        key = client._signing._key if signed else None
        data = stun.encode(asked.method, kind, asked.transaction, attributes, key)
        waiting += _asked(client.receive(data, now))
        assert len(client._transactions._flights) < 20
        assert client.wake_at() > -1
    _asked(client.release(now))
    client.tick(now + 100)
    client.tick(now + 200)
    for _ in range(10):
        client.tick(client.wake_at())
    assert client.state is State.ENDED


@given(st.binary(max_size=200))
def test_whatever_arrives(data: bytes) -> None:
    client = TurnClient(Credentials("ada", "secret"), False, random.Random(1).randbytes)
    client.start(0.0)
    client.unwrap(data)
    assert not [each for each in client.receive(data, 0.0) if isinstance(each, Granted)]


def _asked(effects: list[Effect]) -> list[Message]:
    """Requests among what is sent; more than a few at once would be a loop."""
    sent = [stun.decode(effect.data) for effect in effects if isinstance(effect, ToServer)]
    assert len(sent) < 20
    return [message for message in sent if message.kind is Class.REQUEST]
