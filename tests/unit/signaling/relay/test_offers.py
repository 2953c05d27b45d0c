"""What the members of a pair are told of relays."""

import pytest

from signaling.protocol.fields import IceServer
from signaling.relay.offers import Offers, Ports, urls
from signaling.relay.tickets import Member
from signaling.relay.turn import credentials

ALL = Ports(3478, 3479, 5349)


@pytest.mark.parametrize(
    ("dialled", "ports", "told"),
    [
        (
            "byway.example:8080",
            ALL,
            (
                "turn:byway.example:3478?transport=udp",
                "turn:byway.example:3479?transport=tcp",
                "turns:byway.example:5349?transport=tcp",
            ),
        ),
        ("[2001:db8::1]", Ports(tcp=3478), ("turn:[2001:db8::1]:3478?transport=tcp",)),
        ("byway.example", Ports(), ()),
        ("localhost:8080", Ports(udp=1), ("turn:localhost:1?transport=udp",)),
        ("", ALL, ()),
    ],
)
def test_urls(dialled: str, ports: Ports, told: tuple[str, ...]) -> None:
    assert urls(dialled, ports) == told


def test_each_server_has_credentials_under_its_own_secret() -> None:
    offers = Offers("own", 60, ("turn:other.example?transport=tcp",), "theirs")
    name = "1061:pair/a"
    assert offers.told("byway.example", Ports(udp=3478), "pair", "a", 1000.5) == (
        IceServer(
            urls=("turn:byway.example:3478?transport=udp",),
            username=name,
            credential=credentials.password("own", name),
        ),
        IceServer(
            urls=("turn:other.example?transport=tcp",), username=name, credential=credentials.password("theirs", name)
        ),
    )


def test_without_relays_nothing_is_told() -> None:
    assert Offers("own", 60).told("byway.example", Ports(), "pair", "a", 0) == ()


def test_a_ticket_admits_its_member_as_long_as_credentials_last() -> None:
    offers = Offers("own", 60)
    ticket = offers.ticket("pair", "b", 1000.5)
    assert offers.admits(ticket, 1060.5) == Member("pair", "b")
    assert offers.admits(ticket, 1062) is None
    assert Offers("other", 60).admits(ticket, 1000) is None
