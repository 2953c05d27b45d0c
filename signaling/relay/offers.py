"""Which relays the members of a pair are told, and with which credentials. Pure."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from signaling.protocol.fields import IceServer
from signaling.relay import tickets
from signaling.relay.tickets import Member
from signaling.relay.turn import credentials

URL: Final = re.compile(r"turns?:(\[[0-9a-fA-F:.]+\]|[^\[\]:?\s]+)(:[0-9]{1,5})?(\?transport=(udp|tcp))?")
"""A TURN server (RFC 7065)."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where this server relays; 0 for where it does not."""

    udp: int = 0
    tcp: int = 0
    tls: int = 0


@dataclass(frozen=True, slots=True)
class Offers:
    """Makes what `met` and `knocked` carry: this server if it relays, and those that the operator has named.

    Each has its own secret, since a secret that two servers share lets each make credentials for the other.
    """

    secret: str
    ttl: float
    others: Sequence[str] = ()
    others_secret: str = ""

    def told(self, dialled: str, ports: Ports, pair: str, member: str, today: float) -> tuple[IceServer, ...]:
        """For one member of a pair, who reached this server under `dialled`; `today` in seconds since 1970."""
        own, expiry = urls(dialled, ports), self._expiry(today)
        servers = [(own, self.secret), (tuple(self.others), self.others_secret)]
        return tuple(_server(each, secret, pair, member, expiry) for each, secret in servers if each)

    def ticket(self, pair: str, member: str, today: float) -> str:
        """What admits one member of a pair to the relay inside a WebSocket."""
        return tickets.make(self.secret, Member(pair, member), self._expiry(today))

    def _expiry(self, today: float) -> int:
        """A whole second since 1970, rounded up: what is told is good for as long as `ttl` says, at least."""
        return math.ceil(today + self.ttl)

    def admits(self, ticket: str, today: float) -> Member | None:
        """Whom a ticket admits."""
        return tickets.read(self.secret, ticket, today)


def urls(dialled: str, ports: Ports) -> tuple[str, ...]:
    """This server as the relay of whoever dialled this host, the quickest way first."""
    name = urlsplit(f"//{dialled}").hostname
    if not name:
        return ()
    host = f"[{name}]" if ":" in name else name
    ways = (("turn", ports.udp, "udp"), ("turn", ports.tcp, "tcp"), ("turns", ports.tls, "tcp"))
    return tuple(f"{scheme}:{host}:{port}?transport={way}" for scheme, port, way in ways if port)


def _server(urls: tuple[str, ...], secret: str, pair: str, member: str, expiry: float) -> IceServer:
    name, password = credentials.make(secret, pair, member, expiry)
    return IceServer(urls=urls, username=name, credential=password)
