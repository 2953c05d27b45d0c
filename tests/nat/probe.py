"""What a site does to packets, found from the outside without any code of the product (RFC 4787, RFC 5780)."""

import errno
import itertools
import selectors
import socket
import time
from dataclasses import replace
from typing import Final

from tests.nat import netns
from tests.nat.places import SERVER, Client, Place
from tests.nat.plan import HTTP_PORT, SERVER_V4, SERVER_V6, TLS_PORT
from tests.nat.reflector import QUIET_S, TRIES, Endpoint, Reflector, endpoint, reach, receive, reflector, udp_socket
from tests.nat.sites import SHORT_S, Behaviour, Filtering, Mapping, Ports, Udp, Unexpected

LIVES_S: Final = SHORT_S + 1.5
"""A short-lived mapping is gone by then; conntrack looks once a second."""


def udp(client: Client, server: Reflector) -> Udp | None:
    """Mapping, filtering and ports in one family; None if UDP does not get out."""
    mapped = _mapped(client, server)
    if mapped is None:
        return None
    own, seen = mapped
    return Udp(_mapping(own, seen), _filtering(client, server), _ports(own, seen))


def _family(server: Reflector) -> int:
    return server.sockets[0][0].family


def _address(client: Client, server: Reflector) -> str:
    address = client.v6 if _family(server) == socket.AF_INET6 else client.v4
    assert address is not None
    return address


def _mapped(client: Client, server: Reflector) -> tuple[Endpoint, list[Endpoint]] | None:
    """Send from one port to four endpoints of the server, and tell as whom each of them saw it."""
    with udp_socket(client.netns, _address(client, server)) as probe:
        seen = []
        for address, port in ((0, 0), (0, 1), (1, 0), (1, 1)):
            if (source := reach(probe, server, address, port)) is None:
                return None
            seen.append(source)
        return endpoint(probe), seen


def _mapping(own: Endpoint, seen: list[Endpoint]) -> Mapping:
    if set(seen) == {own}:
        return Mapping.NONE
    if len(set(seen)) == 1:
        return Mapping.ENDPOINT_INDEPENDENT
    return Mapping.ADDRESS_DEPENDENT if len(set(seen)) == 2 else Mapping.ADDRESS_AND_PORT_DEPENDENT


def _ports(own: Endpoint, seen: list[Endpoint]) -> Ports:
    ports = [port for _, port in seen]
    if set(ports) == {own[1]}:
        return Ports.PRESERVED
    steps = {after - before for before, after in itertools.pairwise(ports)}
    return Ports.SEQUENTIAL if steps == {1} else Ports.RANDOM


def _filtering(client: Client, server: Reflector) -> Filtering:
    """Send to one endpoint; then the server answers from others, and last from that one, whose answer has to come."""
    asked = {
        server.endpoint(1, 1): Filtering.ENDPOINT_INDEPENDENT,
        server.endpoint(0, 1): Filtering.ADDRESS_DEPENDENT,
        server.endpoint(0, 0): Filtering.ADDRESS_AND_PORT_DEPENDENT,
    }
    with udp_socket(client.netns, _address(client, server)) as probe:
        mapped = reach(probe, server, 0, 0)
        assert mapped is not None
        for _ in range(TRIES):
            for address, port in ((1, 1), (0, 1), (0, 0)):
                server.sockets[address][port].sendto(b"filtering", mapped)
            came = _sources(probe, server.endpoint(0, 0))
            if found := [filtering for source, filtering in asked.items() if source in came]:
                return found[0]
    raise netns.LabError(f"{client.netns}: not even the answer comes in")


def _sources(udp: socket.socket, last: Endpoint) -> set[Endpoint]:
    """From where packets came until one from `last` did, or no more come."""
    came: set[Endpoint] = set()
    with selectors.DefaultSelector() as selector:
        selector.register(udp, selectors.EVENT_READ)
        while last not in came and selector.select(QUIET_S):
            source = udp.recvfrom(2048)[1]
            came.add((str(source[0]), int(source[1])))
    return came


def hairpin(client: Client, other: Client, server: Reflector) -> bool:
    """Whether two clients reach each other under their public addresses, once both try."""
    with udp_socket(client.netns, _address(client, server)) as near, udp_socket(other.netns) as far:
        ends = (near, far)
        public = []
        for each in ends:
            each.sendto(b"hairpin", server.endpoint(0, 0))
            public.append(server.seen(0, 0))
        if None in public or public[0] == endpoint(near):
            return False
        for _ in range(2):
            for each, to in zip(ends, reversed(public), strict=True):
                assert to is not None
                each.sendto(b"hairpin", to)
        return all(receive(each) is not None for each in ends)


def unexpected(client: Client, place: Place, server: Reflector) -> Unexpected:
    """How the router answers who was not asked."""
    router = place.plan.wan6 if _family(server) == socket.AF_INET6 else place.public
    if not _answers_udp(router, server):
        return Unexpected.RST if _answers_tcp(router) else Unexpected.DROP
    return Unexpected.ACCEPT if _takes_port(client, router, server) else Unexpected.ICMP


def _answers_udp(router: str, server: Reflector) -> bool:
    """Only a connected socket is told of an ICMP error."""
    with udp_socket(SERVER, family=_family(server)) as probe:
        probe.connect((router, 7777))
        probe.send(b"unexpected")
        time.sleep(QUIET_S)
        try:
            probe.recv(64)
        except ConnectionRefusedError:
            return True
        except BlockingIOError:
            return False
    return True


def _answers_tcp(router: str) -> bool:
    with netns.inside(SERVER):
        probe = socket.socket(socket.AF_INET6 if ":" in router else socket.AF_INET)
    with probe:
        probe.settimeout(QUIET_S)
        return probe.connect_ex((router, 7777)) == errno.ECONNREFUSED


def _takes_port(client: Client, router: str, server: Reflector) -> bool:
    """A packet that came in first makes the client's own, from the same port, leave by another; or there is no NAT."""
    with udp_socket(client.netns, _address(client, server)) as probe:
        own = endpoint(probe)
        server.sockets[0][0].sendto(b"early", (router, own[1]))
        time.sleep(QUIET_S)
        probe.sendto(b"late", server.endpoint(0, 0))
        seen = server.seen(0, 0)
        return seen is not None and (seen == own or seen[1] != own[1])


def tcp(client: Client) -> frozenset[int]:
    """Ports of the server that can be reached."""
    address = SERVER_V4[0] if client.v4 else SERVER_V6[0]
    return frozenset(port for port in (TLS_PORT, HTTP_PORT) if _connects(client, address, port))


def _connects(client: Client, address: str, port: int) -> bool:
    with netns.inside(client.netns):
        probe = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    with probe:
        probe.settimeout(QUIET_S)
        return probe.connect_ex((address, port)) == 0


class Idle:
    """Mappings that are made, left alone, and asked for later."""

    def __init__(self, clients: dict[str, Client], server: Reflector) -> None:
        self._server = server
        self._since = time.monotonic()
        self._probes: dict[str, tuple[socket.socket, Endpoint | None]] = {}
        for label, client in clients.items():
            probe = udp_socket(client.netns, _address(client, server))
            probe.sendto(b"idle", server.endpoint(0, 0))
            self._probes[label] = probe, server.seen(0, 0)

    def ended(self) -> dict[str, bool]:
        """Which of them are gone after LIVES_S."""
        time.sleep(max(0.0, self._since + LIVES_S - time.monotonic()))
        return {label: self._ended(*probe) for label, probe in self._probes.items()}

    def _ended(self, probe: socket.socket, mapped: Endpoint | None) -> bool:
        with probe:
            if mapped is not None:
                self._server.sockets[0][0].sendto(b"idle", mapped)
            return mapped is not None and receive(probe) is None


def behaviours(places: list[Place]) -> dict[str, Behaviour]:
    """What all these sites do."""
    with reflector(SERVER_V4) as server, reflector(SERVER_V6) as server6:
        idle = Idle({place.label: place.clients[0] for place in places if place.site.v4}, server)
        idle6 = Idle({place.label: place.clients[0] for place in places if not place.site.v4}, server6)
        found = {place.label: _behaviour(place, server, server6) for place in places}
        ended = idle.ended() | idle6.ended()
        return {label: replace(each, short_lived=ended[label]) for label, each in found.items()}


def _behaviour(place: Place, server: Reflector, server6: Reflector) -> Behaviour:
    client, other = place.clients[0], place.clients[-1]
    of = server if client.v4 else server6
    found = udp(client, server) if client.v4 else None
    return Behaviour(
        v4=found,
        v6=udp(client, server6) if client.v6 else None,
        tcp=tcp(client),
        hairpin=found is not None and hairpin(client, other, server),
        unexpected=unexpected(client, place, of),
        short_lived=False,
    )
