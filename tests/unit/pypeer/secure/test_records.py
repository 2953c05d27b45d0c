"""Records of a link through a relay: the shared vectors, and everything that a relay could do to them."""

import json
from itertools import permutations
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from pypeer.secure.keys import Role
from pypeer.secure.records import TAG_BYTES, Exchange, RecordError, RecordOpener, RecordSealer
from tests.vectors import make_records

VECTORS: dict[str, Any] = json.loads(make_records.FILE.read_text("utf-8"))
KEY = bytes(range(32))
BIND = bytes(32)


def test_vectors_are_what_the_code_makes() -> None:
    assert make_records.build() == VECTORS


@pytest.mark.parametrize("vector", VECTORS["links"], ids=lambda vector: str(vector["link"]))
@pytest.mark.parametrize("role", Role)
def test_each_side_opens_what_the_other_sealed(vector: dict[str, Any], role: Role) -> None:
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(vector["private"][role.name]))
    exchange = Exchange(role, bytes.fromhex(vector["bind"]), vector["link"], private)
    sealer, opener = exchange.finish(bytes.fromhex(vector["public"][role.other.name]))
    for index, frame in enumerate(map(bytes.fromhex, vector["frames"])):
        assert sealer.seal(frame).hex() == vector["records"][role.name][index]
        assert opener.open(bytes.fromhex(vector["records"][role.other.name][index])) == frame


def test_a_record_is_the_same_wherever_it_is_sealed() -> None:
    sealer, other = RecordSealer(KEY), RecordSealer(KEY)
    for frame in (b"first", b"", b"third"):
        record = bytearray(len(frame) + TAG_BYTES)
        sealer.seal_into(frame, memoryview(record))
        assert record == other.seal(frame)
    assert sealer.seal(b"last") == other.seal(b"last")


@pytest.mark.parametrize("public", VECTORS["no-keys"])
def test_what_is_no_key_is_refused(public: str) -> None:
    with pytest.raises(RecordError, match="not a public key"):
        Exchange(Role.A, BIND, 0).finish(bytes.fromhex(public))


def test_each_link_has_new_keys() -> None:
    assert Exchange(Role.A, BIND, 0).public != Exchange(Role.A, BIND, 0).public


@pytest.mark.parametrize(
    ("role", "bind", "link"), [(Role.B, bytes(31) + b"\1", 7), (Role.B, BIND, 8), (Role.A, BIND, 7)]
)
def test_other_bindings_make_other_keys(role: Role, bind: bytes, link: int) -> None:
    a, other = Exchange(Role.A, BIND, 7), Exchange(role, bind, link)
    sealer, _ = a.finish(other.public)
    _, opener = other.finish(a.public)
    with pytest.raises(RecordError):
        opener.open(sealer.seal(b"frame"))


def records(count: int) -> list[bytes]:
    """So many records of one sealer."""
    sealer = RecordSealer(KEY)
    return [sealer.seal(bytes([number]) * 10) for number in range(count)]


@pytest.mark.parametrize("order", [order for order in permutations(range(3)) if order != (0, 1, 2)])
def test_records_in_another_order_do_not_open(order: tuple[int, ...]) -> None:
    opener, sealed = RecordOpener(KEY), records(3)
    arriving = map(opener.open, (sealed[index] for index in order))
    with pytest.raises(RecordError):
        list(arriving)


def test_a_repeated_record_does_not_open() -> None:
    opener, [sealed] = RecordOpener(KEY), records(1)
    assert opener.open(sealed) == bytes(10)
    with pytest.raises(RecordError):
        opener.open(sealed)


@given(at=st.integers(0, 9 + TAG_BYTES), bit=st.integers(0, 7))
def test_an_altered_record_does_not_open(at: int, bit: int) -> None:
    [sealed] = records(1)
    altered = sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :]
    with pytest.raises(RecordError):
        RecordOpener(KEY).open(altered)


@given(data=st.binary(max_size=60))
def test_nothing_else_opens(data: bytes) -> None:
    with pytest.raises(RecordError):
        RecordOpener(KEY).open(data)


@given(frame=st.binary(max_size=60))
def test_a_record_is_as_long_as_its_frame_and_the_tag(frame: bytes) -> None:
    sealed = RecordSealer(KEY).seal(frame)
    assert len(sealed) == len(frame) + TAG_BYTES
    assert RecordOpener(KEY).open(sealed) == frame
