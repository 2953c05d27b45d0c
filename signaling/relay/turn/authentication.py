"""Who sends a request: long-term credentials (RFC 8489, section 9.2), without a list of users or nonces. Pure.

A nonce is its own record: it says when it ends, with a MAC over that and the address it was given to. So forged
requests leave nothing behind, and a nonce that was overheard is of no use elsewhere. It also tells that a client may
choose SHA-256 for its key and for the integrity of its messages (sections 9.2.1 and 18.1; erratum 6290 has the order of
the bits); clients that do not know of that use MD5 and SHA-1, as browsers do.
"""

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from signaling.protocol import stun
from signaling.protocol.stun import Attribute, Attributes, Message
from signaling.relay.turn import credentials
from signaling.relay.turn.credentials import Name
from signaling.relay.turn.kinds import FiveTuple, Refusal, RefusedError

REALM: Final = "byway"
"""Short: it is in answers to forged requests."""

COOKIE: Final = b"obMatJos2AAAB"
"""How a nonce begins that announces features, and the 24 bits of them: PASSWORD-ALGORITHMS is bit 0."""

NONCE_S: Final = 600.0
"""How long a nonce is good: RFC 8656, section 5, wants at most an hour; coturn has ten minutes."""

MAC_BYTES: Final = 8
"""Of a nonce. Whoever finds one among 2^64 by asking could repeat an old request, which does nothing new."""

MD5, SHA256 = b"\0\1\0\0", b"\0\2\0\0"
ALGORITHMS: Final = SHA256 + MD5
"""PASSWORD-ALGORITHMS, the better first."""

SHA256_BYTES: Final = 32
"""MESSAGE-INTEGRITY-SHA256 is whole: TURN defines no shorter one (RFC 8489, section 14.6)."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who has signed a request, and how the answer has to be signed."""

    name: Name
    key: bytes
    integrity: Attribute
    expired: bool
    """Good for what there is already, not for something new."""


class Authenticator:
    """`key` signs nonces, `today` is the time in seconds since 1970."""

    def __init__(self, secret: str, key: bytes, today: Callable[[], float]) -> None:
        self._secret = secret
        self._key = key
        self._today = today

    def check(self, request: Message, client: FiveTuple, now: float) -> Signed:
        """Who sent it, by the steps of RFC 8489, section 9.2.4; raises RefusedError."""
        if not request.signed:
            raise self._challenge(401, Refusal.CHALLENGE, client, now)
        name, realm, nonce = map(request.get, (Attribute.USERNAME, Attribute.REALM, Attribute.NONCE))
        if name is None or realm is None or nonce is None or not _fits(request):
            raise RefusedError(400, Refusal.BAD_REQUEST)
        who = credentials.read(name)
        key = self._key_of(who, _algorithm(request)) if who else self._key
        if not request.verify(key) or who is None or realm != REALM.encode():
            raise self._challenge(401, Refusal.CREDENTIALS, client, now)
        if not self._is_fresh(nonce, client, now):
            raise self._challenge(438, Refusal.STALE_NONCE, client, now)
        return Signed(who, key, _integrity(request), who.expiry < self._today())

    def denied(self, client: FiveTuple, now: float) -> RefusedError:
        """The answer to somebody whose credentials are no longer good."""
        return self._challenge(401, Refusal.CREDENTIALS, client, now)

    def nonce(self, client: FiveTuple, now: float) -> bytes:
        """A nonce for this client alone."""
        until = int(now + NONCE_S).to_bytes(4, "big")
        return COOKIE + base64.b64encode(until + self._mac(until, client))

    def _is_fresh(self, nonce: bytes, client: FiveTuple, now: float) -> bool:
        try:
            value = base64.b64decode(nonce.removeprefix(COOKIE), validate=True)
        except ValueError:
            return False
        until, mac = value[:4], value[4:]
        whole = nonce.startswith(COOKIE) and len(value) == 4 + MAC_BYTES
        return whole and hmac.compare_digest(mac, self._mac(until, client)) and int.from_bytes(until, "big") > now

    def _mac(self, until: bytes, client: FiveTuple) -> bytes:
        return hmac.digest(self._key, until + repr(tuple(client)).encode(), "sha256")[:MAC_BYTES]

    def _challenge(self, code: int, reason: Refusal, client: FiveTuple, now: float) -> RefusedError:
        attributes: Attributes = (
            (Attribute.REALM, REALM.encode()),
            (Attribute.NONCE, self.nonce(client, now)),
            (Attribute.PASSWORD_ALGORITHMS, ALGORITHMS),
        )
        return RefusedError(code, reason, attributes)

    def _key_of(self, who: Name, sha256: bool) -> bytes:
        return stun.long_term_key(who.text, REALM, credentials.password(self._secret, who.text), sha256)


def _algorithm(request: Message) -> bool:
    """Whether the key is made with SHA-256."""
    return request.get(Attribute.PASSWORD_ALGORITHM) == SHA256


def _fits(request: Message) -> bool:
    """Neither algorithm nor list, or one of the list as it was sent; so that nobody on the way has shortened it."""
    if len(request.get(Attribute.MESSAGE_INTEGRITY_SHA256) or bytes(SHA256_BYTES)) != SHA256_BYTES:
        return False
    chosen, offered = map(request.get, (Attribute.PASSWORD_ALGORITHM, Attribute.PASSWORD_ALGORITHMS))
    if chosen is None and offered is None:
        return True
    return offered == ALGORITHMS and chosen in (MD5, SHA256)


def _integrity(request: Message) -> Attribute:
    """The answer is signed by the better hash that the client has shown (RFC 8489, section 9.2.4)."""
    has = request.has(Attribute.MESSAGE_INTEGRITY_SHA256)
    return Attribute.MESSAGE_INTEGRITY_SHA256 if has else Attribute.MESSAGE_INTEGRITY
