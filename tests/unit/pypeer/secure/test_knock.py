"""What a connection between two peers begins with."""

import itertools

import pytest

from pypeer.secure.keys import Role
from pypeer.secure.knock import KNOCK_BYTES, How, Knocks

BIND = bytes(32)
MADE = "babdeb5d13617087ec379aedbc0cdd8537df79f252582ceed1d52c1afac7c880"


@pytest.mark.parametrize(("role", "how"), list(itertools.product(Role, How)))
def test_each_side_reads_what_the_other_makes(role: Role, how: How) -> None:
    made = Knocks(BIND, 7).make(role, how)
    assert len(made) == KNOCK_BYTES
    assert Knocks(BIND, 7).read(role, made) is how


def test_what_is_sent_back_is_not_taken() -> None:
    knocks = Knocks(BIND, 0)
    assert knocks.read(Role.A, knocks.make(Role.B, How.HOST)) is None


def test_all_are_different() -> None:
    made = {Knocks(BIND, link).make(role, how) for link in range(3) for role in Role for how in How}
    assert len(made) == 3 * len(Role) * len(How)


@pytest.mark.parametrize("other", [Knocks(BIND, 1), Knocks(b"\1" * 32, 0)])
def test_another_link_or_pair_is_refused(other: Knocks) -> None:
    assert Knocks(BIND, 0).read(Role.A, other.make(Role.A, How.HOST)) is None


def test_it_stays_as_it_is() -> None:
    """Another client has to make the same."""
    made = Knocks(bytes(range(32)), 3).make(Role.A, How.REFLEXIVE).hex()
    assert made == MADE
