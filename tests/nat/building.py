"""How the parts of a laboratory are put together."""

from dataclasses import dataclass, field
from typing import Final

from tests.nat import netns
from tests.nat.cables import Cables
from tests.nat.plan import (
    EXCHANGE_V4,
    EXCHANGE_V6,
    HTTP_PORT,
    LAN_PREFIX,
    PROXY_PORT,
    SERVER_NAME,
    SERVER_V4,
    SERVER_V6,
    SHARES,
    SHARES6,
    SitePlan,
)
from tests.nat.rules import ruleset
from tests.nat.sites import Out, Router, Site

EXCHANGE: Final = "exchange"
SERVER: Final = "server"

EVERYWHERE: Final = {
    "ipv4__conf__all__rp_filter": 0,
    "ipv4__conf__default__rp_filter": 0,
    "ipv6__conf__all__accept_ra": 0,
    "ipv6__conf__default__accept_ra": 0,
}
"""A host that checks reverse paths would drop what a NAT is made to do; nobody advertises routers here."""

FORWARDING: Final = {"ipv4__ip_forward": 1, "ipv6__conf__all__forwarding": 1}
NO_IPV6: Final = {"ipv6__conf__all__disable_ipv6": 1, "ipv6__conf__default__disable_ipv6": 1}
NO_BRIDGE_FILTER: Final = {"bridge__bridge-nf-call-iptables": 0, "bridge__bridge-nf-call-ip6tables": 0}
"""Neighbours in one network do not pass the router's firewall."""


@dataclass(slots=True)
class Client:
    """A machine at a site: a namespace with one interface."""

    netns: str
    place: "Place"
    home: int
    index: int
    v4: str | None = None
    v6: str | None = None
    moves: int = 0

    @property
    def device(self) -> str:
        """Its interface; another one after each move."""
        return f"eth{self.moves}"

    @property
    def url(self) -> str:
        """Where it finds the signaling server: by name and TLS where only port 443 is open."""
        if self.place.site.router.out in (Out.TCP_443, Out.PROXY):
            return f"https://{SERVER_NAME}"
        if self.v4 and self.v6:
            return f"http://{SERVER_NAME}:{HTTP_PORT}"
        return f"http://{SERVER_V4[0]}:{HTTP_PORT}" if self.v4 else f"http://[{SERVER_V6[0]}]:{HTTP_PORT}"

    @property
    def proxy(self) -> str | None:
        """The HTTP proxy that it has to use."""
        return f"http://{LAN_PREFIX}.1:{PROXY_PORT}" if self.place.site.router.out is Out.PROXY else None


@dataclass(slots=True)
class Place:
    """A site that was built."""

    site: Site
    label: str
    plan: SitePlan
    life: int = 0
    clients: list[Client] = field(default_factory=list)
    guests: int = 0

    @property
    def public(self) -> str:
        """The outermost router's public IPv4 address."""
        return self.plan.wan(self.life)

    @property
    def pop(self) -> str:
        """The provider's namespace."""
        return f"{self.label}-pop"

    @property
    def edge(self) -> str:
        """The outermost router's namespace."""
        return self.home(0) if self.site.operator is None else f"{self.label}-operator"

    @property
    def inner(self) -> str:
        """The outermost router's interfaces towards the inside, as nftables has them."""
        return "lan" if self.site.operator is None else "home*"

    def home(self, number: int) -> str:
        """A home router's namespace."""
        return f"{self.label}-router{number}"

    def admit(self, client: Client) -> None:
        """Plug a client of another site in here, at the first home."""
        self.guests += 1
        client.place, client.home, client.index = self, 0, self.site.clients + self.guests - 1
        plug(client)


def build_server() -> None:
    """The exchange and the server."""
    netns.ip(
        [
            f"netns add {EXCHANGE}",
            f"netns add {SERVER}",
            f"link add server netns {EXCHANGE} type veth peer name eth0 netns {SERVER}",
        ]
    )
    for name in (EXCHANGE, SERVER):
        netns.sysctl(name, **EVERYWHERE)
    netns.sysctl(EXCHANGE, **FORWARDING)
    network, network6 = SHARES[0].prefixlen, SHARES6[0].prefixlen
    netns.ip(["link set lo up", *_up("server", f"{EXCHANGE_V4}/{network}", f"{EXCHANGE_V6}/{network6}")], EXCHANGE)
    addresses = [f"{each}/{network}" for each in SERVER_V4] + [f"{each}/{network6}" for each in SERVER_V6]
    netns.ip(["link set lo up", *_up("eth0", *addresses), *_default(EXCHANGE_V4, EXCHANGE_V6, "eth0")], SERVER)


def build_site(place: Place, cables: Cables | None) -> None:
    """Pop, routers and clients of one site."""
    homes = range(place.site.homes)
    names = [place.pop, *map(place.home, homes), *([place.edge] if place.site.operator else [])]
    netns.ip([f"netns add {name}" for name in names])
    for name in names:
        netns.sysctl(name, **EVERYWHERE, **FORWARDING)
    _build_pop(place)
    _build_line(place, cables)
    if place.site.operator is not None:
        _build_operator(place, place.site.operator)
    for home in homes:
        _build_home(place, home)
        for index in range(place.site.clients):
            _build_client(place, home, index)


def plug(client: Client) -> None:
    """Connect a client to its router's network and give it addresses."""
    place, plan, router = client.place, client.place.plan, client.place.home(client.home)
    device = f"client{client.index}"
    netns.ip([f"link add {client.device} netns {client.netns} type veth peer name {device} netns {router}"])
    netns.ip([f"link set {device} master lan up"], router)
    inside, gateway = _inside(place, client.home, client.index)
    client.v4 = inside if place.site.v4 else None
    client.v6 = str(plan.lan6[16 + client.index]) if place.site.v6 else None
    netns.sysctl(client.netns, **{key: int(client.v6 is None) for key in NO_IPV6})
    prefix = 24 if place.site.translated else 29
    addresses = [f"{client.v4}/{prefix}"] * bool(client.v4) + [f"{client.v6}/64"] * bool(client.v6)
    routes = _default(gateway if client.v4 else None, str(plan.lan6[1]) if client.v6 else None, client.device)
    netns.ip(["link set lo up", *_up(client.device, *addresses), *routes], client.netns)


def _inside(place: Place, home: int, index: int) -> tuple[str, str]:
    """A client's IPv4 address, and its router's."""
    if place.site.translated:
        return place.plan.private_host(home, index), f"{LAN_PREFIX}.1"
    return str(place.plan.open_lan[2 + index]), str(place.plan.open_lan[1])


def _build_pop(place: Place) -> None:
    number, (near, far), (near6, far6) = place.plan.number, place.plan.core, place.plan.core6
    netns.ip([f"link add site{number} netns {EXCHANGE} type veth peer name core netns {place.pop}"])
    routes = [f"route add {place.plan.share} via {far}", f"route add {place.plan.share6} via {far6}"]
    netns.ip([*_up(f"site{number}", f"{near}/30", f"{near6}/64"), *routes], EXCHANGE)
    netns.ip(["link set lo up", *_up("core", f"{far}/30", f"{far6}/64"), *_default(near, near6, "core")], place.pop)


def _build_line(place: Place, cables: Cables | None) -> None:
    """The line between the provider and the outermost router: `site` and `wan`."""
    plan = place.plan
    if cables is None:
        netns.ip([f"link add site netns {place.pop} type veth peer name wan netns {place.edge}"])
    else:
        cables.lay(place.pop, place.edge)
    inward = [f"route add {plan.lan6} via {plan.wan6}"]
    if not place.site.translated:
        inward.append(f"route add {plan.open_lan} via {place.public}")
    netns.ip([*_up("site", f"{plan.pop}/29", f"{plan.pop6}/64"), *inward], place.pop)
    outward = _default(plan.pop, plan.pop6, "wan")
    netns.ip(["link set lo up", *_up("wan", f"{place.public}/29", f"{plan.wan6}/64"), *outward], place.edge)


def _build_operator(place: Place, operator: Router) -> None:
    for home in range(place.site.homes):
        near, far = place.plan.carrier(home)
        name = place.home(home)
        netns.ip([f"link add home{home} netns {place.edge} type veth peer name wan netns {name}"])
        netns.ip(_up(f"home{home}", f"{near}/29"), place.edge)
        netns.ip(["link set lo up", *_up("wan", f"{far}/29"), *_default(near, None, "wan")], name)
    _configure(place.edge, operator, place.inner, place.public)


def _build_home(place: Place, home: int) -> None:
    name, plan = place.home(home), place.plan
    gateway = f"{LAN_PREFIX}.1/24" if place.site.translated else f"{plan.open_lan[1]}/29"
    addresses = [gateway] * place.site.v4 + [f"{plan.lan6[1]}/64"] * place.site.v6
    netns.ip(["link add lan type bridge", *_up("lan", *addresses)], name)
    public = place.public if place.site.operator is None else plan.carrier(home)[1]
    _configure(name, place.site.router, "lan", public)


def _configure(name: str, router: Router, inner: str, public: str) -> None:
    netns.nft(name, ruleset(router, inner, public))
    lifetimes = dict.fromkeys(("nf_conntrack_udp_timeout", "nf_conntrack_udp_timeout_stream"), router.lifetime)
    netns.sysctl(name, **{f"netfilter__{key}": value for key, value in lifetimes.items()}, **NO_BRIDGE_FILTER)


def _build_client(place: Place, home: int, index: int) -> None:
    client = Client(f"{place.label}-client{home}{index}", place, home, index)
    netns.ip([f"netns add {client.netns}"])
    netns.sysctl(client.netns, **EVERYWHERE)
    plug(client)
    place.clients.append(client)


def _up(device: str, *addresses: str) -> list[str]:
    """Set an interface up with its addresses; IPv6 ones can be used at once."""
    return [
        *(f"addr add {each} dev {device}{' nodad' if ':' in each else ''}" for each in addresses),
        f"link set {device} up",
    ]


def _default(gateway: str | None, gateway6: str | None, device: str) -> list[str]:
    lines = [f"route add default via {gateway} dev {device}"] if gateway else []
    return [*lines, f"route add default via {gateway6} dev {device}"] if gateway6 else lines
