"""What should connect, from the two sites alone. Pure."""

from dataclasses import replace
from enum import StrEnum

from tests.nat.sites import Filtering, Gateway, Mapping, Out, Ports, Router, Site, Unexpected


class Expect(StrEnum):
    """The easiest way by which two peers at these sites can be connected."""

    PLAIN = "plain"
    """Checks of ICE are enough (RFC 8445): one side can be reached, or both open their holes at once."""
    RACE = "race"
    """As `plain`, unless a check comes to a router that takes it for itself before its own client has sent one."""
    MAPPED = "mapped"
    """A router has to be asked for a public port."""
    PREDICTED = "predicted"
    """One side's next port has to be predicted, or found by trying many."""
    PROXIED = "proxied"
    """Nothing leaves one side but through a proxy, which leads to the other side's TCP port."""
    TCP = "tcp"
    """UDP is blocked; one side can be dialled, or both dial at once."""
    RELAYED = "relayed"
    """Only by a relay."""


def expected(
    sender: Site, receiver: Site, neighbours: bool = False, pages: tuple[bool, bool] = (False, False)
) -> Expect:
    """What to expect of two clients: at two sites, or, as `neighbours`, at one; `pages` tells which are pages.

    Neither of two pages can send what opens its hole and dies on the way; but one that answers sends first, and they
    take turns at that. So it takes a router at each end that keeps early packets to leave their race to chance.
    """
    if not any(pages):
        return _of_peers(sender, receiver, neighbours)
    one, other = (_at_page(site) if page else site for site, page in zip((sender, receiver), pages, strict=True))
    found = _of_peers(one, other, neighbours)
    if found is Expect.PREDICTED:
        return found if _page_predicts((one, other), pages) else Expect.RELAYED
    is_left_to_chance = found is Expect.RACE and all(pages) and _takes(one) and _takes(other)
    return Expect.RELAYED if found in (Expect.TCP, Expect.PROXIED) or is_left_to_chance else found


def _at_page(site: Site) -> Site:
    """A browser asks no router for a port."""
    return replace(site, router=replace(site.router, gateway=Gateway.NONE))


def _page_predicts(sites: tuple[Site, Site], pages: tuple[bool, bool]) -> bool:
    """A page can name the ports that its NAT gives next, or have them named.

    It has no TCP, does not open hundreds of sockets, does not try thousands of ports, and cannot send to open a hole
    only; so ports at random, and ports that go up on both sides, are beyond it. Nor can it hold its checks back: where
    its own ports are those that are guessed, they are early at a router that takes what comes early for itself.
    """
    if Out.NO_UDP in (site.router.out for site in sites):
        return False
    varies = [at for at in (0, 1) if _varies(sites[at])]
    if len(varies) != 1 or not _counts(sites[varies[0]]):
        return False
    return not (pages[varies[0]] and _takes(sites[1 - varies[0]]))


def _of_peers(sender: Site, receiver: Site, neighbours: bool) -> Expect:
    if neighbours:
        return _neighbours(sender)
    if any(site.router.out.is_proxy or site.router.out is Out.TCP_443 for site in (sender, receiver)):
        is_led = _leads(sender, receiver) or _leads(receiver, sender)
        return Expect.PROXIED if is_led else Expect.RELAYED
    if sender.v6 and receiver.v6:
        return Expect.PLAIN
    if not (sender.v4 and receiver.v4):
        return Expect.RELAYED
    if Out.NO_UDP in (sender.router.out, receiver.router.out):
        return _by_tcp(sender, receiver)
    found = _by_udp(sender, receiver)
    if found in (Expect.PREDICTED, Expect.RELAYED) and (_gives_ports(sender) or _gives_ports(receiver)):
        return Expect.MAPPED
    return found


def _leads(one: Site, other: Site) -> bool:
    """The proxy of the one leads to the other, which is reached by IPv4 from anywhere."""
    leads = one.router.out in (Out.PROXY, Out.SOCKS)
    return leads and other.v4 and (_open(other) or _gives_ports(other))


def _neighbours(site: Site) -> Expect:
    """In one network; or in two homes of an operator, where the way leads through its router and back."""
    if site.operator is None:
        return Expect.PLAIN
    return Expect.PLAIN if site.operator.hairpin else Expect.RELAYED


def _by_udp(one: Site, other: Site) -> Expect:
    varies = [site for site in (one, other) if _varies(site)]
    if len(varies) == 2:
        return Expect.PREDICTED if all(_counts(site) for site in varies) else Expect.RELAYED
    if len(varies) == 1:
        rest = other if varies[0] is one else one
        return Expect.PREDICTED if _strict(rest) else Expect.PLAIN
    return Expect.RACE if _strict(one) and _strict(other) and (_takes(one) or _takes(other)) else Expect.PLAIN


def _by_tcp(one: Site, other: Site) -> Expect:
    """TCP mappings are as UDP ones; filtering lets in only what was dialled, except where there is no firewall."""
    if _open(one) or _open(other) or _gives_ports(one) or _gives_ports(other):
        return Expect.TCP
    varies = [site for site in (one, other) if _varies(site)]
    if len(varies) == 1 and _counts(varies[0]):
        return Expect.PREDICTED
    return Expect.RELAYED if varies else Expect.TCP


def _gives_ports(site: Site) -> bool:
    return site.operator is None and site.router.gateway is not Gateway.NONE


def _varies(site: Site) -> bool:
    """The public port depends on the destination."""
    return any(router.mapping is Mapping.ADDRESS_AND_PORT_DEPENDENT for router in site.routers)


def _counts(site: Site) -> bool:
    """... and is the one after the last."""
    return all(router.ports is not Ports.RANDOM for router in site.routers)


def _strict(site: Site) -> bool:
    """Only the very endpoints that were sent to may answer."""
    return any(router.filtering is Filtering.ADDRESS_AND_PORT_DEPENDENT for router in site.routers)


def _takes(site: Site) -> bool:
    """The outermost router takes a port for itself when a packet for it comes early."""
    outermost: Router = site.routers[-1]
    return outermost.unexpected is Unexpected.ACCEPT and outermost.mapping is not Mapping.NONE


def _open(site: Site) -> bool:
    """Anybody may dial."""
    return all(
        router.mapping is Mapping.NONE and router.filtering is Filtering.ENDPOINT_INDEPENDENT for router in site.routers
    )
