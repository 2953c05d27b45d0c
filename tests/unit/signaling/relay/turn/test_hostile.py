"""Bytes of any kind, and strangers without number: never an exception, and nothing that grows without bound.

Messages that are almost right are in tests/fuzz, and a slice of them in tests/unit/test_fuzz.py.
"""

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from signaling.protocol import stun
from signaling.protocol.stun import Attribute, Class, Method
from signaling.protocol.values import StunError
from signaling.relay.turn.core import SOURCES
from signaling.relay.turn.kinds import FiveTuple, Transport
from tests.unit.signaling.relay.turn.stage import PEER, SERVER, UDP, Stage

KINDS: Final = tuple(Attribute)
METHODS: Final = (Method.ALLOCATE, Method.REFRESH, Method.CREATE_PERMISSION, Method.CHANNEL_BIND)


def test_strangers_from_everywhere_leave_nothing() -> None:
    stage = Stage()
    bare = stun.encode(Method.ALLOCATE, Class.REQUEST, bytes(12), [UDP])
    for n in range(SOURCES + 2000):
        client = FiveTuple(Transport.UDP, (SERVER, 3478), (f"{n % 250}.{n // 250}.1.1", n))
        stage.turn.receive(bare, client, stage.now)
    assert len(stage.turn._strangers) == SOURCES
    assert not stage.table.by_client


def attributes() -> st.SearchStrategy[list[tuple[int, bytes]]]:
    """Lists of attributes, of known types mostly."""
    kind = st.one_of(st.sampled_from(KINDS), st.integers(0, 2**16 - 1))
    return st.lists(st.tuples(kind.map(int), st.binary(max_size=40)), max_size=6)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    stage = Stage()
    client = stage.client()
    client.allocate()
    client.bind(PEER)
    client.send(data)
    stage.client(port=2).send(data)
    stage.arrives(client.relays[0], PEER, data)


@given(st.sampled_from(METHODS), attributes(), st.booleans())
def test_any_attributes_of_a_signed_request_get_one_answer(
    method: Method, more: list[tuple[int, bytes]], has_allocation: bool
) -> None:
    stage = Stage()
    client = stage.client()
    if has_allocation:
        client.allocate()
    try:
        request = client.request(method, *more)
        stun.decode(request)
    except StunError:
        return
    assert len(client.send(request)) == 1
