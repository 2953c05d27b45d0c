"""Findings of the usual networks, for tests of what is said about them."""

from typing import Final

import msgspec

from pypeer.doctor.findings import (
    AddressKind,
    Filtering,
    Findings,
    HostAddress,
    Interface,
    Machine,
    Mapping,
    Ports,
    Proxy,
    RelayFound,
    Route,
    Signaling,
    Status,
    Support,
    Tcp,
    Udp,
)

V4: Final = HostAddress("192.168.1.10", AddressKind.PRIVATE)
V6: Final = HostAddress("2620:4f:8000::10", AddressKind.PUBLIC)
STRICT: Final = Filtering.ADDRESS_AND_PORT_DEPENDENT
SERVER: Final = Signaling("https://share.example.org/", True, True, 0.05, stun=3)
AWAY: Final = Signaling("https://share.example.org/", False, True, message="It is away.")


def udp(
    mapping: Mapping = Mapping.ENDPOINT_INDEPENDENT,
    filtering: Filtering = STRICT,
    ports: Ports = Ports.KEPT,
    family: int = 4,
    sure: bool = True,
) -> Udp:
    """UDP that works."""
    host = V4.address if family == 4 else V6.address
    return Udp(
        family=family,
        status=Status.WORKS,
        local=host,
        public=(host if mapping is Mapping.NONE else "9.9.9.9",),
        mapping=mapping,
        mapping_sure=sure,
        filtering=filtering,
        filtering_sure=sure,
        ports=ports,
        step=1 if ports is Ports.SEQUENTIAL else 0,
        hairpin=None if mapping is Mapping.NONE else False,
        rtt=0.03,
        support=Support.FULL,
        asked=("8.8.8.1:3478",),
        answered=("8.8.8.1:3478",),
    )


def findings(
    *stacks: Udp,
    hops: tuple[str, ...] = ("192.168.1.1", "9.9.9.1"),
    relays: tuple[RelayFound, ...] = (),
    signaling: Signaling = SERVER,
    v6: bool = False,
    proxies: tuple[Proxy, ...] = (),
    tcp: tuple[Tcp, ...] = (),
) -> Findings:
    """All findings, with these about UDP."""
    machine = Machine((Interface("eth0", (V4, V6) if v6 else (V4,)),), proxies)
    return Findings(machine, signaling, stacks, Route(hops), relays, tcp)


def tcp(mapping: Mapping = Mapping.ENDPOINT_INDEPENDENT, ports: Ports = Ports.KEPT, sure: bool = True) -> Tcp:
    """TCP as servers see it."""
    public = V4.address if mapping is Mapping.NONE else "9.9.9.9"
    step = 1 if ports is Ports.SEQUENTIAL else 0
    return Tcp(4, Status.WORKS, V4.address, (public,), mapping, sure, ports, step)


def behind(local: str, seen: str) -> Udp:
    """UDP of one machine, as it is seen."""
    mapping = Mapping.NONE if local == seen else Mapping.ENDPOINT_INDEPENDENT
    return msgspec.structs.replace(udp(mapping), local=local, public=(seen,), inside=local == seen)


SYMMETRIC: Final = Mapping.ADDRESS_AND_PORT_DEPENDENT
FIREWALL6: Final = udp(Mapping.NONE, family=6)
BLOCKED: Final = Udp(4, Status.BLOCKED, V4.address, asked=("8.8.8.1:3478",))
RELAY: Final = RelayFound("turn.example.org", 443, "tls", True, 0.2)

ALL: Final = {
    "public": findings(udp(Mapping.NONE, Filtering.ENDPOINT_INDEPENDENT)),
    "firewall": findings(udp(Mapping.NONE)),
    "home": findings(udp(filtering=Filtering.ADDRESS_DEPENDENT)),
    "strict": findings(udp()),
    "cgnat": findings(udp(), hops=("192.168.1.1", "100.64.1.1")),
    "counting": findings(udp(SYMMETRIC, ports=Ports.SEQUENTIAL)),
    "symmetric": findings(udp(SYMMETRIC, ports=Ports.RANDOM)),
    "blocked": findings(BLOCKED),
    "unknown": findings(udp(Mapping.UNKNOWN, Filtering.UNKNOWN, sure=False)),
    "dual": findings(udp(), FIREWALL6, v6=True),
    "ipv6": findings(Udp(4, Status.ABSENT), FIREWALL6, hops=(), v6=True),
    "untested": findings(hops=()),
    "away": findings(signaling=AWAY, hops=()),
    "relayed": findings(udp(SYMMETRIC, ports=Ports.RANDOM), relays=(RELAY, RelayFound("t", 3478, "udp", False, 3.0))),
    "proxy": findings(BLOCKED, proxies=(Proxy("HTTPS_PROXY", "http://proxy:3128"),)),
    "two routers": findings(udp(), hops=("192.168.1.1", "10.0.0.1", "9.9.9.1")),
    "silent routers": findings(udp(), hops=("", "", "9.9.9.1")),
    "tcp varies": findings(udp(), tcp=(tcp(Mapping.ADDRESS_AND_PORT_DEPENDENT, Ports.RANDOM),)),
    "tcp counts": findings(udp(), tcp=(tcp(Mapping.ADDRESS_DEPENDENT, Ports.SEQUENTIAL),)),
    "tcp remains": findings(BLOCKED, tcp=(tcp(sure=False),)),
    "tcp open": findings(udp(Mapping.NONE), tcp=(tcp(Mapping.NONE), Tcp(6, Status.UNTESTED))),
    "tcp unknown": findings(udp(), tcp=(tcp(Mapping.UNKNOWN),)),
    "mobile": findings(behind("100.64.3.7", "9.9.9.9")),
    "inside": findings(behind("192.168.1.10", "192.168.1.10")),
    "port by address": findings(udp(Mapping.ADDRESS_DEPENDENT, ports=Ports.UNKNOWN)),
}
