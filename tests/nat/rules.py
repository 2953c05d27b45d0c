"""From a router as data to its nftables rules. Pure.

Interfaces: `wan` leads to the core; the inner ones are named by the caller (nft takes a trailing `*`).
Mapping is endpoint-independent because the kernel keeps the client's port when it is free, towards any destination.
"""

from typing import Final

from tests.nat.sites import Filtering, Gateway, Mapping, Out, Ports, Router, Unexpected

SEQUENCE: Final = range(40_000, 40_512)
"""Public ports of a NAT that counts. Wide, so that in a run of the matrix none comes up again while it is in use."""

RESTRICT: Final = {
    Unexpected.DROP: ("drop",),
    Unexpected.ACCEPT: (),
    Unexpected.ICMP: ("meta l4proto { tcp, udp } reject with icmpx port-unreachable", "drop"),
    Unexpected.RST: ("meta l4proto tcp reject with tcp reset", "drop"),
}

LEAVE: Final = {
    Out.ALL: ("accept",),
    Out.NO_UDP: ("meta l4proto udp drop", "accept"),
    Out.TCP_443: ("tcp dport 443 accept", "drop"),
    Out.PROXY: ("drop",),
    Out.PROXY_443: ("drop",),
    Out.SOCKS: ("drop",),
}


ASKED: Final = (
    "  map forwarded {\n    type inet_proto . inet_service : ipv4_addr . inet_service; flags timeout;\n  }\n"
    "  map kept {\n    type ipv4_addr . inet_proto . inet_service : inet_service; flags timeout;\n  }\n"
)
"""What gateway.py fills: whose a public port is, and by which one a client's port leaves."""


def ruleset(router: Router, inner: str, public: str) -> str:
    """All rules of a router with this public IPv4 address, for `nft -f`."""
    tables = [_filter(router, inner)]
    if router.mapping is not Mapping.NONE:
        tables.append(_nat(router, inner, public))
    return "\n".join(tables)


def _chain(name: str, hook: str, priority: str, rules: list[str], policy: str = "accept") -> str:
    head = f"type filter hook {hook} priority {priority}; policy {policy};"
    if priority in ("dstnat", "srcnat"):
        head = head.replace("type filter", "type nat")
    body = "\n".join(f"    {rule}" for rule in [head, *rules])
    return f"  chain {name} {{\n{body}\n  }}\n"


def _filter(router: Router, inner: str) -> str:
    if router.filtering is Filtering.ENDPOINT_INDEPENDENT and router.mapping is Mapping.NONE:
        return ""
    forward = [
        "ct state established,related accept",
        "ct status dnat accept",
        *(f'iifname "{inner}" oifname "wan" {rule}' for rule in LEAVE[router.out]),
    ]
    arrive = [f'iifname "wan" ct state new {rule}' for rule in RESTRICT[router.unexpected]]
    arrive.insert(0, "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept")
    chains = _chain("forward", "forward", "filter", forward, "drop") + _chain("input", "input", "filter", arrive)
    return f"table inet firewall {{\n{chains}}}"


def _nat(router: Router, inner: str, public: str) -> str:
    source = [*_hairpin_source(router, public), *_asked_source(router, public), *_source(router, public)]
    chains = _chain("source", "postrouting", "srcnat", source)
    if inward := [*_inward(router, public), *_hairpin_inward(router, inner, public)]:
        chains = _learnt(router) + _chain("inward", "prerouting", "dstnat", inward) + chains
        chains += _chain("learn", "postrouting", "srcnat + 10", _learn(router))
    if router.gateway is not Gateway.NONE:
        chains = ASKED + _chain("asked", "prerouting", "dstnat", _asked_inward(public)) + chains
    return f"table ip translation {{\n{chains}}}"


def _source(router: Router, public: str) -> list[str]:
    match router.ports:
        case Ports.PRESERVED:
            return ['oifname "wan" masquerade']
        case Ports.RANDOM:
            return ['oifname "wan" masquerade random,fully-random']
        case Ports.SEQUENTIAL:
            count = ", ".join(f"{index} : {port}" for index, port in enumerate(SEQUENCE))
            following = f"numgen inc mod {len(SEQUENCE)} map {{ {count} }}"
            of = 'oifname "wan" meta l4proto'
            return [f"{of} {kind} snat ip to {public} : {following}" for kind in ("udp", "tcp")] + [
                'oifname "wan" masquerade'
            ]


def _asked_inward(public: str) -> list[str]:
    """Public ports that clients asked for lead to them, whoever sends."""
    return [
        f'iifname "wan" ip daddr {public} meta l4proto {{ tcp, udp }} dnat ip to meta l4proto . th dport map @forwarded'
    ]


def _asked_source(router: Router, public: str) -> list[str]:
    """... and what they send from there leaves by them."""
    if router.gateway is Gateway.NONE:
        return []
    return [
        f'oifname "wan" meta l4proto {{ tcp, udp }} snat ip to {public} : ip saddr . meta l4proto . th sport map @kept'
    ]


def _learnt(router: Router) -> str:
    """`owners`: whose a public port is. `seen`: to which address a public port has sent."""
    timed = f"flags dynamic,timeout; timeout {router.lifetime}s; size 65535;"
    return (
        f"  map owners {{\n    type inet_service : ipv4_addr . inet_service; {timed}\n  }}\n"
        f"  set seen {{\n    type ipv4_addr . inet_service; {timed}\n  }}\n"
    )


def _learn(router: Router) -> list[str]:
    """After translation, the source port is the public one and the connection still knows the client's."""
    outgoing = 'oifname "wan" ct direction original meta l4proto udp'
    rules = [f"{outgoing} update @owners {{ udp sport : ct original ip saddr . ct original proto-src }}"]
    if router.filtering is Filtering.ADDRESS_DEPENDENT:
        rules.append(f"{outgoing} update @seen {{ ip daddr . udp sport }}")
    return rules


def _inward(router: Router, public: str) -> list[str]:
    """Let strangers in to a mapped port: from anywhere, or from addresses that the port has sent to."""
    arriving = f'iifname "wan" ip daddr {public} meta l4proto udp'
    match router.filtering:
        case Filtering.ENDPOINT_INDEPENDENT:
            return [f"{arriving} dnat ip to udp dport map @owners"]
        case Filtering.ADDRESS_DEPENDENT:
            return [f"{arriving} ip saddr . udp dport @seen dnat ip to udp dport map @owners"]
        case Filtering.ADDRESS_AND_PORT_DEPENDENT:
            return []


def _hairpin_inward(router: Router, inner: str, public: str) -> list[str]:
    """Packets from the inside for a public port go back in, whoever sends them."""
    if not router.hairpin:
        return []
    return [f'iifname "{inner}" ip daddr {public} meta l4proto udp dnat ip to udp dport map @owners']


def _hairpin_source(router: Router, public: str) -> list[str]:
    """... and seem to come from the sender's own public port."""
    return [f'oifname != "wan" ct status dnat meta l4proto udp snat ip to {public}'] if router.hairpin else []
