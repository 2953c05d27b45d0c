"""This machine: its interfaces, its proxies, and from which address it reaches a server."""

import os
import socket
from typing import Final
from urllib.parse import urlsplit

import ifaddr

from pypeer.connect.addresses import host_addresses
from pypeer.connect.ice.candidate import family_of
from pypeer.connect.options import interfaces_of_environment
from pypeer.doctor.addresses import kind_of
from pypeer.doctor.findings import AddressKind, HostAddress, Interface, Machine, Proxy
from signaling.protocol.values import Address

PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
"""As programs have them; most read them in lower case as well."""


def machine() -> Machine:
    """Interfaces that are of use, and proxies."""
    return Machine(tuple(each for each in _interfaces() if each.addresses), tuple(_proxies()))


def _interfaces() -> list[Interface]:
    """Without loopback and link-local addresses, which lead nowhere."""
    found = []
    for adapter in ifaddr.get_adapters():
        hosts = [ip.ip if isinstance(ip.ip, str) else ip.ip[0] for ip in adapter.ips]
        told = [HostAddress(host, kind_of(host)) for host in hosts]
        useful = [each for each in told if each.kind not in (AddressKind.LOOPBACK, AddressKind.LINK_LOCAL)]
        found.append(Interface(adapter.nice_name, tuple(useful)))
    return found


def _proxies() -> list[Proxy]:
    named = [name for upper in PROXIES for name in (upper, upper.lower()) if os.environ.get(name)]
    return [Proxy(name, without_secret(os.environ[name])) for name in named]


def without_secret(url: str) -> str:
    """The URL of a proxy without user and password: reports are shown to others."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def local_address(server: Address) -> str | None:
    """The address that packets to a server leave from, None if there is no way there. Sends nothing."""
    family = socket.AF_INET6 if family_of(server[0]) == 6 else socket.AF_INET
    if names := interfaces_of_environment():
        return next((host for host in host_addresses(names) if family_of(host) == family_of(server[0])), None)
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(server)
        except OSError:
            return None
        return str(probe.getsockname()[0])
