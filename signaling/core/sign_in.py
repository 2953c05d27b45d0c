"""Who may sign in: the signature is right, is over this connection's nonce, and names a host that is this server.

The host keeps a hostile server from passing on the challenge of another one and using the answer there.
"""

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.encoding import unb64
from signaling.protocol.hosts import bare, is_local
from signaling.protocol.sign_in import Hello

DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a sign-in failed."""

    code: ErrorCode
    message: str


@dataclass(frozen=True, slots=True)
class Names:
    """The hosts this server goes by. `public_host` is that of --public-url, without a default port."""

    public_host: str = ""

    def own(self, host: str, dialled: str) -> bool:
        """Whether `host` is a name of this server on a connection whose Host header was `dialled`.

        The public host is. Without one, any name is that only a machine near by can have: another server in the
        internet cannot be known by it, and no web site can make its own name lead here.
        """
        host, dialled = host.lower(), dialled.lower()
        if self.public_host and host == self.public_host:
            return True
        return host == dialled and (is_loopback(bare(host)) if self.public_host else is_local(bare(host)))


def host_of(url: SplitResult) -> str:
    """Host and port of a URL as a Host header has them: lower case, without the default port."""
    host = url.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if url.port in (None, DEFAULT_PORTS.get(url.scheme)) else f"{host}:{url.port}"


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


def is_loopback(host: str) -> bool:
    """Whether a host, without a port, can only be this machine (RFC 6761, section 6.3)."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
