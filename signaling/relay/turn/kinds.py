"""Words that all of TURN shares: who talks to the server, what it does, and what it counts."""

from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple

from signaling.protocol.stun import Attributes
from signaling.protocol.values import Address


class Transport(IntEnum):
    """Between a client and the server. A number, since it is hashed with each datagram."""

    UDP = 0
    TCP = 1
    TLS = 2
    WEBSOCKET = 3
    """Not TURN: signaling.relay.rooms, which shares its limits and counters."""


class Family(IntEnum):
    """Version of IP, as attributes have it (RFC 8656, section 18.6)."""

    IPV4 = 1
    IPV6 = 2


def family_of(host: str) -> Family:
    """Of an address as text."""
    return Family.IPV6 if ":" in host else Family.IPV4


class FiveTuple(NamedTuple):
    """What an allocation belongs to (RFC 8656, section 3)."""

    transport: Transport
    local: Address
    remote: Address


class Refusal(StrEnum):
    """Why a request was refused, or what was to be relayed was not; its value is a label of the operator's counters."""

    CHALLENGE = "challenge"
    """401 to who has shown no credentials yet: every client's first request."""
    RATE = "rate"
    """Silence: its address has had enough answers without credentials."""
    MALFORMED = "malformed"
    """Silence: neither STUN nor data of a channel that is bound."""
    BAD_REQUEST = "bad-request"
    """400."""
    CREDENTIALS = "credentials"
    """401: wrong, or no longer good."""
    STALE_NONCE = "stale-nonce"
    """438."""
    ATTRIBUTE = "attribute"
    """420: something that has to be understood is not."""
    MISMATCH = "mismatch"
    """437: an allocation too many, or none."""
    OTHER_USER = "other-user"
    """441."""
    TRANSPORT = "transport"
    """442: to peers there is only UDP."""
    FAMILY = "family"
    """440 or 443: not this version of IP."""
    PEER = "peer"
    """403, or silence: no relaying to there."""
    QUOTA = "quota"
    """486: the pair has enough."""
    CAPACITY = "capacity"
    """508: the server has enough, or has no port."""
    PERMISSION = "permission"
    """Dropped: the client has not said that it wants to hear from there, or to send there."""
    BANDWIDTH = "bandwidth"
    """Dropped: the pair, or all together, are at their limit."""
    SLOW = "slow"
    """Dropped: the client, or the network, takes no more."""


class RefusedError(Exception):
    """A request that is answered with an error (RFC 8489, section 14.8; RFC 8656, section 19)."""

    def __init__(self, code: int, reason: Refusal, attributes: Attributes = ()) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason
        self.attributes = tuple(attributes)


@dataclass(slots=True)
class Stats:
    """What the operator sees. Sums since the start, but for `allocations`."""

    to_peers: int = 0
    """Bytes of payload from clients to peers; between two clients they count here alone."""
    to_clients: int = 0
    """Bytes of payload from peers that are no clients."""
    to_members: int = 0
    """Bytes from one member of a pair to the other inside WebSockets."""
    allocations: int = 0
    """There are now, rooms of pairs inside WebSockets among them."""
    allocated: Counter[Transport] = field(default_factory=Counter)
    refusals: Counter[Refusal] = field(default_factory=Counter)
    pairs: int = 0
    """Pairs that relayed more than checks alone do."""
