from urllib.parse import urlsplit

import pytest

from signaling.core.names import Names, host_of


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Share.Example.org", "share.example.org"),
        ("https://share.example.org:443/", "share.example.org"),
        ("http://share.example.org:443", "share.example.org:443"),
        ("http://[2001:DB8::1]:80", "[2001:db8::1]"),
        ("http://[2001:db8::1]:8080", "[2001:db8::1]:8080"),
        ("null", ""),
    ],
)
def test_host_as_in_a_host_header(url: str, host: str) -> None:
    assert host_of(urlsplit(url)) == host


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8080",
        "127.0.0.1:8080",
        "[::1]:8080",
        "192.168.1.5",
        "[fd00::1]:8080",
        "nas",
        "nas.local:8080",
        "nas.home.arpa",
        "NAS.lan",
        "page.localhost",
    ],
)
def test_without_a_public_name_only_names_from_near_by_count(host: str) -> None:
    assert Names().own(host, host)
    assert not Names().own(host, "other")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "local.evil.example", "", ":8080", "nas.local.evil"]
)
def test_a_name_that_somebody_can_register_does_not(host: str) -> None:
    assert not Names().own(host, host)


def test_with_a_public_name_it_counts_whatever_was_dialled_and_loopback_still_does() -> None:
    names = Names("share.example.org")
    assert names.own("share.example.org", "backend:8080")
    assert names.own("localhost:8080", "localhost:8080")
    assert names.own("127.0.0.1:8080", "127.0.0.1:8080")
    assert not names.own("nas.local", "nas.local")
    assert not names.own("192.168.1.5", "192.168.1.5")
    assert not names.own("localhost:8080", "share.example.org")
