"""The hosts that a server goes by. Pure."""

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult

from signaling.protocol.hosts import bare, is_local

DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Names:
    """The hosts this server goes by. `public_host` is that of --public-url, without a default port."""

    public_host: str = ""

    def own(self, host: str, dialled: str) -> bool:
        """Whether `host` is a name of this server on a connection whose Host header was `dialled`.

        The public host is. Without one, any name is that only a machine near by can have: another server in the
        internet cannot be known by it, and no web site can make its own name lead here.
        """
        host, dialled = host.lower(), dialled.lower()
        if self.public_host and host == self.public_host:
            return True
        return host == dialled and (is_loopback(bare(host)) if self.public_host else is_local(bare(host)))


def host_of(url: SplitResult) -> str:
    """Host and port of a URL as a Host header has them: lower case, without the default port."""
    host = url.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if url.port in (None, DEFAULT_PORTS.get(url.scheme)) else f"{host}:{url.port}"


def is_loopback(host: str) -> bool:
    """Whether a host, without a port, can only be this machine (RFC 6761, section 6.3)."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
