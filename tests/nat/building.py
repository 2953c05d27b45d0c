"""How the parts of a laboratory are put together."""

import select
import socket
from typing import Final

from tests.nat import netns
from tests.nat.cables import Cables
from tests.nat.places import EXCHANGE, SERVER, Client, Place
from tests.nat.plan import (
    EXCHANGE_V4,
    EXCHANGE_V6,
    LAN_PREFIX,
    SERVER_V4,
    SERVER_V6,
    SHARES,
    SHARES6,
)
from tests.nat.rules import ruleset
from tests.nat.sites import Router

EVERYWHERE: Final = {
    "ipv4__conf__all__rp_filter": 0,
    "ipv4__conf__default__rp_filter": 0,
    "ipv6__conf__all__accept_ra": 0,
    "ipv6__conf__default__accept_ra": 0,
    "ipv6__conf__all__accept_dad": 0,
    "ipv6__conf__default__accept_dad": 0,
}
"""A host that checks reverse paths would drop what a NAT is made to do; nobody advertises routers here; and no address
is there twice, so that none has to wait for a second until it may be used."""

FORWARDING: Final = {"ipv4__ip_forward": 1, "ipv6__conf__all__forwarding": 1}
NO_IPV6: Final = {"ipv6__conf__all__disable_ipv6": 1, "ipv6__conf__default__disable_ipv6": 1}
NO_BRIDGE_FILTER: Final = {"bridge__bridge-nf-call-iptables": 0, "bridge__bridge-nf-call-ip6tables": 0}
"""Neighbours in one network do not pass the router's firewall."""


IPV6_S: Final = 30.0
STEP_S: Final = 0.05
"""How long a client may need until it has IPv6, and how often it tries."""


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
    if client.v6:
        _wait_for_ipv6(client)


def _wait_for_ipv6(client: Client) -> None:
    """IPv6 works on an interface only once the kernel has noticed its carrier, which it does up to a second later."""
    with netns.inside(SERVER):
        server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    with netns.inside(client.netns):
        probe = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    with server, probe:
        server.bind((SERVER_V6[0], 0))
        for _ in range(round(IPV6_S / STEP_S)):
            probe.sendto(b"ready", server.getsockname()[:2])
            if select.select([server], [], [], STEP_S)[0]:
                return
    raise netns.LabError(f"{client.netns}: the server cannot be reached by IPv6")


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
    netns.ip(["link add lan type bridge mcast_snooping 0", *_up("lan", *addresses)], name)
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
