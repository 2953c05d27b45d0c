"""Credentials of the TURN REST scheme."""

import base64
import hashlib
import hmac

import pytest

from signaling.relay.turn import credentials
from signaling.relay.turn.credentials import Name


def test_they_are_those_of_the_scheme() -> None:
    """As coturn computes them for `static-auth-secret`."""
    name, password = credentials.make("north", "Pa-_1", "b", 1433895918.9)
    assert name == "1433895918:Pa-_1/b"
    assert password == base64.b64encode(hmac.new(b"north", name.encode(), hashlib.sha1).digest()).decode()


def test_a_name_is_read() -> None:
    name = credentials.read(b"1433895918:pair/a")
    assert name == Name("1433895918:pair/a", 1433895918, "pair/a")
    assert name.pair == "pair"
    other = credentials.read(b"1:ada")
    assert other
    assert other.pair == "ada"


@pytest.mark.parametrize(
    "name", [b"", b"ada", b":ada", b"1:", b"-1:a", b"1:a b", b"1:a\n", b"1:\xff", b"1" * 16 + b":a", b"1:" + b"a" * 129]
)
def test_what_is_no_name(name: bytes) -> None:
    assert credentials.read(name) is None
