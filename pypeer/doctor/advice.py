"""Which rungs of the ladder work from here, and what to change. Pure."""

from enum import StrEnum
from typing import Final

import msgspec

from pypeer.doctor.findings import AddressKind, Findings, Ports, Status, Udp
from pypeer.doctor.networks import Kind, kind_of, network_of


class Way(StrEnum):
    """The rungs, best first (ways of the ladder, as reports have them)."""

    DIRECT = "direct"
    REVERSED = "reversed"
    PUNCHED = "punched"
    PREDICTED = "predicted"
    SPLICED = "spliced"
    TURN_UDP = "turn-udp"
    TURN_TCP = "turn-tcp"
    TURN_TLS = "turn-tls"
    WEBSOCKET = "websocket"


class Use(StrEnum):
    """How a rung stands, towards other networks; in one's own, everything is direct."""

    YES = "yes"
    SOME = "some"
    """With some people."""
    NO = "no"
    UNKNOWN = "unknown"
    OFF = "off"
    """The server names none."""


class Rung(msgspec.Struct, frozen=True):
    """A rung, from here."""

    way: Way
    use: Use


class Advice(StrEnum):
    """What to change, or to know."""

    SERVER_AWAY = "server-away"
    NO_STUN = "no-stun"
    """The server names no STUN server: it does not to who is on its own machine."""
    INSIDE = "inside"
    """The servers are in this network."""
    UDP_BLOCKED = "udp-blocked"
    PROXY = "proxy"
    VARIES = "varies"
    TCP_VARIES = "tcp-varies"
    """Of UDP the port is the same for all partners, of TCP it is not."""
    TCP_REMAINS = "tcp-remains"
    """UDP is blocked, and TCP can be used between two that dial."""
    CGNAT = "cgnat"
    FIREWALL = "firewall"
    IPV6_OFF = "ipv6-off"
    IPV6_BLOCKED = "ipv6-blocked"
    RELAY_NONE = "relay-none"
    RELAY_FAILED = "relay-failed"
    STUN_CLOSED = "stun-closed"
    """Some of the servers' UDP ports answer, others do not."""
    NOT_SURE = "not-sure"
    """The server has only one address, so not everything can be told apart."""
    NOTHING = "nothing"


HARD: Final = frozenset({Kind.SYMMETRIC, Kind.COUNTING, Kind.BLOCKED})
"""Kinds of networks that need a relay for some partners."""


def rungs(findings: Findings) -> tuple[Rung, ...]:
    """All rungs, in order."""
    relays = {Way(f"turn-{each}"): _relay(findings, each) for each in ("udp", "tcp", "tls")}
    uses = {**_by_udp(findings), Way.SPLICED: _by_tcp(findings), **relays, Way.WEBSOCKET: _inside(findings)}
    return tuple(Rung(way, uses[way]) for way in Way)


def _by_udp(findings: Findings) -> dict[Way, Use]:
    """Whoever is in the same network is reached directly, whatever the router does."""
    stacks = [stack for stack in (network_of(findings).v4, network_of(findings).v6) if stack is not None]
    measured = [stack for stack in stacks if stack.mapping.value != "unknown"]
    if not measured:
        use = Use.UNKNOWN if stacks else Use.NO
        return {Way.DIRECT: use, Way.REVERSED: use, Way.PUNCHED: use, Way.PREDICTED: use}
    open_here = any(stack.is_open for stack in measured)
    steady = any(not stack.varies for stack in measured)
    return {
        Way.DIRECT: Use.YES if open_here else Use.SOME,
        Way.REVERSED: Use.YES if open_here else Use.SOME,
        Way.PUNCHED: Use.YES if steady else Use.SOME,
        Way.PREDICTED: Use.YES if steady else Use.SOME,
    }


def _by_tcp(findings: Findings) -> Use:
    """Two sides that dial at once need ports that the other one can know, or guess (RFC 5128, section 3.4)."""
    uses = [
        Use.YES if tcp.is_steady else Use.SOME if tcp.ports is Ports.SEQUENTIAL else Use.NO
        for tcp in findings.tcp
        if tcp.is_steady or tcp.varies
    ]
    return next((use for use in (Use.YES, Use.SOME, Use.NO) if use in uses), Use.UNKNOWN)


def _relay(findings: Findings, transport: str) -> Use:
    mine = [relay for relay in findings.relays if relay.transport == transport]
    if not mine:
        return Use.OFF if findings.signaling.works else Use.UNKNOWN
    return Use.YES if any(relay.works for relay in mine) else Use.NO


def _inside(findings: Findings) -> Use:
    """Whoever reaches the server at all reaches the relay in it."""
    inside = findings.signaling.inside
    return Use.UNKNOWN if inside is None else Use.YES if inside else Use.OFF


def advice(findings: Findings) -> tuple[Advice, ...]:
    """What applies, the most important first."""
    found = [*_of_server(findings), *_of_network(findings), *_of_operator(findings)]
    return tuple(found) or (Advice.NOTHING,)


def _of_server(findings: Findings) -> list[Advice]:
    udp = [findings.of(4), findings.of(6)]
    untested = all(each.status is Status.UNTESTED for each in udp)
    rules = (
        (not findings.signaling.works, Advice.SERVER_AWAY),
        (findings.signaling.works and untested, Advice.NO_STUN),
        (any(each.inside for each in udp), Advice.INSIDE),
    )
    return [each for applies, each in rules if applies]


def _of_network(findings: Findings) -> list[Advice]:
    kind, v6 = kind_of(findings), findings.of(6)
    has_public_v6 = _has_public_v6(findings)
    helps = kind in (Kind.SYMMETRIC, Kind.COUNTING, Kind.STRICT, Kind.CGNAT)
    rules = (
        (kind is Kind.BLOCKED, Advice.UDP_BLOCKED),
        (kind is Kind.BLOCKED and bool(findings.machine.proxies), Advice.PROXY),
        (kind in (Kind.SYMMETRIC, Kind.COUNTING), Advice.VARIES),
        (kind not in HARD and any(tcp.varies for tcp in findings.tcp), Advice.TCP_VARIES),
        (kind is Kind.BLOCKED and any(tcp.is_steady for tcp in findings.tcp), Advice.TCP_REMAINS),
        (kind is Kind.CGNAT, Advice.CGNAT),
        (kind is Kind.FIREWALL, Advice.FIREWALL),
        (helps and not has_public_v6, Advice.IPV6_OFF),
        (has_public_v6 and v6.status is Status.BLOCKED and kind is not Kind.BLOCKED, Advice.IPV6_BLOCKED),
    )
    return [each for applies, each in rules if applies]


def _has_public_v6(findings: Findings) -> bool:
    hosts = [host for interface in findings.machine.interfaces for host in interface.addresses]
    return any(":" in host.address and host.kind is AddressKind.PUBLIC for host in hosts)


def _of_operator(findings: Findings) -> list[Advice]:
    working = [udp for udp in findings.udp if udp.status is Status.WORKS]
    needs_relay = kind_of(findings) in HARD
    relays = findings.relays
    rules = (
        (needs_relay and findings.signaling.works and not relays and not findings.signaling.inside, Advice.RELAY_NONE),
        (bool(relays) and not any(relay.works for relay in relays), Advice.RELAY_FAILED),
        (any(set(udp.asked) - set(udp.answered) for udp in working), Advice.STUN_CLOSED),
        (any(map(_is_unsure, working)), Advice.NOT_SURE),
    )
    return [each for applies, each in rules if applies]


def _is_unsure(udp: Udp) -> bool:
    return not (udp.mapping_sure and udp.filtering_sure)
