"""To where is relayed, and to where not."""

from ipaddress import ip_network

import pytest

from signaling.relay.turn.kinds import Family
from signaling.relay.turn.peers import Base, Here, PeerPolicy, is_public

PUBLIC = [
    "1.1.1.1",
    "203.0.113.9",
    "100.63.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "2a00::1",
    "2001:db8::1",
    "2606:4700::1",
]
INSIDE = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.0.1", "168.63.129.16"),
    *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.88.99.1", "192.168.1.1", "198.18.0.1"),
    *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:1.1.1.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1"),
    *("2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2002:7f00:1::", "fc00::1", "fd00:ec2::254", "fe80::1"),
    *("fec0::1", "ff02::1", "4000::1"),
]


@pytest.mark.parametrize("host", PUBLIC)
def test_the_internet_is_public(host: str) -> None:
    assert is_public(host)
    assert PeerPolicy(Here()).permits(host)


@pytest.mark.parametrize("host", INSIDE)
def test_all_else_is_not(host: str) -> None:
    assert not is_public(host)
    assert not PeerPolicy(Here()).permits(host)


def test_what_the_operator_lists_is_allowed_but_not_in_disguise() -> None:
    policy = PeerPolicy(Here(("127.0.0.1",)), (ip_network("127.0.0.0/8"), ip_network("::/0")))
    assert policy.permits("127.0.0.1")
    assert policy.permits("::1")
    assert not policy.permits("10.0.0.1")
    assert not policy.permits("::ffff:127.0.0.1")


def test_the_servers_own_addresses_are_not_public() -> None:
    here = Here(("1.1.1.1",), ("1.1.1.2",), {Family.IPV4: "1.1.1.3"})
    assert [PeerPolicy(here).permits(f"1.1.1.{n}") for n in (1, 2, 3, 4)] == [False, False, False, True]


def test_a_relay_is_where_the_client_came_to_or_where_others_can_come() -> None:
    here = Here(("127.0.0.1", "10.0.0.1", "10.0.0.2", "::1"))
    assert here.base(Family.IPV4, "10.0.0.2") == Base("10.0.0.2", "10.0.0.2")
    assert here.base(Family.IPV4, "127.0.0.1") == Base("10.0.0.1", "10.0.0.1")
    assert Here(("10.0.0.1", "1.1.1.1")).base(Family.IPV4, "::1") == Base("1.1.1.1", "1.1.1.1")
    assert here.base(Family.IPV6, "10.0.0.2") == Base("::1", "::1")
    assert Here(("10.0.0.1",)).base(Family.IPV6, "10.0.0.1") is None
    translated = Here(("10.0.0.1",), (), {Family.IPV4: "203.0.113.1"})
    assert translated.base(Family.IPV4, "10.0.0.1") == Base("10.0.0.1", "203.0.113.1")
