"""Which of this machine's addresses are offered as host candidates, and how far apart two addresses are."""

import ipaddress

import ifaddr

from pypeer.connect.ice.candidate import interleaved
from pypeer.connect.options import interfaces_of_environment
from pypeer.links.link import Scope


def host_addresses(interfaces: tuple[str, ...] = ()) -> list[str]:
    """Addresses to gather host candidates on (RFC 8445, section 5.1.1.1), best first; of `interfaces`, if any.

    Loopback is left out, as the RFC asks, unless there is nothing else: two peers on a machine without a network can
    then still meet. Link-local IPv6 needs a zone that no candidate carries, and is left out too.
    """
    wanted = set(interfaces or interfaces_of_environment())
    found = [
        address
        for adapter in ifaddr.get_adapters()
        if not wanted or adapter.nice_name in wanted or adapter.name in wanted
        for ip in adapter.ips
        if (address := _usable(ip.ip)) is not None
    ]
    outward = [address for address in found if not ipaddress.ip_address(address).is_loopback]
    return interleaved(outward or found)


def interface_names() -> list[str]:
    """Names of the network interfaces of this machine."""
    return sorted({adapter.nice_name for adapter in ifaddr.get_adapters()})


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


def _usable(ip: str | tuple[str, int, int]) -> str | None:
    if isinstance(ip, str):
        return ip
    address, _flow, zone = ip
    return address if zone == 0 and not ipaddress.ip_address(address).is_link_local else None


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
