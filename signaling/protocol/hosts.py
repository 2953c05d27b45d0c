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


def realm(host: str) -> str:
    """What stands for a server in what its clients derive for it: its host if that can be registered, else nothing.

    A server in the internet has one name, which all its clients dial. One near by has as many as its machine:
    `localhost`, `nas`, `nas.local` and its addresses have to come to the same.
    """
    return "" if is_local(bare(host)) else host.lower()
