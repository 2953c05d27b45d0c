"""Which names a server may go by that nobody can register. Pure."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

LOCAL_SUFFIXES: Final = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
"""Names that nobody can register (RFC 6761, 6762, 8375, ICANN's reservation of .internal; .lan is not delegated)."""


def bare(host: str) -> str:
    """A host as in the Host header without its port, in lower case."""
    return urlsplit(f"//{host}").hostname or ""


def is_local(name: str) -> bool:
    """Whether a host without a port is an address, or a name that only a machine near by can have."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return bool(name) and ("." not in name or name.endswith(LOCAL_SUFFIXES))
    return True
