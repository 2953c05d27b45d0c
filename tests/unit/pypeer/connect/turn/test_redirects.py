"""Servers that name other servers."""

from pypeer.connect.turn.redirects import HOPS, Redirects
from pypeer.connect.turn.words import Alternate


def place(number: int) -> tuple[str, int]:
    return f"192.0.2.{number}", 3478


def test_a_server_that_is_named_is_asked_by_its_own_name_or_the_one_before() -> None:
    here = Redirects(place(0), "turn.example")
    assert here.follow(Alternate(place(1)))
    assert (here.address, here.name) == (place(1), "turn.example")
    assert here.follow(Alternate(place(2), "other.example"))
    assert (here.address, here.name) == (place(2), "other.example")


def test_nobody_is_asked_twice() -> None:
    here = Redirects(place(0), "turn.example")
    assert not here.follow(Alternate(place(0)))
    here = Redirects(place(0), "turn.example")
    assert here.follow(Alternate(place(1)))
    assert not here.follow(Alternate(place(0)))


def test_a_chain_of_servers_has_an_end() -> None:
    here = Redirects(place(0), "turn.example")
    assert [here.follow(Alternate(place(number))) for number in range(1, HOPS + 2)] == [True] * HOPS + [False]
