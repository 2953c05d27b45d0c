"""STUN and TURN servers by their URIs (RFC 7064, RFC 7065)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from signaling.protocol.fields import IceServer

PORT: Final = 3478
PORT_TLS: Final = 5349
"""RFC 8489, section 18.6."""

SERVERS_MAX: Final = 8
"""Of each kind: more would only tell more strangers where we are."""

_URI = re.compile(
    r"(?P<scheme>stuns?|turns?):(?P<host>\[[0-9a-fA-F:.]+\]|[^\[\]:?]+)(:(?P<port>[0-9]{1,5}))?"
    r"(\?transport=(?P<transport>udp|tcp))?"
)


class Transport(Enum):
    """How a relay is reached, and how much better than the others that is (for the priority of candidates)."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"

    @property
    def preference(self) -> int:
        """The larger, the better."""
        return {Transport.UDP: 2, Transport.TCP: 1, Transport.TLS: 0}[self]


@dataclass(frozen=True, slots=True)
class Stun:
    """A STUN server over UDP."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Relay:
    """A TURN server, with credentials."""

    host: str
    port: int
    transport: Transport
    username: str
    credential: str

    @property
    def place(self) -> tuple[str, int, Transport]:
        """Where it is, whatever the credentials."""
        return self.host, self.port, self.transport

    @property
    def preference(self) -> int:
        """Of its transport."""
        return self.transport.preference


@dataclass(frozen=True, slots=True)
class Servers:
    """All that may be asked."""

    stun: tuple[Stun, ...] = ()
    relays: tuple[Relay, ...] = ()


def read(servers: Iterable[IceServer]) -> Servers:
    """What the signaling server told; URIs that we cannot use are left out."""
    stun: dict[Stun, None] = {}
    relays: dict[Relay, None] = {}
    for server in servers:
        for uri in server.urls:
            match = _URI.fullmatch(uri)
            if match is not None:
                _add(match, server, stun, relays)
    return Servers(tuple(stun)[:SERVERS_MAX], tuple(relays)[:SERVERS_MAX])


def _add(match: re.Match[str], server: IceServer, stun: dict[Stun, None], relays: dict[Relay, None]) -> None:
    scheme, host = match["scheme"], match["host"].strip("[]")
    port = int(match["port"] or (PORT_TLS if scheme.endswith("s") else PORT))
    if not 0 < port < 65_536:
        return
    if scheme == "stun":
        stun[Stun(host, port)] = None
    elif scheme.startswith("turn"):
        transport = Transport.TLS if scheme == "turns" else Transport(match["transport"] or "udp")
        relays[Relay(host, port, transport, server.username or "", server.credential or "")] = None
