"""Delegations: what is signed, and for whom, what and when it is good."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.identity import Identity
from signaling.protocol.delegation import LIFE_MAX_S, SKEW_S, Delegation, Flaw, Signed, flaw, parse
from signaling.protocol.encoding import b64
from tests.vectors import make_delegations

OWNER, DELEGATE = Identity.from_seed(bytes(32)), Identity.from_seed(b"d" * 32)
NOW = 1_790_000_000
MADE = Delegation(OWNER.key, DELEGATE.key, b"m" * 32, NOW * 1000, NOW + 3600, "275")


def signed(made: Delegation, owner: Identity = OWNER) -> Signed:
    return Signed(made, owner.sign(made.statement))


def look(made: Signed, now: float = NOW) -> Flaw | None:
    return flaw(made, DELEGATE.key, "275", now)


keys = st.binary(min_size=32, max_size=32)
numbers = st.integers(0, 2**64 - 1)


@given(st.builds(Delegation, keys, keys, keys, numbers, numbers, st.integers(1, 9_999_999).map(str)))
def test_what_is_written_is_read(made: Delegation) -> None:
    signature = OWNER.sign(made.statement)
    assert parse(made.text(signature)) == Signed(made, signature)


def test_the_vectors_are_read() -> None:
    vectors = json.loads(make_delegations.FILE.read_text("utf-8"))
    for each in vectors["good"]:
        made = parse(each["text"])
        assert made.delegation.locator == each["locator"]
        assert flaw(made, bytes.fromhex(each["delegate"]), each["locator"], each["expires"] - 1) is None
    for text in vectors["bad"]:
        with pytest.raises(ValueError, match=r"delegation|base64url|ascii"):
            parse(text)


@given(st.binary(max_size=200))
def test_whatever_comes_is_a_delegation_or_an_error(data: bytes) -> None:
    with suppress(ValueError):
        assert parse(b64(data)).delegation.text(data[-64:]) == b64(data)


def test_one_is_good_for_its_key_and_code_until_it_is_over() -> None:
    assert look(signed(MADE)) is None
    assert flaw(signed(MADE), OWNER.key, "275", NOW) is Flaw.OTHER_KEY
    assert flaw(signed(MADE), DELEGATE.key, "276", NOW) is Flaw.OTHER_CODE
    assert look(signed(MADE), MADE.expires + SKEW_S - 1) is None
    assert look(signed(MADE), MADE.expires + SKEW_S) is Flaw.EXPIRED


def test_none_lives_for_longer_than_a_month() -> None:
    longest = replace(MADE, expires=NOW + LIFE_MAX_S)
    assert look(signed(longest)) is None
    assert look(signed(replace(MADE, expires=NOW + LIFE_MAX_S + SKEW_S + 1))) is Flaw.TOO_LONG
    ahead = replace(MADE, serial=(NOW + 10 * LIFE_MAX_S) * 1000, expires=NOW + 11 * LIFE_MAX_S)
    assert look(signed(ahead)) is Flaw.TOO_LONG


@given(st.integers(0, 7))
def test_only_its_owner_can_have_made_it(bit: int) -> None:
    assert look(signed(MADE, DELEGATE)) is Flaw.SIGNATURE
    good = signed(MADE)
    spoilt = bytes((good.signature[0] ^ (1 << bit), *good.signature[1:]))
    assert look(Signed(MADE, spoilt)) is Flaw.SIGNATURE
    assert look(Signed(replace(MADE, digest=b"x" * 32), good.signature)) is Flaw.SIGNATURE


def test_a_key_that_is_none_signs_nothing() -> None:
    assert look(Signed(replace(MADE, owner=b"\xff" * 32), bytes(64))) is Flaw.SIGNATURE
