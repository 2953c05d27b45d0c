"""Whom an allocation may hear from, and its channels (RFC 8656, sections 9 and 12), from the client's side. Pure.

A permission is asked for when something is first sent to a host; a channel once more than checks of ICE go to an
address, since a channel cannot be given back and saves nothing for a few checks.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from signaling.protocol import stun, values
from signaling.protocol.framing import CHANNEL_HEADER
from signaling.protocol.stun import Attribute, Class, Method
from signaling.protocol.values import Address

RENEW_S: Final = 240.0
"""Permissions last 300 s: a minute is left for repetitions. Channels last 600 s, but keep a permission for 300 s only,
so they are renewed as often."""

HOSTS: Final = 100
"""Of the other side, most taken: a peer names dozens of candidates, and relays have a bound of their own."""

CHANNELS: Final = range(0x4000, 0x5000)
"""RFC 8656, section 12."""

CHANNELS_MOST: Final = 16
"""Addresses in use, one after the other; whoever comes later is sent indications."""


class Standing(Enum):
    """Of a permission or a channel."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(slots=True)
class Grant:
    """A permission or a channel; `renew_at` is when to ask again."""

    standing: Standing = Standing.ASKED
    renew_at: float = float("inf")

    def granted(self, now: float) -> None:
        """It was granted, or renewed."""
        self.standing, self.renew_at = Standing.GRANTED, now + RENEW_S

    def refused(self) -> None:
        """It was not, and asking again would not help."""
        self.standing, self.renew_at = Standing.REFUSED, float("inf")

    def asked(self) -> None:
        """It is asked for again; until there is an answer it counts as it did."""
        self.renew_at = float("inf")


class Peers:
    """Permissions by host, channels by address."""

    def __init__(self) -> None:
        self.hosts: dict[str, Grant] = {}
        self.channels: dict[Address, Grant] = {}
        self.numbers: dict[Address, int] = {}
        self._addresses: dict[int, Address] = {}

    def new_host(self, host: str) -> Grant | None:
        """A permission is asked for; None if there are too many."""
        if len(self.hosts) >= HOSTS:
            return None
        grant = self.hosts[host] = Grant()
        return grant

    def new_channel(self, peer: Address) -> int | None:
        """A channel is asked for: its number; None if there are too many, or there was one already."""
        if peer in self.channels or len(self._addresses) >= CHANNELS_MOST:
            return None
        number = CHANNELS[len(self._addresses)]
        self.channels[peer] = Grant()
        self.numbers[peer] = number
        self._addresses[number] = peer
        return number

    def number(self, peer: Address) -> int | None:
        """The number of a channel that stands."""
        grant = self.channels.get(peer)
        return self.numbers[peer] if grant is not None and grant.standing is Standing.GRANTED else None

    def unwrap(self, data: bytes) -> tuple[Address, bytes] | None:
        """Sender and payload of a ChannelData message; None if it is none. The answer to a bind may come after data."""
        if len(data) < CHANNEL_HEADER.size:
            return None
        number, length = CHANNEL_HEADER.unpack_from(data)
        peer = self._addresses.get(number)
        if peer is None or CHANNEL_HEADER.size + length > len(data):
            return None
        return peer, data[CHANNEL_HEADER.size : CHANNEL_HEADER.size + length]

    def grants(self, method: Method, peer: Address | None) -> list[Grant]:
        """What a request of this method asked for; nothing, unless it was for a peer."""
        if peer is None:
            return []
        return [self.channels[peer]] if method is Method.CHANNEL_BIND else [self.hosts[peer[0]]]

    def is_permitted(self, host: str) -> bool:
        """Whether we want to hear from there."""
        grant = self.hosts.get(host)
        return grant is not None and grant.standing is not Standing.REFUSED

    def due(self, now: float) -> tuple[list[str], list[Address]]:
        """Hosts and addresses whose grants are to be renewed."""
        hosts = [host for host, grant in self.hosts.items() if grant.renew_at <= now]
        return hosts, [peer for peer, grant in self.channels.items() if grant.renew_at <= now]

    def wake_at(self) -> float:
        """When the next is due; infinity for never."""
        grants = (*self.hosts.values(), *self.channels.values())
        return min((grant.renew_at for grant in grants), default=float("inf"))


def indication(peer: Address, payload: bytes, transaction: bytes) -> bytes:
    """A Send indication (RFC 8656, section 11.1)."""
    attributes = [(Attribute.XOR_PEER_ADDRESS, values.xor_address(peer, transaction)), (Attribute.DATA, payload)]
    return stun.encode(Method.SEND, Class.INDICATION, transaction, attributes, fingerprint=False)
