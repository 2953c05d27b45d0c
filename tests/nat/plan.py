"""The address plan: which address is whose. Pure.

Public addresses are from blocks that are assigned, globally valid and serve nobody in particular (AS112 sinks of RFC
7534 and RFC 7535, AMT of RFC 7450, the relays of 6to4 that RFC 7526 took out of service): programs tell documentation
and benchmark addresses from public ones, and would behave differently. Nothing ever leaves the laboratory.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

BLOCKS: Final = tuple(map(IPv4Network, ("192.88.99.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24")))
SHARES: Final = tuple(share for block in BLOCKS for share in block.subnets(new_prefix=28))
"""One for the server, one for each site: a /29 towards the core, a /29 for clients with public addresses."""

PREFIX6: Final = IPv6Network("2620:4f:8000::/48")
SHARES6: Final = tuple(PREFIX6.subnets(new_prefix=56))
"""The same in IPv6: a /64 towards the core, a /64 inside."""

SITES_MAX: Final = len(SHARES) - 1

SERVER_V4: Final = (str(SHARES[0][10]), str(SHARES[0][11]))
SERVER_V6: Final = (str(SHARES6[0][0x10]), str(SHARES6[0][0x11]))
"""Two addresses of the server in each family: RFC 5780 needs them to tell what a mapping depends on."""

SERVER_NAME: Final = "byway.internal"
"""In /etc/hosts of every client, with both families. A server believes this ending without being told its name."""

EXCHANGE_V4: Final = str(SHARES[0][1])
EXCHANGE_V6: Final = str(SHARES6[0][1])

HTTP_PORT: Final = 8080
TLS_PORT: Final = 443
STUN_PORT: Final = 3478
PROXY_PORT: Final = 3128
SOCKS_PORT: Final = 1080

LAN_PREFIX: Final = "192.168.1"
"""The same in every home, as in life: a host candidate of the other side may lead to a neighbour."""

HOSTS_MAX: Final = 3
"""Clients of a site, guests included: as many as keep all sites' private addresses apart within one /24."""

PUBLIC_LIVES: Final = 4
"""Public addresses that a router may have one after the other (it gets the next one when it reboots)."""


@dataclass(frozen=True, slots=True)
class SitePlan:
    """Addresses of one site; `number` starts at 1."""

    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= SITES_MAX:
            raise ValueError(f"a laboratory has at most {SITES_MAX} sites")

    @property
    def share(self) -> IPv4Network:
        """All public addresses of the site."""
        return SHARES[self.number]

    @property
    def share6(self) -> IPv6Network:
        """The same in IPv6."""
        return SHARES6[self.number]

    @property
    def pop(self) -> str:
        """The provider's end of the line."""
        return str(self.share[1])

    def wan(self, life: int = 0) -> str:
        """The outermost router's public address in its n-th life."""
        return str(self.share[2 + life % PUBLIC_LIVES])

    @property
    def pop6(self) -> str:
        """The provider's end of the line."""
        return str(self.share6[1])

    @property
    def wan6(self) -> str:
        """The router's address on the line."""
        return str(self.share6[2])

    @property
    def lan6(self) -> IPv6Network:
        """The network inside."""
        return IPv6Network(f"{self.share6[1 << 64]}/64")

    @property
    def open_lan(self) -> IPv4Network:
        """The network inside, where there is no address translation."""
        return IPv4Network(f"{self.share[8]}/29")

    @property
    def core(self) -> tuple[str, str]:
        """Exchange's and provider's ends of the line between them."""
        return f"10.200.{self.number}.1", f"10.200.{self.number}.2"

    @property
    def core6(self) -> tuple[str, str]:
        """The same in IPv6."""
        return f"fd00:200:{self.number:x}::1", f"fd00:200:{self.number:x}::2"

    def carrier(self, home: int) -> tuple[str, str]:
        """Operator's and home router's ends of the line between them (RFC 6598); homes count from 0."""
        return f"100.64.{home + 1}.1", f"100.64.{home + 1}.2"

    def private_host(self, home: int, client: int) -> str:
        """A client in a private network: another one in every site, so that it never is the other side's own."""
        place = home + client
        if place >= HOSTS_MAX:
            raise ValueError(f"a site has room for {HOSTS_MAX} clients")
        return f"{LAN_PREFIX}.{10 + HOSTS_MAX * (self.number - 1) + place}"


def is_ipv6(address: str) -> bool:
    """Whether an address or network is of IPv6."""
    return ip_network(address, strict=False).version == 6
