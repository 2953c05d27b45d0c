"""Keys, sealing and encoding in detail; the whole exchange is in test_meeting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.secure.encoding import b64, unb64
from pypeer.secure.keys import Pake, PakeError, Role
from pypeer.secure.seal import Opener, Sealer, SealError

KEY = bytes(range(32))


def test_sealed_messages_open_in_order_and_only_once() -> None:
    sealer, opener = Sealer(KEY, Role.A), Opener(KEY, Role.A)
    first, second = sealer.seal(b"one"), sealer.seal(b"two")
    with pytest.raises(SealError, match="reordered"):
        opener.open(second)
    assert opener.open(first) == b"one"
    with pytest.raises(SealError, match="repeated"):
        opener.open(first)
    assert opener.open(second) == b"two"


def test_a_message_of_one_role_is_none_of_the_other() -> None:
    with pytest.raises(SealError, match="altered"):
        Opener(KEY, Role.B).open(Sealer(KEY, Role.A).seal(b"one"))


@given(st.binary(max_size=40))
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(SealError):
        Opener(KEY, Role.A).open(data)


@pytest.mark.parametrize("message", [b"", b"A" * 33, b"B" + bytes(31), b"B" + b"\xff" * 32, b"S" + bytes(32)])
def test_a_bad_key_exchange_message_is_refused(message: bytes) -> None:
    with pytest.raises(PakeError):
        Pake(Role.A, b"x", bytes(32), bytes(32)).finish(message)


@given(st.binary(max_size=100))
def test_base64url_round_trip(data: bytes) -> None:
    assert unb64(b64(data)) == data


@pytest.mark.parametrize("text", ["=", "A", "AA==", "AB", "A+/A", "é", "AA AA", "AA\n"])
def test_base64url_takes_only_the_canonical_form(text: str) -> None:
    with pytest.raises(ValueError, match="not base64url"):
        unb64(text)
