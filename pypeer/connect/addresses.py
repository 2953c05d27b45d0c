"""Which of this machine's addresses are offered as host candidates, and how far apart two addresses are."""

import ipaddress
import os

import aioice.ice
import ifaddr

from pypeer.links.link import Scope

INTERFACES_ENV = "BYWAY_INTERFACES"
"""Comma-separated names of the network interfaces to use; all of them if it is not set."""


def host_addresses(use_ipv4: bool = True, use_ipv6: bool = True) -> list[str]:
    """Addresses to gather host candidates on (RFC 8445, section 5.1.1.1).

    Loopback is left out, as the RFC asks, unless there is nothing else: two peers on a machine without a network can
    then still meet. Link-local IPv6 needs a zone that no candidate carries, and is left out too.
    """
    wanted = {name for name in os.environ.get(INTERFACES_ENV, "").split(",") if name}
    found = [
        address
        for adapter in ifaddr.get_adapters()
        if not wanted or adapter.nice_name in wanted or adapter.name in wanted
        for ip in adapter.ips
        if (address := _usable(ip.ip, use_ipv4, use_ipv6)) is not None
    ]
    outward = [address for address in found if not ipaddress.ip_address(address).is_loopback]
    return outward or found


def scope_between(local: str, remote: str) -> Scope:
    """How far a path goes, judged by its two addresses."""
    here, there = _parse(local), _parse(remote)
    if there is None:
        return Scope.NETWORK
    if there.is_loopback or remote in host_addresses():
        return Scope.MACHINE
    if there.is_private and (here is None or here.is_private):
        return Scope.NETWORK
    return Scope.INTERNET


def install() -> None:
    """Make aioice gather on these addresses; it has no setting for it."""
    aioice.ice.get_host_addresses = host_addresses


def join(host: str, port: int) -> str:
    """`address:port`, with brackets around IPv6."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _usable(ip: str | tuple[str, int, int], use_ipv4: bool, use_ipv6: bool) -> str | None:
    if isinstance(ip, str):
        return ip if use_ipv4 else None
    address, _flow, zone = ip
    return address if use_ipv6 and zone == 0 and not ipaddress.ip_address(address).is_link_local else None


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
