"""To which addresses this server relays, and from which it does so. Pure.

Whoever may relay to any address can reach, in the server's name, what a firewall hides: services of its machine, its
network, a cloud's metadata. So what is not the open internet is denied unless the operator lists it. An address that
can be written in two ways is denied in the second: CVE-2020-26262 (0.0.0.0) and CVE-2026-27624 (::ffff:127.0.0.1) were
ways around such lists.
"""

import ipaddress
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from signaling.core.address import Network
from signaling.core.names import is_loopback
from signaling.relay.turn.kinds import Family, family_of

DENIED_V4: Final = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",  # This host, RFC 1122
            "10.0.0.0/8",  # Private, RFC 1918
            "100.64.0.0/10",  # Behind carriers' NATs, RFC 6598; metadata of a cloud
            "127.0.0.0/8",  # Loopback
            "168.63.129.16/32",  # Azure's wire server: it answers only those inside
            "169.254.0.0/16",  # Link-local, RFC 3927; metadata of most clouds
            "172.16.0.0/12",  # Private
            "192.0.0.0/24",  # IETF protocol assignments, RFC 6890
            "192.88.99.0/24",  # 6to4 relays, RFC 7526
            "192.168.0.0/16",  # Private
            "198.18.0.0/15",  # Benchmarks, RFC 2544
            "224.0.0.0/4",  # Multicast
            "240.0.0.0/4",  # Reserved, and broadcast
        ),
    )
)
"""Documentation networks (RFC 5737) are not here: they lead nowhere, and laboratories play the internet with them."""

ALLOWED_V6: Final = ipaddress.IPv6Network("2000::/3")
"""All that is given out (RFC 4291, section 2.4). Outside are loopback, link-local, unique local, multicast, and IPv4 in
IPv6 clothes: mapped, compatible, and translated by NAT64."""

DENIED_V6: Final = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # IETF protocol assignments, Teredo among them: IPv4 inside
            "2002::/16",  # 6to4: IPv4 inside
        ),
    )
)

REMEMBERED: Final = 4096
"""Addresses whose verdict is kept, about 1 MB."""


@dataclass(frozen=True, slots=True)
class Base:
    """Where a relay is opened, and under which host it is told."""

    host: str
    told: str


@dataclass(slots=True)
class Here:
    """The addresses of this machine, as they come and go: those to relay at, and all that are its own.

    `told` replaces the former where a NAT stands before the server.
    """

    addresses: Sequence[str] = ()
    own: Collection[str] = ()
    told: Mapping[Family, str] = field(default_factory=dict)

    def base(self, family: Family, local: str) -> Base | None:
        """Where to relay for a client that came to `local`: there, or where others can come to; None if nowhere."""
        fitting = [each for each in self.addresses if family_of(each) is family]
        if not fitting:
            return None
        host = min(fitting, key=lambda each: (is_loopback(each), each != local, not is_public(each)))
        return Base(host, self.told.get(family, host))

    def is_own(self, host: str) -> bool:
        """Whether this is an address of the server itself."""
        return host in self.addresses or host in self.own or host in self.told.values()


@dataclass(frozen=True, slots=True)
class PeerPolicy:
    """Which addresses may be relayed to, from a socket of this server: two clients of one pair need none."""

    here: Here
    allowed: Sequence[Network] = ()

    def permits(self, host: str) -> bool:
        """Whether the open internet is there, or the operator has listed it."""
        if any(ipaddress.ip_address(host) in network for network in self.allowed):
            return not _is_wrapped(host)
        return is_public(host) and not self.here.is_own(host)


@lru_cache(REMEMBERED)
def is_public(host: str) -> bool:
    """Whether an address is one of the open internet."""
    address = ipaddress.ip_address(host)
    if isinstance(address, ipaddress.IPv4Address):
        return not _in(address, DENIED_V4)
    return address in ALLOWED_V6 and not _in(address, DENIED_V6)


def _is_wrapped(host: str) -> bool:
    address = ipaddress.ip_address(host)
    return isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None


def _in(address: ipaddress.IPv4Address | ipaddress.IPv6Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)
