"""Connectivity checks as STUN messages (RFC 8445, section 7)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.protocol.values import Address

ROLE_CONFLICT: Final = 487
"""RFC 8445, section 7.3.1.1."""


class IceRole(Enum):
    """Who decides which pair is used."""

    CONTROLLING = "controlling"
    CONTROLLED = "controlled"

    @property
    def other(self) -> "IceRole":
        """The role of the other side."""
        return IceRole.CONTROLLED if self is IceRole.CONTROLLING else IceRole.CONTROLLING


ROLE_ATTRIBUTE: Final = {
    IceRole.CONTROLLING: Attribute.ICE_CONTROLLING,
    IceRole.CONTROLLED: Attribute.ICE_CONTROLLED,
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of one generation of one side (RFC 8839, section 5.4)."""

    ufrag: str
    password: str

    @classmethod
    def make(cls, entropy: Callable[[int], bytes]) -> "Credentials":
        """New ones: 32 and 144 bits, more than the 24 and 128 that the RFC asks for."""
        return cls(entropy(4).hex(), entropy(18).hex())

    @property
    def key(self) -> bytes:
        """Key of short-term credentials (RFC 8489, section 9.1.1)."""
        return self.password.encode()


def request(
    transaction: bytes,
    local: Credentials,
    remote: Credentials,
    role: IceRole,
    tie_breaker: int,
    priority: int,
    nominate: bool,
) -> bytes:
    """A check; `priority` is that of the peer-reflexive candidate that it may reveal (section 7.1.1)."""
    attributes = [
        (Attribute.USERNAME, f"{remote.ufrag}:{local.ufrag}".encode()),
        (Attribute.PRIORITY, values.number32(priority)),
        (ROLE_ATTRIBUTE[role], values.number64(tie_breaker)),
    ]
    if nominate:
        attributes.append((Attribute.USE_CANDIDATE, b""))
    return stun.encode(Method.BINDING, Class.REQUEST, transaction, attributes, remote.key)


def success(transaction: bytes, source: Address, local: Credentials) -> bytes:
    """The answer to a check."""
    mapped = values.xor_address(source, transaction)
    return stun.encode(Method.BINDING, Class.SUCCESS, transaction, [(Attribute.XOR_MAPPED_ADDRESS, mapped)], local.key)


def conflict(transaction: bytes, local: Credentials) -> bytes:
    """The answer to a check of a side that takes itself for what this one is."""
    refusal = (Attribute.ERROR_CODE, values.error_code(ROLE_CONFLICT, "Role Conflict"))
    return stun.encode(Method.BINDING, Class.ERROR, transaction, [refusal], local.key)


def is_for(message: Message, local: Credentials) -> bool:
    """Whether a request is a check of the peer that got our credentials, and unaltered."""
    username = (message.get(Attribute.USERNAME) or b"").decode(errors="replace")
    return username.partition(":")[0] == local.ufrag and message.verify(local.key)
