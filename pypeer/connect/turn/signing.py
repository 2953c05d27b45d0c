"""Requests that show who sends them: long-term credentials (RFC 8489, section 9.2), from the client's side. Pure.

Names and passwords here are ASCII (a relay's are made by a machine), so they need no preparation of Unicode.
"""

from dataclasses import dataclass
from typing import Final

from signaling.protocol import stun
from signaling.protocol.stun import Attribute, Attributes, Class, Message, Method

MD5: Final = 1
SHA256: Final = 2
"""Password algorithms that we have (RFC 8489, section 18.5)."""

TEXT_BYTES: Final = 763
"""Longest realm and nonce taken (RFC 8489, sections 14.9 and 14.10)."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of one user of a relay, as the signaling server told them."""

    username: str
    password: str


class Signing:
    """Signs requests by what the server's last challenge said; before the first they go unsigned."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials
        self._newer: Credentials | None = None
        self._challenge: list[tuple[int, bytes]] = []
        self._realm = ""
        self._algorithm = 0
        self._key: bytes | None = None

    @property
    def is_ready(self) -> bool:
        """Whether there was a challenge."""
        return self._key is not None

    def renew(self, credentials: Credentials) -> None:
        """There are newer credentials, for when the server does not take the others any more."""
        if credentials != self.credentials:
            self._newer = credentials

    def use_newer(self) -> bool:
        """Go over to newer credentials: whether there are any."""
        if self._newer is None:
            return False
        self.credentials, self._newer = self._newer, None
        if self.is_ready:
            self._make_key()
        return True

    def challenged(self, message: Message) -> bool:
        """Take what a 401 or 438 says; false if it cannot be answered."""
        realm, nonce = (message.get(kind) for kind in (Attribute.REALM, Attribute.NONCE))
        offered = message.get(Attribute.PASSWORD_ALGORITHMS)
        algorithm = 0 if offered is None else _choose(offered)
        if realm is None or nonce is None or max(len(realm), len(nonce)) > TEXT_BYTES or algorithm is None:
            return False
        try:
            self._realm = realm.decode()
        except UnicodeDecodeError:
            return False
        self._algorithm = algorithm
        self._challenge = [(Attribute.REALM, realm), (Attribute.NONCE, nonce)]
        if offered is not None:
            chosen = algorithm.to_bytes(2, "big") + b"\0\0"
            self._challenge += [(Attribute.PASSWORD_ALGORITHMS, offered), (Attribute.PASSWORD_ALGORITHM, chosen)]
        self._make_key()
        return True

    def encode(self, method: Method, transaction: bytes, attributes: Attributes) -> bytes:
        """A request, signed if there was a challenge."""
        if not self.is_ready:
            return stun.encode(method, Class.REQUEST, transaction, attributes)
        name = (Attribute.USERNAME, self.credentials.username.encode())
        better = Attribute.MESSAGE_INTEGRITY_SHA256 if self._algorithm else Attribute.MESSAGE_INTEGRITY
        signed = [*attributes, name, *self._challenge]
        return stun.encode(method, Class.REQUEST, transaction, signed, self._key, integrity=better)

    def accepts(self, message: Message) -> bool:
        """Whether an answer is to be believed. A success has to be signed, where we sign.

        An error may come unsigned, as servers do that have no key at hand: it has to know our transaction, 96 random
        bits, and whoever is on the way and sees them could as well let nothing pass.
        """
        if self._key is None or (message.kind is Class.ERROR and not message.signed):
            return True
        return message.verify(self._key)

    def _make_key(self) -> None:
        name, password = self.credentials.username, self.credentials.password
        self._key = stun.long_term_key(name, self._realm, password, self._algorithm == SHA256)


def _choose(offered: bytes) -> int | None:
    """The first of PASSWORD-ALGORITHMS that we have (RFC 8489, section 14.11); None if there is none."""
    at = 0
    while at + 4 <= len(offered):
        number, length = (int.from_bytes(offered[at + k : at + k + 2], "big") for k in (0, 2))
        if number in (MD5, SHA256) and not length:
            return number
        at += 4 + length + -length % 4
    return None
