"""Where STUN is served, and what peers are told of it. Pure."""

import ipaddress
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from signaling.core.names import is_loopback
from signaling.protocol.values import Address

FAMILIES: Final[Mapping[str, tuple[int, ...]]] = {"*": (4, 6), "0.0.0.0": (4,), "::": (6,)}
"""Hosts that stand for all addresses of this machine, and of which versions of IP."""

ADDRESSES: Final = 64
"""Addresses served at most: a machine has a handful, one that carries containers dozens; each takes two sockets."""


def local(host: str, addresses: Iterable[str]) -> list[str]:
    """Those addresses of this machine for which a host stands. A link-local one of IPv6 no URL can name."""
    found = [ipaddress.ip_address(each) for each in addresses]
    fitting = [
        each for each in found if each.version in FAMILIES[host] and not (each.version == 6 and each.is_link_local)
    ]
    return [str(each) for each in dict.fromkeys(fitting)][:ADDRESSES]


def pairs(addresses: Sequence[str]) -> list[tuple[str, str]]:
    """Two addresses of the same version of IP belong together: each may answer for the other."""
    by_version = [[each for each in addresses if (":" in each) is six] for six in (False, True)]
    return [(each[0], each[1]) for each in by_version if len(each) == 2]


def partners(addresses: Sequence[str]) -> dict[str, str]:
    """For each address the other one of its pair."""
    return {one: other for a, b in pairs(addresses) for one, other in ((a, b), (b, a))}


def urls(
    dialled: str, endpoints: Collection[Address], ports: Sequence[int], addresses: Sequence[str] = ()
) -> tuple[str, ...]:
    """The STUN servers of whoever dialled this host: the same at each port that is open, then the second address.

    They all are this server, but a NAT that maps by destination is seen only by asking at two of them. A peer on this
    machine is told nothing: it would learn that it is on this machine. Nor is what only this machine can reach told.
    """
    name = urlsplit(f"//{dialled}").hostname or ""
    if is_loopback(name):
        return ()
    reachable = {(host, port) for host, port in endpoints if not is_loopback(host)}
    told = [(name, port) for port in ports if port in {port for _, port in reachable}]
    if by_address := [each for each in _by_address(name, reachable) if each[1] in ports]:
        told = [*told[:1], *by_address]
    others = [(one if name == other else other, ports[0]) for one, other in pairs(addresses)]
    return tuple(_url(*each) for each in (*told, *(each for each in others if each in reachable)))


def _by_address(name: str, reachable: Collection[Address]) -> list[Address]:
    """Of a server with public addresses of both versions that was dialled by name: where it is by IPv4.

    Chromium looks a name of a STUN server up once, takes the address of IPv6, and learns nothing of its IPv4 sockets.
    """
    public = sorted(each for each in reachable if ipaddress.ip_address(each[0]).is_global)
    four = [each for each in public if ":" not in each[0]]
    is_name = not name.replace(".", "").isdigit() and ":" not in name
    return [each for each in four if each[0] == four[0][0]] if is_name and len(four) < len(public) else []


def _url(host: str, port: int) -> str:
    return f"stun:[{host}]:{port}" if ":" in host else f"stun:{host}:{port}"
