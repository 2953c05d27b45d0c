"""What requests ask for, read and checked by the rules of RFC 8656, section 7.2; all raise RefusedError. Pure."""

from dataclasses import dataclass
from typing import Final

from signaling.protocol.stun import Attribute, Message
from signaling.relay.turn.kinds import Family, Refusal, RefusedError

UDP: Final = 17
"""Protocol number, in REQUESTED-TRANSPORT."""

LIFETIME_S: Final = 600
"""What a client gets that asks for less, or for nothing (RFC 8656, section 7.2)."""

LIFETIME_MOST_S: Final = 3600
"""What a client gets that asks for more: one that vanished holds a port for that long."""

UNDERSTOOD: Final = frozenset(
    {Attribute.USERNAME, Attribute.REALM, Attribute.NONCE, Attribute.PASSWORD_ALGORITHM}
    | {Attribute.MESSAGE_INTEGRITY, Attribute.MESSAGE_INTEGRITY_SHA256}
    | {Attribute.REQUESTED_TRANSPORT, Attribute.REQUESTED_ADDRESS_FAMILY, Attribute.LIFETIME}
    | {Attribute.EVEN_PORT, Attribute.RESERVATION_TOKEN}
    | {Attribute.XOR_PEER_ADDRESS, Attribute.CHANNEL_NUMBER, Attribute.DATA}
)
"""DONT-FRAGMENT is not: it cannot be kept on every system, and a server that cannot must refuse it (section 7.2)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an Allocate request asks for."""

    families: tuple[Family, ...]
    even: bool


def wanted(request: Message) -> Wanted:
    """Read an Allocate request."""
    transport = request.get(Attribute.REQUESTED_TRANSPORT)
    if transport is None or len(transport) != 4:
        raise RefusedError(400, Refusal.BAD_REQUEST)
    if transport[0] != UDP:
        raise RefusedError(442, Refusal.TRANSPORT)
    even = request.get(Attribute.EVEN_PORT)
    families = _families(request)
    if request.has(Attribute.RESERVATION_TOKEN):
        if even is not None or _chooses_family(request):
            raise RefusedError(400, Refusal.BAD_REQUEST)
        raise RefusedError(508, Refusal.CAPACITY)
    if even is not None and len(even) != 1:
        raise RefusedError(400, Refusal.BAD_REQUEST)
    if even and even[0] & 0x80:
        # A port of a pair, reserved for later: RTP and RTCP need that, peers here do not.
        raise RefusedError(508, Refusal.CAPACITY)
    return Wanted(families, even is not None)


def requested_family(request: Message) -> Family | None:
    """REQUESTED-ADDRESS-FAMILY."""
    value = request.get(Attribute.REQUESTED_ADDRESS_FAMILY)
    if value is None:
        return None
    if len(value) != 4:
        raise RefusedError(400, Refusal.BAD_REQUEST)
    if value[0] not in tuple(Family):
        raise RefusedError(440, Refusal.FAMILY)
    return Family(value[0])


def lifetime(request: Message) -> int:
    """Seconds that are granted; 0 only to who asks for it."""
    value = request.get(Attribute.LIFETIME)
    if value is None:
        return LIFETIME_S
    if len(value) != 4:
        raise RefusedError(400, Refusal.BAD_REQUEST)
    asked = int.from_bytes(value, "big")
    return max(LIFETIME_S, min(asked, LIFETIME_MOST_S)) if asked else 0


def channel_number(request: Message) -> int:
    """CHANNEL-NUMBER, of which half is reserved (RFC 8656, section 18.1)."""
    value = request.get(Attribute.CHANNEL_NUMBER)
    if value is None or len(value) != 4:
        raise RefusedError(400, Refusal.BAD_REQUEST)
    return int.from_bytes(value[:2], "big")


def _families(request: Message) -> tuple[Family, ...]:
    """IPv4 unless another is asked for, or IPv6 as well."""
    additional = request.get(Attribute.ADDITIONAL_ADDRESS_FAMILY)
    if additional is None:
        return (requested_family(request) or Family.IPV4,)
    if request.has(Attribute.REQUESTED_ADDRESS_FAMILY) or len(additional) != 4 or additional[0] != Family.IPV6:
        raise RefusedError(400, Refusal.BAD_REQUEST)
    return Family.IPV4, Family.IPV6


def _chooses_family(request: Message) -> bool:
    kinds = (Attribute.REQUESTED_ADDRESS_FAMILY, Attribute.ADDITIONAL_ADDRESS_FAMILY)
    return any(map(request.has, kinds))
