"""Which proxy leads to a server or a peer."""

import pytest
from yarl import URL

from pypeer import proxies
from pypeer.proxies import Kind, Proxy

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """None of them is set."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("http://proxy:3128", Proxy(Kind.HTTP, "proxy", 3128)),
        ("proxy", Proxy(Kind.HTTP, "proxy", 80)),
        ("http://jo:p%40ss@[::1]:3128/", Proxy(Kind.HTTP, "::1", 3128, "jo", "p@ss")),
        ("socks5h://proxy", Proxy(Kind.SOCKS5, "proxy", 1080)),
        ("SOCKS5://proxy:9050", Proxy(Kind.SOCKS5, "proxy", 9050)),
        ("socks4a://proxy", Proxy(Kind.SOCKS4, "proxy", 1080)),
        ("socks4://proxy", Proxy(Kind.SOCKS4, "proxy", 1080, looks_up=False)),
        ("https://proxy", None),
        ("ftp://proxy", None),
        ("http://", None),
        ("http://proxy:port", None),
        ("http://[::1", None),
    ],
)
def test_urls_of_proxies(text: str, proxy: Proxy | None) -> None:
    assert proxies.parse(text) == proxy


def test_the_secret_of_a_proxy_is_not_told() -> None:
    assert Proxy(Kind.HTTP, "::1", 3128, "jo", "secret").url == "http://[::1]:3128"
    assert Proxy(Kind.SOCKS5, "proxy", 1080, "jo", "secret").url == "socks5://proxy:1080"


def test_what_is_for_a_scheme_comes_before_what_is_for_all(environment: pytest.MonkeyPatch) -> None:
    assert proxies.find("https", "example.org") is None
    environment.setenv("ALL_PROXY", "socks5://all")
    environment.setenv("HTTPS_PROXY", "http://special")
    assert proxies.find("http", "example.org") == Proxy(Kind.SOCKS5, "all", 1080)
    assert proxies.find("https", "example.org") == Proxy(Kind.HTTP, "special", 80)


@pytest.mark.parametrize(
    ("exempt", "host", "is_led"),
    [
        ("example.org", "example.org", False),
        (".example.org", "www.example.org", False),
        ("example.org", "example.com", True),
        ("192.0.2.7", "192.0.2.7", False),
        ("localhost, 192.0.2.0/24", "192.0.2.7", False),
        ("192.0.2.0/24", "198.51.100.7", True),
        ("2001:db8::/32", "2001:db8::1", False),
        ("*", "198.51.100.7", False),
        ("", "198.51.100.7", True),
    ],
)
def test_names_addresses_and_networks_without_a_proxy(
    environment: pytest.MonkeyPatch, exempt: str, host: str, is_led: bool
) -> None:
    environment.setenv("ALL_PROXY", "http://proxy")
    environment.setenv("NO_PROXY", exempt)
    assert (proxies.find("https", host) is not None) is is_led


async def test_what_is_no_proxy_that_is_known_is_as_if_it_were_not_set(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HTTPS_PROXY", "ftp://proxy")
    assert proxies.find("https", "example.org") is None
    async with proxies.session(URL("https://example.org")) as session:
        assert not session.closed
