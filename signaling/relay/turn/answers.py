"""What is sent to clients. Pure."""

from collections.abc import Iterable
from typing import Final

from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Attributes, Class, Message, Method
from signaling.protocol.values import Address
from signaling.relay.turn.authentication import Signed
from signaling.relay.turn.kinds import Family, RefusedError

SOFTWARE: Final = b"byway"
"""Without a version: who looks for servers with a known mistake should have to try."""


def success(request: Message, signed: Signed, attributes: Iterable[tuple[int, bytes]] = ()) -> bytes:
    """The answer to a request that took effect."""
    all_of_it = [*attributes, (Attribute.SOFTWARE, SOFTWARE)]
    return stun.encode(
        request.method, Class.SUCCESS, request.transaction, all_of_it, signed.key, integrity=signed.integrity
    )


def failure(request: Message, signed: Signed | None, error: RefusedError) -> bytes:
    """The answer to one that did not. Without credentials it is as short as can be, since its source may be forged."""
    attributes: list[tuple[int, bytes]] = [
        (Attribute.ERROR_CODE, values.error_code(error.code)),
        *error.attributes,
    ]
    if signed is None:
        return stun.encode(request.method, Class.ERROR, request.transaction, attributes, fingerprint=False)
    return stun.encode(
        request.method, Class.ERROR, request.transaction, attributes, signed.key, integrity=signed.integrity
    )


def allocated(
    request: Message, source: Address, told: Iterable[Address], seconds: int, errors: dict[Family, int]
) -> Attributes:
    """Of an Allocate success response (RFC 8656, section 7.2); `errors` by family that could not be had."""
    relayed = [(Attribute.XOR_RELAYED_ADDRESS, values.xor_address(each, request.transaction)) for each in told]
    lacking = [
        (Attribute.ADDRESS_ERROR_CODE, bytes((family, 0, code // 100, code % 100))) for family, code in errors.items()
    ]
    mapped = (Attribute.XOR_MAPPED_ADDRESS, values.xor_address(source, request.transaction))
    return [*relayed, *lacking, (Attribute.LIFETIME, values.number32(seconds)), mapped]


def indication(peer: Address, payload: bytes, transaction: bytes) -> bytes:
    """A Data indication (RFC 8656, section 11.3)."""
    attributes = [
        (Attribute.XOR_PEER_ADDRESS, values.xor_address(peer, transaction)),
        (Attribute.DATA, payload),
    ]
    return stun.encode(Method.DATA, Class.INDICATION, transaction, attributes, fingerprint=False)
