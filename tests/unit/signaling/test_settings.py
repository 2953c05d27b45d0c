from dataclasses import fields
from ipaddress import ip_network
from typing import Any

import pytest

from signaling.checks import SettingsError
from signaling.core.names import Names
from signaling.protocol.fields import IceServer
from signaling.relay.turn.kinds import Family
from signaling.relay.turn.quota import Limits
from signaling.settings import Settings


def test_the_defaults_are_possible_and_explained() -> None:
    settings = Settings()
    assert settings.names == Names("")
    assert settings.ice == ()
    assert settings.networks == ()
    assert settings.metrics_address is None
    assert settings.relay_limits == Limits()
    for field in fields(Settings):
        assert field.metadata["help"].endswith(".")


def test_what_is_derived() -> None:
    settings = Settings(
        public_url="https://Share.example.org:443/",
        trusted_proxy=("10.0.0.1", "fd00::/8"),
        allowed_origin=("https://Friend.example/",),
        ice_server=("stun:a.example:3478", "stuns:b.example"),
        metrics_listen="[::1]:9100",
        stun_address=("198.51.100.1", "2001:DB8::1", "198.51.100.2"),
        turn_allow_peer=("192.168.1.1/16", "fd00::1"),
        relay_ports="50000-50009",
        relay_address=("203.0.113.1", "2001:DB8::2"),
        relay_per_pair=3,
        max_relay_rate=0.5,
        relay_only_known=True,
        idle=90,
        ping=40,
    )
    assert settings.public_origin == "https://share.example.org"
    assert settings.names == Names("share.example.org")
    assert settings.networks == (ip_network("10.0.0.1/32"), ip_network("fd00::/8"))
    assert settings.origins == {"https://friend.example"}
    assert settings.ice == (IceServer(urls=("stun:a.example:3478", "stuns:b.example")),)
    assert settings.metrics_address == ("::1", 9100)
    assert settings.relay_allowed == (ip_network("192.168.0.0/16"), ip_network("fd00::1/128"))
    assert settings.relay_range == range(50000, 50010)
    assert settings.relay_told == {Family.IPV4: "203.0.113.1", Family.IPV6: "2001:db8::2"}
    assert settings.relay_limits == Limits(per_pair=3, rate=512 * 1024, known_only=True)
    assert settings.stun_hosts == ("198.51.100.1", "2001:db8::1", "198.51.100.2")


@pytest.mark.parametrize(
    ("values", "ports", "hosts"),
    [
        ({}, (3478, 3479), ("*",)),
        ({"host": "nas.local"}, (3478, 3479), ("nas.local",)),
        ({"host": "127.0.0.1", "stun_address": ("*",)}, (3478, 3479), ("*",)),
        ({"stun_alt_port": 0}, (3478,), ("*",)),
        ({"turn_port": 0}, (), ("*",)),
        ({"turn_port": 0, "stun_alt_port": 0}, (), ("*",)),
        ({"turn_port": 5000}, (5000, 3479), ("*",)),
    ],
)
def test_where_stun_is_served(values: dict[str, Any], ports: tuple[int, ...], hosts: tuple[str, ...]) -> None:
    settings = Settings(**values)
    assert (settings.stun_ports, settings.stun_hosts) == (ports, hosts)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"port": 65536}, "port: 65536 is more than 65535"),
        ({"port": -1}, "port: -1 is less than 0"),
        ({"ping": 60.0}, "idle: 60 must be more than ping, 60"),
        ({"ttl": 700.0, "max_ttl": 600.0}, "ttl: 700 must not be more than max_ttl, 600"),
        ({"ttl": 1.0}, "ttl: 1 is less than 30"),
        ({"ttl": float("nan")}, "ttl: nan is not a number"),
        ({"engine": "magic"}, "engine: 'magic' is not known: use memory"),
        ({"log_level": "loud"}, "log_level: 'loud' is none of debug, info, warning, error"),
        ({"tls_cert": "cert.pem"}, "tls_cert: a certificate and its key go together"),
        ({"public_url": "share.example.org"}, "public_url: 'share.example.org' is not like https://HOST"),
        ({"public_url": "https://x/byway"}, "public_url: the page has to be at the root of its host, without a path"),
        ({"public_url": "https://[x"}, "public_url: 'https://[x': Invalid IPv6 URL"),
        ({"public_url": "https://x:99999"}, "public_url: 'https://x:99999': Port out of range 0-65535"),
        ({"allowed_origin": ("*",)}, "allowed_origin: '*' is not like https://HOST"),
        ({"trusted_proxy": ("proxy",)}, "trusted_proxy: 'proxy' is no address or network, e.g. 10.0.0.0/8"),
        ({"ice_server": ("turn:x",)}, "ice_server: 'turn:x' is not of the form stun:HOST:PORT"),
        ({"ice_server": ("stun:x",) * 9}, "ice_server: at most 8"),
        ({"turn_server": ("turn:x:y",)}, "turn_server: 'turn:x:y' is not of the form turn:HOST:PORT?transport=udp"),
        ({"turn_server": ("turn:x",) * 9}, "turn_server: at most 8"),
        ({"turn_server": ("turn:x",)}, "turn_server: other relays and --turn-server-secret go together"),
        ({"turn_server_secret": "x"}, "turn_server: other relays and --turn-server-secret go together"),
        ({"turn_allow_peer": ("lan",)}, "turn_allow_peer: 'lan' is no address or network, e.g. 10.0.0.0/8"),
        ({"relay_ports": "1-2"}, "relay_ports: '1-2' is not of the form 49152-65535"),
        ({"relay_ports": "any"}, "relay_ports: 'any' is not of the form 49152-65535"),
        ({"relay_ports": "5000-4000"}, "relay_ports: '5000-4000' is not of the form 49152-65535"),
        ({"relay_address": ("nas",)}, "relay_address: 'nas' is no address"),
        ({"relay_address": ("::",)}, "relay_address: :: is no address"),
        ({"relay_address": ("1.1.1.1", "1.1.1.2")}, "relay_address: at most one of IPv4 and one of IPv6"),
        ({"relay_allocations": 0}, "relay_allocations: 0 is less than 1"),
        ({"turn_port": 3479}, "stun_alt_port: must not be --turn-port as well"),
        ({"stun_address": ("nas",)}, "stun_address: 'nas' is no address, and not * alone"),
        ({"stun_address": ("*", "192.0.2.1")}, "stun_address: '*' is no address, and not * alone"),
        ({"stun_address": ("::",)}, "stun_address: :: is no address: use *"),
        ({"stun_address": ("10.0.0.1", "10.0.0.1")}, "stun_address: the same address twice"),
        ({"stun_address": ("10.0.0.1", "10.0.0.2", "10.0.0.3")}, "stun_address: at most two of IPv4 and two of IPv6"),
        ({"metrics_listen": "9100"}, "metrics_listen: '9100' is not of the form HOST:PORT"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(values: dict[str, Any], complaint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(**values)
    assert str(caught.value) == complaint
