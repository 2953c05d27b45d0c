"""Where STUN is served, and what peers are told."""

import pytest

from signaling.relay.places import ADDRESSES, local, pairs, partners, urls

MACHINE = ["127.0.0.1", "::1", "192.0.2.7", "fe80::1", "2001:db8::7", "192.0.2.7", "169.254.1.1"]
A, B, SIX, SEVEN = "198.51.100.1", "198.51.100.2", "2001:db8::6", "2001:db8::7"


def test_the_addresses_of_this_machine() -> None:
    assert local("*", MACHINE) == ["127.0.0.1", "::1", "192.0.2.7", "2001:db8::7", "169.254.1.1"]
    assert local("0.0.0.0", MACHINE) == ["127.0.0.1", "192.0.2.7", "169.254.1.1"]
    assert local("::", MACHINE) == ["::1", "2001:db8::7"]
    assert len(local("*", [f"10.0.{number}.1" for number in range(100)])) == ADDRESSES


def test_two_of_a_version_belong_together() -> None:
    assert pairs([A, SIX, B]) == [(A, B)]
    assert pairs([A, SIX, B, SEVEN]) == [(A, B), (SIX, SEVEN)]
    assert partners([A, B]) == {A: B, B: A}
    assert pairs(["*"]) == pairs([]) == []


def endpoints(*hosts: str) -> set[tuple[str, int]]:
    return {(host, port) for host in hosts for port in (3478, 3479)}


@pytest.mark.parametrize(
    ("dialled", "told"),
    [
        ("byway.example", ("stun:byway.example:3478", "stun:byway.example:3479")),
        ("nas.local:8080", ("stun:nas.local:3478", "stun:nas.local:3479")),
        ("192.0.2.7:8080", ("stun:192.0.2.7:3478", "stun:192.0.2.7:3479")),
        ("[2001:db8::7]:8080", ("stun:[2001:db8::7]:3478", "stun:[2001:db8::7]:3479")),
        ("localhost:8080", ()),
        ("127.0.0.1:8080", ()),
        ("[::1]", ()),
    ],
)
def test_both_ports_of_the_host_that_was_dialled_are_told(dialled: str, told: tuple[str, ...]) -> None:
    assert urls(dialled, endpoints("127.0.0.1", "192.0.2.7"), (3478, 3479)) == told


def test_a_port_that_is_not_open_is_not_told() -> None:
    assert urls("byway.example", {(A, 3478)}, (3478, 3479)) == ("stun:byway.example:3478",)
    assert urls("byway.example", set(), (3478, 3479)) == ()


def test_what_only_this_machine_can_reach_is_not_told() -> None:
    assert urls("byway.example", endpoints("127.0.0.1", "::1", "127.0.0.2"), (3478, 3479)) == ()


def test_the_second_address_of_each_version_is_told() -> None:
    both = ("stun:byway.example:3478", "stun:byway.example:3479")
    assert urls("byway.example", endpoints(A, B), (3478, 3479), [A, B]) == (*both, f"stun:{B}:3478")
    told = urls("byway.example", endpoints(A, B, SIX, SEVEN), (3478, 3479), [A, B, SIX, SEVEN])
    assert told == (*both, f"stun:{B}:3478", f"stun:[{SEVEN}]:3478")
    assert urls("byway.example", endpoints(A), (3478, 3479), [A, B]) == both


def test_who_dialled_the_second_address_is_told_the_first() -> None:
    assert urls(f"{B}:80", endpoints(A, B), (3478,), [A, B]) == (f"stun:{B}:3478", f"stun:{A}:3478")


FOUR, SIXTH = "8.8.8.8", "2606:4700::8"


def test_a_name_with_addresses_of_both_versions_is_told_with_that_of_ipv4() -> None:
    both = endpoints(FOUR, "8.8.4.4", SIXTH, "10.0.0.1", "127.0.0.1")
    told = urls("byway.example", both, (3478, 3479))
    assert told == ("stun:byway.example:3478", "stun:8.8.4.4:3478", "stun:8.8.4.4:3479")
    assert urls("byway.example", both, (3479,)) == ("stun:byway.example:3479", "stun:8.8.4.4:3479")


@pytest.mark.parametrize(
    ("dialled", "hosts"),
    [("byway.example", [FOUR]), ("byway.example", [SIXTH, A]), (FOUR, [FOUR, SIXTH]), (f"[{SIXTH}]", [FOUR, SIXTH])],
)
def test_otherwise_what_was_dialled_is_enough(dialled: str, hosts: list[str]) -> None:
    told = urls(dialled, endpoints(*hosts), (3478, 3479))
    assert told == (f"stun:{dialled}:3478", f"stun:{dialled}:3479")
