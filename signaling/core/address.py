"""Network addresses as the unit that quotas count by."""

import ipaddress
from collections.abc import Collection, Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

SUBNET_BITS = 64
"""What one customer gets at least in IPv6 (RFC 6177), so that a new address costs an attacker nothing."""


def parse(text: str) -> IpAddress | None:
    """An address, without zone and port, and as IPv4 if it is one in IPv6 clothes; None if it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def quota_key(address: str) -> str:
    """What quotas count by: the IPv4 address or the IPv6 /64; text that is no address counts as itself."""
    parsed = parse(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((parsed, SUBNET_BITS), strict=False))
    return str(parsed or address)


def client_address(peer: str, forwarded: Sequence[str], trusted: Collection[Network]) -> str:
    """The address of the client behind listed proxies.

    `peer` is the other end of the TCP connection, `forwarded` the values of X-Forwarded-For in the order of the header.
    They are read from the right, each only as long as the one who wrote it is listed: what is further left anybody
    may have made up.
    """
    address = peer
    for entry in reversed([part for value in forwarded for part in value.split(",")]):
        if not listed(address, trusted) or parse(entry) is None:
            break
        address = str(parse(entry))
    return address


def listed(address: str, networks: Collection[Network]) -> bool:
    """Whether an address is in one of these networks."""
    parsed = parse(address)
    return parsed is not None and any(parsed in network for network in networks)
