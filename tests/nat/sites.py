"""The kinds of sites, as data, with what an independent probe must find at each (RFC 4787, RFC 5780)."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Mapping(StrEnum):
    """What the public port of a client's port depends on (RFC 4787, section 4.1)."""

    NONE = "none"
    ENDPOINT_INDEPENDENT = "EIM"
    ADDRESS_DEPENDENT = "ADM"
    ADDRESS_AND_PORT_DEPENDENT = "APDM"


class Filtering(StrEnum):
    """From where packets are let in to a port that the client uses (RFC 4787, section 5)."""

    ENDPOINT_INDEPENDENT = "EIF"
    ADDRESS_DEPENDENT = "ADF"
    ADDRESS_AND_PORT_DEPENDENT = "APDF"


class Ports(StrEnum):
    """Which public port a new mapping gets."""

    PRESERVED = "kept"
    SEQUENTIAL = "+1"
    RANDOM = "random"


class Unexpected(StrEnum):
    """What the router does with a packet for itself that belongs to nothing."""

    DROP = "silent"
    ACCEPT = "accept"
    """The router's own kernel takes it and answers; the port is then in use, and a client's own packet gets another."""
    ICMP = "icmp"
    RST = "rst"


class Out(StrEnum):
    """What clients may send."""

    ALL = "all"
    NO_UDP = "no UDP"
    TCP_443 = "TCP 443"
    PROXY = "proxy"
    PROXY_443 = "proxy 443"
    """A proxy that leads to port 443 only, as those of offices do."""
    SOCKS = "socks"

    @property
    def is_proxy(self) -> bool:
        """Whether nothing leaves but through a proxy."""
        return self in (Out.PROXY, Out.PROXY_443, Out.SOCKS)


class Gateway(StrEnum):
    """By which protocol clients may ask for a public port."""

    NONE = "none"
    NAT_PMP = "nat-pmp"
    PCP = "pcp"
    UPNP = "upnp"


@dataclass(frozen=True, slots=True)
class Router:
    """Address translation and firewall. `lifetime` is that of an idle UDP mapping, in seconds."""

    mapping: Mapping = Mapping.ENDPOINT_INDEPENDENT
    filtering: Filtering = Filtering.ADDRESS_AND_PORT_DEPENDENT
    ports: Ports = Ports.PRESERVED
    unexpected: Unexpected = Unexpected.DROP
    out: Out = Out.ALL
    hairpin: bool = False
    lifetime: int = 120
    gateway: Gateway = Gateway.NONE


@dataclass(frozen=True, slots=True)
class Site:
    """A kind of site: one or two homes, each a router with clients, perhaps all behind an operator's router."""

    name: str
    router: Router
    operator: Router | None = None
    homes: int = 1
    clients: int = 1
    v4: bool = True
    v6: bool = False

    @property
    def routers(self) -> tuple[Router, ...]:
        """What a packet passes, from the inside out."""
        return (self.router,) if self.operator is None else (self.router, self.operator)

    @property
    def translated(self) -> bool:
        """Whether IPv4 addresses inside are private."""
        return self.v4 and any(router.mapping is not Mapping.NONE for router in self.routers)

    @property
    def neighbours(self) -> bool:
        """Whether there is a second client: in the same network, or in the next home of the same operator."""
        return self.homes > 1 or self.clients > 1


OPEN: Final = Router(Mapping.NONE, Filtering.ENDPOINT_INDEPENDENT, unexpected=Unexpected.ACCEPT)
FIREWALL: Final = Router(Mapping.NONE)
PORT_RESTRICTED: Final = Router()
SYMMETRIC: Final = Router(Mapping.ADDRESS_AND_PORT_DEPENDENT)
SHORT_S: Final = 5
"""Lifetime of the short mappings: less than any keep-alive in use."""

ALL: Final = (
    Site("public", OPEN),
    Site("firewall", FIREWALL),
    Site("fullcone", replace(PORT_RESTRICTED, filtering=Filtering.ENDPOINT_INDEPENDENT)),
    Site("addr-restricted", replace(PORT_RESTRICTED, filtering=Filtering.ADDRESS_DEPENDENT)),
    Site("port-restricted", PORT_RESTRICTED),
    Site("port-restricted-accept", replace(PORT_RESTRICTED, unexpected=Unexpected.ACCEPT)),
    Site("port-restricted-icmp", replace(PORT_RESTRICTED, unexpected=Unexpected.ICMP)),
    Site("port-restricted-rst", replace(PORT_RESTRICTED, unexpected=Unexpected.RST)),
    Site("short-mapping", replace(PORT_RESTRICTED, lifetime=SHORT_S)),
    Site("lan", PORT_RESTRICTED, clients=2),
    Site("symmetric-seq", replace(SYMMETRIC, ports=Ports.SEQUENTIAL)),
    Site("symmetric-random", replace(SYMMETRIC, ports=Ports.RANDOM)),
    Site("cgnat", PORT_RESTRICTED, operator=PORT_RESTRICTED, homes=2),
    Site("cgnat-hairpin", PORT_RESTRICTED, operator=replace(PORT_RESTRICTED, hairpin=True), homes=2),
    Site("ipv6", FIREWALL, v4=False, v6=True),
    Site("dual", PORT_RESTRICTED, v6=True),
    Site("udp-blocked", replace(PORT_RESTRICTED, out=Out.NO_UDP)),
    Site("tcp443", replace(PORT_RESTRICTED, out=Out.TCP_443)),
    Site("nat-pmp", replace(SYMMETRIC, ports=Ports.RANDOM, gateway=Gateway.NAT_PMP)),
    Site("pcp", replace(SYMMETRIC, ports=Ports.RANDOM, gateway=Gateway.PCP)),
    Site("upnp", replace(SYMMETRIC, ports=Ports.RANDOM, gateway=Gateway.UPNP)),
    Site("proxy", replace(PORT_RESTRICTED, out=Out.PROXY)),
    Site("proxy-443", replace(PORT_RESTRICTED, out=Out.PROXY_443)),
    Site("socks", replace(PORT_RESTRICTED, out=Out.SOCKS)),
)
"""A v4-only and a v6-only side are the pair of any other with `ipv6`."""

BY_NAME: Final = {site.name: site for site in ALL}


def without_udp(site: Site) -> Site:
    """The same site, whose router lets no datagram out, unless it lets out still less."""
    if site.router.out is not Out.ALL:
        return site
    return replace(site, router=replace(site.router, out=Out.NO_UDP))


@dataclass(frozen=True, slots=True)
class Udp:
    """What UDP does in one family."""

    mapping: Mapping
    filtering: Filtering
    ports: Ports


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a probe finds. `tcp` are the server's ports that can be reached; None as `v4` or `v6`: no UDP there."""

    v4: Udp | None
    v6: Udp | None
    tcp: frozenset[int]
    hairpin: bool
    """Two clients' (or one client's) public ports reach each other from the inside, through address translation."""
    unexpected: Unexpected
    short_lived: bool
    """An idle mapping is gone after somewhat more than SHORT_S."""


_FIREWALLED: Final = Udp(Mapping.NONE, Filtering.ADDRESS_AND_PORT_DEPENDENT, Ports.PRESERVED)
_RESTRICTED: Final = replace(_FIREWALLED, mapping=Mapping.ENDPOINT_INDEPENDENT)
_SYMMETRIC: Final = replace(_FIREWALLED, mapping=Mapping.ADDRESS_AND_PORT_DEPENDENT, ports=Ports.RANDOM)
_USUAL: Final = Behaviour(_RESTRICTED, None, frozenset({443, 8080}), False, Unexpected.DROP, False)

BEHAVIOUR: Final = {
    "public": replace(
        _USUAL,
        v4=Udp(Mapping.NONE, Filtering.ENDPOINT_INDEPENDENT, Ports.PRESERVED),
        unexpected=Unexpected.ACCEPT,
    ),
    "firewall": replace(_USUAL, v4=_FIREWALLED),
    "fullcone": replace(_USUAL, v4=replace(_RESTRICTED, filtering=Filtering.ENDPOINT_INDEPENDENT)),
    "addr-restricted": replace(_USUAL, v4=replace(_RESTRICTED, filtering=Filtering.ADDRESS_DEPENDENT)),
    "port-restricted": _USUAL,
    "port-restricted-accept": replace(_USUAL, unexpected=Unexpected.ACCEPT),
    "port-restricted-icmp": replace(_USUAL, unexpected=Unexpected.ICMP),
    "port-restricted-rst": replace(_USUAL, unexpected=Unexpected.RST),
    "short-mapping": replace(_USUAL, short_lived=True),
    "lan": _USUAL,
    "symmetric-seq": replace(_USUAL, v4=replace(_SYMMETRIC, ports=Ports.SEQUENTIAL)),
    "symmetric-random": replace(_USUAL, v4=_SYMMETRIC),
    "cgnat": _USUAL,
    "cgnat-hairpin": replace(_USUAL, hairpin=True),
    "ipv6": replace(_USUAL, v4=None, v6=_FIREWALLED),
    "dual": replace(_USUAL, v6=_FIREWALLED),
    "udp-blocked": replace(_USUAL, v4=None),
    "tcp443": replace(_USUAL, v4=None, tcp=frozenset({443})),
    "nat-pmp": replace(_USUAL, v4=_SYMMETRIC),
    "pcp": replace(_USUAL, v4=_SYMMETRIC),
    "upnp": replace(_USUAL, v4=_SYMMETRIC),
    "proxy": replace(_USUAL, v4=None, tcp=frozenset()),
    "proxy-443": replace(_USUAL, v4=None, tcp=frozenset()),
    "socks": replace(_USUAL, v4=None, tcp=frozenset()),
}
"""Written out, not derived from the routers above: the probe must find what is meant, not what is configured."""
