"""The router of an address of this machine: what has to be asked for ports."""

import ipaddress
import sys
from pathlib import Path
from typing import Final

import ifaddr

TABLE: Final = Path("/proc/net/route")
"""Linux."""

HEADER_FIELDS: Final = 8
RTF_GATEWAY: Final = 2
NOWHERE: Final = "00000000"
"""Destination and mask of the default."""


def router_of(host: str) -> str | None:
    """The default router on the interface of this IPv4 address; a guess where no table tells: the network's first."""
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            if ip.ip == host:
                return _default(adapter.name) if sys.platform == "linux" else _first(host, ip.network_prefix)
    return None


def _default(interface: str) -> str | None:
    try:
        return read(TABLE.read_text(), interface)
    except OSError:
        return None


def read(table: str, interface: str) -> str | None:
    """The default router of an interface in Linux's table: numbers in hexadecimal, the lowest byte first."""
    for line in table.splitlines()[1:]:
        fields = line.split()
        is_default = len(fields) >= HEADER_FIELDS and fields[0] == interface and fields[1] == fields[7] == NOWHERE
        if is_default and int(fields[3], 16) & RTF_GATEWAY:
            return str(ipaddress.IPv4Address(bytes.fromhex(fields[2])[::-1]))
    return None


def _first(host: str, prefix: int) -> str:
    return str(ipaddress.ip_network(f"{host}/{prefix}", strict=False).network_address + 1)
