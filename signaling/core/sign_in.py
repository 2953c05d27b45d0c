"""Who may sign in: the signature is right, is over this connection's nonce, and names a host that is this server.

The host keeps a hostile server from passing on the challenge of another one and using the answer there.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from signaling.core.names import Names
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.encoding import unb64
from signaling.protocol.sign_in import Hello


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a sign-in failed."""

    code: ErrorCode
    message: str


def refusal(hello: Hello, nonce: bytes, names: Names, dialled: str) -> Refused | None:
    """Why this `hello` is no sign-in; None if it is one."""
    if hello.v != limits.VERSION:
        return Refused(ErrorCode.UNSUPPORTED_VERSION, f"this server speaks version {limits.VERSION}, not {hello.v}")
    if not names.own(hello.host, dialled):
        return Refused(
            ErrorCode.WRONG_HOST,
            f"this server is not known as {hello.host}: dial the address it announces, or start it with "
            "--public-url and that address",
        )
    if not _verifies(hello, nonce):
        return Refused(ErrorCode.BAD_SIGNATURE, "the signature is not by this key over this nonce and host")
    return None


def _verifies(hello: Hello, nonce: bytes) -> bool:
    statement = limits.SIGN_IN_CONTEXT + nonce + hello.host.encode()
    try:
        Ed25519PublicKey.from_public_bytes(unb64(hello.key)).verify(unb64(hello.sig), statement)
    except (InvalidSignature, ValueError):
        return False
    return True
