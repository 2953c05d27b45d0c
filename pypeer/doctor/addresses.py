"""What kind an address is, what the routers on the way tell about who translates, and servers that a person names.

Pure.
"""

import ipaddress
import re
from collections.abc import Iterable
from itertools import takewhile
from typing import Final

from pypeer.connect.ice.candidate import family_of
from pypeer.connect.servers import PORT, Stun
from pypeer.doctor.findings import AddressKind
from signaling.protocol.values import Address

SHARED: Final = ipaddress.IPv4Network("100.64.0.0/10")
"""RFC 6598."""

UNIQUE_LOCAL: Final = ipaddress.IPv6Network("fc00::/7")
"""RFC 4193."""

_SERVER: Final = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^\[\]:/?\s]+)(:(?P<port>\d{1,5}))?")


def kind_of(host: str) -> AddressKind:
    """The kind of an address, with or without a zone."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return AddressKind.OTHER
    if address.is_loopback:
        return AddressKind.LOOPBACK
    if address.is_link_local:
        return AddressKind.LINK_LOCAL
    if address in SHARED:
        return AddressKind.SHARED
    if address in UNIQUE_LOCAL:
        return AddressKind.UNIQUE_LOCAL
    if address.is_multicast or address.is_unspecified or address.is_reserved:
        return AddressKind.OTHER
    return AddressKind.PRIVATE if address.is_private else AddressKind.PUBLIC


def is_public(host: str) -> bool:
    """Whether an address is valid on the Internet."""
    return kind_of(host) is AddressKind.PUBLIC


def may_be_other(server: Address, other: Address) -> bool:
    """Whether a server may have this second address: one on the Internet must not send us into a private network."""
    usable = other[1] > 0 and kind_of(other[0]) is not AddressKind.OTHER
    return usable and family_of(server[0]) == family_of(other[0]) and (is_public(other[0]) or not is_public(server[0]))


def inner_hops(hops: Iterable[str]) -> list[str]:
    """Routers before the first that has a public address: those that may translate. Silent ones are left out."""
    return [hop for hop in takewhile(lambda hop: not is_public(hop), hops) if hop]


def is_shared(local: str, hops: Iterable[str]) -> bool:
    """Whether the provider shares one public address among customers (carrier-grade NAT), as far as addresses show."""
    return any(kind_of(each) is AddressKind.SHARED for each in (local, *inner_hops(hops)))


def parse_stun(text: str) -> Stun:
    """A server as HOST, HOST:PORT, [IPv6]:PORT or with `stun:` before it; raises ValueError."""
    bare = text.strip().removeprefix("stun:")
    if family_of(bare) == 6:
        return Stun(bare, PORT)
    match = _SERVER.fullmatch(bare)
    port = int(match["port"] or PORT) if match is not None else 0
    if match is None or not 1 <= port <= 65_535:
        raise ValueError(f"{text!r} is not of the form HOST or HOST:PORT")
    return Stun(match["host"].strip("[]"), port)
