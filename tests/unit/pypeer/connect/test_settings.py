"""Servers by their URIs, and what a person may decide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.connect import servers
from pypeer.connect.options import INTERFACES_ENV, OptionError, interfaces_of_environment, parse_ports
from pypeer.connect.servers import SERVERS_MAX, Relay, Servers, Stun, Transport
from signaling.protocol.fields import IceServer


def read(*urls: str) -> Servers:
    return servers.read([IceServer(urls=urls, username="u", credential="c")])


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("stun:a.example", Stun("a.example", 3478)),
        ("stun:a.example:19302", Stun("a.example", 19302)),
        ("stun:192.0.2.1:1", Stun("192.0.2.1", 1)),
        ("stun:[2001:db8::1]:65535", Stun("2001:db8::1", 65535)),
        ("turn:a.example", Relay("a.example", 3478, Transport.UDP, "u", "c")),
        ("turn:a.example?transport=udp", Relay("a.example", 3478, Transport.UDP, "u", "c")),
        ("turn:a.example:80?transport=tcp", Relay("a.example", 80, Transport.TCP, "u", "c")),
        ("turns:a.example", Relay("a.example", 5349, Transport.TLS, "u", "c")),
        ("turns:[2001:db8::1]:443?transport=tcp", Relay("2001:db8::1", 443, Transport.TLS, "u", "c")),
    ],
)
def test_uri(uri: str, expected: Stun | Relay) -> None:
    found = read(uri)
    assert [*found.stun, *found.relays] == [expected]


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "http://a.example",
        "stuns:a.example",
        "stun:",
        "stun:a.example:",
        "stun:a.example:0",
        "stun:a.example:65536",
        "stun:a.example:99999",
        "stun:a.example:٣",
        "stun:2001:db8::1",
        "stun:[2001:db8::1",
        "turn:a.example?transport=sctp",
        "turn:a.example:0?transport=tcp",
    ],
)
def test_what_cannot_be_used_is_left_out(uri: str) -> None:
    assert read(uri, "stun:b.example") == Servers((Stun("b.example", 3478),))


def test_each_once_and_not_too_many() -> None:
    urls = [f"{scheme}:{number}.example" for number in range(20) for scheme in ("stun", "turn")]
    found = servers.read([IceServer(urls=(url, url)) for url in urls * 2])
    assert found.stun == tuple(Stun(f"{number}.example", 3478) for number in range(SERVERS_MAX))
    assert [relay.host for relay in found.relays] == [f"{number}.example" for number in range(SERVERS_MAX)]
    assert {(relay.username, relay.credential) for relay in found.relays} == {("", "")}
    assert servers.read([]) == Servers()


def test_relays_by_udp_come_first() -> None:
    found = read("turns:a.example", "turn:a.example?transport=tcp", "turn:a.example")
    assert [relay.preference for relay in found.relays] == [0, 1, 2]


@given(st.text() | st.text().map("turn:".__add__) | st.from_regex(r"stun:[a-z.]*:[0-9]{0,6}(\?transport=udp)?"))
def test_any_uri(uri: str) -> None:
    found = read(uri)
    ports = [each.port for each in found.stun] + [each.port for each in found.relays]
    assert all(0 < port < 65_536 for port in ports)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("40000-40100", (40_000, 40_100)), (" 1-65535 ", (1, 65_535)), ("5000-5003", (5_000, 5_003))],
)
def test_ports(text: str, expected: tuple[int, int]) -> None:
    assert parse_ports(text) == expected


@pytest.mark.parametrize(
    "text", ["", "5000", "5000-", "-5000", "0-10", "5003-5000", "5000-5002", "1-65536", "a-b", "1-2-3"]
)
def test_no_ports(text: str) -> None:
    with pytest.raises(OptionError, match="no range of ports like 40000-40100"):
        parse_ports(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ()),
        ("", ()),
        ("eth0", ("eth0",)),
        ("eth0,wlan0,", ("eth0", "wlan0")),
        (" eth0 , ,wlan0", ("eth0", "wlan0")),
    ],
)
def test_interfaces(value: str | None, expected: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(INTERFACES_ENV, raising=False)
    if value is not None:
        monkeypatch.setenv(INTERFACES_ENV, value)
    assert interfaces_of_environment() == expected


def test_the_place_of_a_relay_does_not_depend_on_the_credentials() -> None:
    one, other = (Relay("relay.example", 3478, Transport.TCP, name, name) for name in ("old", "new"))
    assert one != other
    assert one.place == other.place == ("relay.example", 3478, Transport.TCP)
