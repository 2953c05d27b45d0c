"""What the doctor can find, as values; the same are the JSON of `pypeer doctor --json`. Times in seconds. Pure.

The words of RFC 4787 and RFC 5780: a *mapping* is the outside port that a NAT gives to a socket, *filtering* is from
whom it lets packets in to that port. A firewall without NAT filters and does not map.
"""

from enum import StrEnum
from typing import Final

import msgspec

VERSION: Final = 1
"""Of the final event; goes up only when a reader of the old form would misread the new one. Fields may be added."""


class AddressKind(StrEnum):
    """Where an address is good for."""

    LOOPBACK = "loopback"
    LINK_LOCAL = "link-local"
    PRIVATE = "private"
    """RFC 1918: a home or an office."""
    SHARED = "shared"
    """RFC 6598, 100.64.0.0/10: between a provider's NAT and its customers."""
    UNIQUE_LOCAL = "unique-local"
    """RFC 4193, fc00::/7: IPv6 that leads nowhere outside."""
    PUBLIC = "public"
    """Valid on the Internet."""
    OTHER = "other"


class Status(StrEnum):
    """Whether UDP of one version of IP gets out and back."""

    WORKS = "works"
    BLOCKED = "blocked"
    """Several requests were sent, and nothing came back."""
    ABSENT = "absent"
    """This machine has no address of this version that leads there."""
    UNTESTED = "untested"
    """There was no server of this version to ask."""


class Mapping(StrEnum):
    """What the outside port depends on (RFC 5780, section 4.3)."""

    NONE = "none"
    """No NAT: others see the address that this machine has."""
    ENDPOINT_INDEPENDENT = "endpoint-independent"
    ADDRESS_DEPENDENT = "address-dependent"
    ADDRESS_AND_PORT_DEPENDENT = "address-and-port-dependent"
    UNKNOWN = "unknown"


class Filtering(StrEnum):
    """Who gets in to a port from which something was sent (RFC 5780, section 4.4)."""

    ENDPOINT_INDEPENDENT = "endpoint-independent"
    """Everybody."""
    ADDRESS_DEPENDENT = "address-dependent"
    """Hosts that were sent to, from any of their ports."""
    ADDRESS_AND_PORT_DEPENDENT = "address-and-port-dependent"
    """Only the very address and port that was sent to."""
    UNKNOWN = "unknown"


class Ports(StrEnum):
    """Which outside port a new mapping gets."""

    KEPT = "kept"
    """The one that the socket has (RFC 4787, section 4.2.1: port preservation)."""
    SEQUENTIAL = "sequential"
    """One a small step above the last."""
    RANDOM = "random"
    UNKNOWN = "unknown"


class Support(StrEnum):
    """How much of RFC 5780 the servers that were asked can do."""

    NONE = "none"
    PORT = "port"
    """Two ports of one address."""
    FULL = "full"
    """Two addresses with two ports each."""


class HostAddress(msgspec.Struct, frozen=True):
    """An address of this machine."""

    address: str
    kind: AddressKind


class Interface(msgspec.Struct, frozen=True):
    """A network interface with its addresses."""

    name: str
    addresses: tuple[HostAddress, ...]


class Proxy(msgspec.Struct, frozen=True):
    """A proxy of the environment: the variable, and the value without user and password."""

    variable: str
    value: str


class Machine(msgspec.Struct, frozen=True):
    """This machine."""

    interfaces: tuple[Interface, ...] = ()
    proxies: tuple[Proxy, ...] = ()


class Obstacle(StrEnum):
    """Why the server cannot be reached."""

    NONE = "none"
    NAME = "name"
    """Its name is not found."""
    REFUSED = "refused"
    """The machine answers, and says that nobody listens there."""
    SILENT = "silent"
    """Nothing comes back."""
    UNREACHABLE = "unreachable"
    """There is no way there, or no network at all."""
    CERTIFICATE = "certificate"
    NOT_BYWAY = "not-byway"
    """Something answers, but not as a Byway server."""
    OTHER = "other"


class Signaling(msgspec.Struct, frozen=True):
    """The WebSocket to the server, up to the sign-in. `stun` and `relays` count what the server named; `inside` says
    whether it relays inside such a connection, None if that is not known."""

    url: str
    works: bool
    tls: bool
    seconds: float = 0.0
    obstacle: Obstacle = Obstacle.NONE
    message: str = ""
    stun: int = 0
    relays: int = 0
    inside: bool | None = None


class Lifetime(msgspec.Struct, frozen=True):
    """How long an idle hole stays open: at least so long, and less than so long if its end was seen."""

    at_least: float
    below: float | None


class Udp(msgspec.Struct, frozen=True):
    """UDP over one version of IP. Where `*_sure` is false, the servers could not tell all, and it is the likeliest."""

    family: int
    status: Status
    local: str = ""
    public: tuple[str, ...] = ()
    """As which others see this machine; several if the NAT has several addresses and mixes them."""
    inside: bool = False
    """The servers see a private address: they are in the same network, and tell nothing of the Internet."""
    mapping: Mapping = Mapping.UNKNOWN
    mapping_sure: bool = False
    filtering: Filtering = Filtering.UNKNOWN
    filtering_sure: bool = False
    ports: Ports = Ports.UNKNOWN
    step: int = 0
    """Between one port and the next where they are sequential."""
    hairpin: bool | None = None
    """Whether what is sent to one's own outside address comes back in (RFC 4787, section 6); None without NAT."""
    lifetime: Lifetime | None = None
    rtt: float | None = None
    support: Support = Support.NONE
    asked: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()

    @property
    def nat(self) -> bool | None:
        """Whether addresses are translated; None if nothing was heard."""
        return self.mapping is not Mapping.NONE if self.status is Status.WORKS else None


class Tcp(msgspec.Struct, frozen=True):
    """TCP over one version of IP, by RFC 5382 and RFC 5128; `untested` where no server answers STUN over it.

    A NAT that gives a port the same outside one for all destinations (RFC 5382, REQ-1) lets two sides dial each other
    at once. `mapping_sure`, `ports` and `step` are as of UDP.
    """

    family: int
    status: Status
    local: str = ""
    public: tuple[str, ...] = ()
    mapping: Mapping = Mapping.UNKNOWN
    mapping_sure: bool = False
    ports: Ports = Ports.UNKNOWN
    step: int = 0
    asked: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()

    @property
    def varies(self) -> bool:
        """Whether the outside port is another for some destinations."""
        return self.mapping in (Mapping.ADDRESS_DEPENDENT, Mapping.ADDRESS_AND_PORT_DEPENDENT)

    @property
    def is_steady(self) -> bool:
        """Whether it is the same for all."""
        return self.mapping in (Mapping.NONE, Mapping.ENDPOINT_INDEPENDENT)


class Route(msgspec.Struct, frozen=True):
    """The first routers towards the server over IPv4, nearest first; empty text where one does not answer."""

    hops: tuple[str, ...] = ()


class RelayFound(msgspec.Struct, frozen=True):
    """A relay that the server named."""

    host: str
    port: int
    transport: str
    works: bool
    seconds: float


class Findings(msgspec.Struct, frozen=True):
    """All of it."""

    machine: Machine
    signaling: Signaling
    udp: tuple[Udp, ...] = ()
    route: Route = Route()
    relays: tuple[RelayFound, ...] = ()
    tcp: tuple[Tcp, ...] = ()

    def of(self, family: int) -> Udp:
        """UDP of one version of IP."""
        return next((udp for udp in self.udp if udp.family == family), Udp(family, Status.UNTESTED))
