"""What answers of a TURN server say beside yes and no. Pure."""

from pypeer.connect.turn.words import Alternate, Granted, Want
from signaling.protocol.stun import Attribute, Message
from signaling.protocol.values import StunError

DOMAIN_BYTES = 255
"""Longest ALTERNATE-DOMAIN that is a name (RFC 8489, section 14.16)."""


def grant(message: Message, want: Want) -> tuple[Granted, int] | None:
    """What an allocation has, and for how many seconds; None if the answer cannot be used."""
    try:
        relayed = message.xor_addresses(Attribute.XOR_RELAYED_ADDRESS)
        mapped = message.xor_address(Attribute.XOR_MAPPED_ADDRESS)
    except StunError:
        return None
    by_family = {":" in host: (host, port) for host, port in reversed(relayed)}
    seconds = message.number(Attribute.LIFETIME) or 0
    if not by_family or not seconds:
        return None
    unheard = want is Want.BOTH and len(by_family) == 1 and not message.has(Attribute.ADDRESS_ERROR_CODE)
    return Granted(tuple(by_family[key] for key in sorted(by_family, reverse=True)), mapped, unheard), seconds


def alternate(message: Message) -> Alternate | None:
    """The server that a 300 names (RFC 8489, sections 10 and 14.15); None if it names none."""
    try:
        address = message.address(Attribute.ALTERNATE_SERVER)
    except StunError:
        return None
    domain = message.get(Attribute.ALTERNATE_DOMAIN) or b""
    if address is None or not address[1] or len(domain) > DOMAIN_BYTES or not domain.isascii():
        return None
    return Alternate(address, domain.decode())
