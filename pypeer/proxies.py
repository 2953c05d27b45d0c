"""Proxies that lead out of this network, as the environment names them: read here, and nowhere else.

HTTP_PROXY, HTTPS_PROXY and, for what neither is for, ALL_PROXY hold URLs: `http://` (CONNECT), `socks5://`,
`socks5h://`, `socks4://`, `socks4a://`, with `user:password@` if need be. NO_PROXY lists names, addresses and networks
that are reached without; `*` is all.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from pypeer.upgrading import Upgraded

if TYPE_CHECKING:
    from python_socks import ProxyType


class Kind(StrEnum):
    """How a proxy is spoken to."""

    HTTP = "http"
    """CONNECT (RFC 9110, section 9.3.6)."""
    SOCKS5 = "socks5"
    """RFC 1928, with user and password (RFC 1929) or without."""
    SOCKS4 = "socks4"


KINDS: Final = {
    "http": (Kind.HTTP, 80),
    "socks": (Kind.SOCKS5, 1080),
    "socks5": (Kind.SOCKS5, 1080),
    "socks5h": (Kind.SOCKS5, 1080),
    "socks4": (Kind.SOCKS4, 1080),
    "socks4a": (Kind.SOCKS4, 1080),
}
"""By the scheme of the URL, with the port where it names none (RFC 1928, section 3)."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy. `looks_up` is whether names are left to it, for networks whose clients know none but their own."""

    kind: Kind
    host: str
    port: int
    username: str = ""
    password: str = ""
    looks_up: bool = True

    @property
    def url(self) -> str:
        """For people: without the secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.kind}://{host}:{self.port}"

    @property
    def type(self) -> "ProxyType":
        """As python-socks has it, which is loaded only where there is a proxy."""
        from python_socks import ProxyType

        return ProxyType[self.kind.name]


def find(scheme: str, host: str) -> Proxy | None:
    """The proxy by which a host is to be reached for a URL of this scheme, as the environment has it now."""
    named = getproxies()
    if proxy_bypass(host) or _is_exempt(named.get("no", ""), host):
        return None
    return choose(named, scheme)


def choose(named: Mapping[str, str], scheme: str) -> Proxy | None:
    """Of the URLs by the beginnings of their variables (`https`, `all`), the one for a scheme."""
    text = named.get(scheme) or named.get("all")
    return parse(text) if text else None


def parse(text: str) -> Proxy | None:
    """A proxy by its URL; None for what is none that is known here, which is as if it were not set."""
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        known = KINDS.get(parts.scheme.lower())
        if known is None or not parts.hostname:
            return None
        kind, port = known
        secret = unquote(parts.username or ""), unquote(parts.password or "")
        return Proxy(kind, parts.hostname, parts.port or port, *secret, looks_up=parts.scheme.lower() != "socks4")
    except ValueError:
        return None


def connector_errors() -> tuple[type[Exception], ...]:
    """What a session raises beside the errors of aiohttp."""
    from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError

    return (ProxyConnectionError, ProxyError, ProxyTimeoutError)


def session(url: URL) -> aiohttp.ClientSession:
    """An HTTP session with a server, through the proxy that leads there, if any. Raises connector_errors(), too.

    Its WebSockets are Upgraded. A proxy is always asked for a tunnel (RFC 6455, section 4.1): as a page, an upgrade to
    WebSocket is lost there.
    """
    proxy = find(url.scheme, url.host or "")
    if proxy is None:
        return aiohttp.ClientSession(ws_response_class=Upgraded)
    if proxy.kind is Kind.HTTP and url.scheme == "https":
        return aiohttp.ClientSession(proxy=_with_secret(proxy), ws_response_class=Upgraded)
    from aiohttp_socks import ProxyConnector

    options: dict[str, Any] = {"username": proxy.username, "password": proxy.password, "rdns": proxy.looks_up}
    connector = ProxyConnector(proxy.host, proxy.port, proxy.type, **options)
    return aiohttp.ClientSession(connector=connector, ws_response_class=Upgraded)


def _with_secret(proxy: Proxy) -> URL:
    user, password = proxy.username or None, proxy.password if proxy.username else None
    return URL.build(scheme="http", host=proxy.host, port=proxy.port, user=user, password=password)


def _is_exempt(exempt: str, host: str) -> bool:
    """Whether it is in one of the networks that are reached without a proxy; names are looked at before."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for text in exempt.split(",") if (network := _network(text)) is not None)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip().strip("[]"), strict=False)
    except ValueError:
        return None
