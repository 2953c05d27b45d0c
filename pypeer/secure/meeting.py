"""How two peers that share a code come to trust a channel through a server that neither of them trusts.
See docs/protocol.md, "Meeting".

A sans-I/O machine for one pair: bodies in, effects out. A knocked, B opened the code:

    A: pake            →  B: pake
    A: confirm         →  B checks it: wrong words end here, and B has proven nothing
    A checks it        ←  B: confirm, sealed meet
    A: sealed meet     →  B: open, both ways
"""

import os
from collections.abc import Callable
from enum import Enum, IntEnum

import msgspec
from msgspec import Struct

from pypeer import __version__
from pypeer.identity import Identity, verify
from pypeer.protocol import limits
from pypeer.protocol.codes import RefusalCode
from pypeer.protocol.sealed import Meet, SealedMessage
from pypeer.secure.encoding import b64, unb64
from pypeer.secure.keys import KEY_BYTES, PairKeys, Pake, PakeError, Role, confirmation, confirms, meet_statement
from pypeer.secure.seal import Opener, Sealer, SealError

CLIENT = f"pypeer/{__version__}"


class Kind(IntEnum):
    """First byte of a body."""

    PAKE = 1
    CONFIRM = 2
    SEALED = 3
    REFUSAL = 4


class State(Enum):
    """What a side is waiting for."""

    PAKE = "pake"
    CONFIRM = "confirm"
    MEET = "meet"
    OPEN = "open"
    ENDED = "ended"


TRANSITIONS: dict[tuple[State, Kind], State] = {
    (State.PAKE, Kind.PAKE): State.CONFIRM,
    (State.CONFIRM, Kind.CONFIRM): State.MEET,
    (State.MEET, Kind.SEALED): State.OPEN,
    (State.OPEN, Kind.SEALED): State.OPEN,
    (State.PAKE, Kind.REFUSAL): State.ENDED,
    (State.CONFIRM, Kind.REFUSAL): State.ENDED,
    (State.MEET, Kind.REFUSAL): State.ENDED,
    (State.OPEN, Kind.REFUSAL): State.ENDED,
}
"""Everything a side may receive; whatever is not here ends the meeting as broken."""


class Send(Struct, frozen=True):
    """Pass this body to the other member of the pair."""

    body: bytes


class Opened(Struct, frozen=True):
    """Both sides have proven the code and their identities."""

    meet: Meet


class Received(Struct, frozen=True):
    """A sealed message."""

    message: SealedMessage


class WrongWords(Struct, frozen=True):
    """The other side (role A) guessed wrong; the caller counts, and answers with `refuse`."""


class Ended(Struct, frozen=True):
    """The meeting failed or was refused; `left` attempts remain, as far as the other side says."""

    refusal: RefusalCode
    left: int | None = None


Effect = Send | Opened | Received | WrongWords | Ended

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[SealedMessage] = msgspec.json.Decoder(SealedMessage)


class BrokenError(ValueError):
    """A body that does not belong here."""


class Meeting:
    """One side of one pair; `password` is `Code.password`, `peer_key` the key that the server named."""

    def __init__(
        self,
        role: Role,
        identity: Identity,
        peer_key: bytes,
        password: bytes,
        name: str = "",
        entropy: Callable[[int], bytes] = os.urandom,
        caps: tuple[str, ...] = (),
    ) -> None:
        self.state = State.PAKE
        self.role = role
        self._identity = identity
        self._peer_key = peer_key
        self._name = name
        self._caps = caps
        a, b = (identity.key, peer_key) if role is Role.A else (peer_key, identity.key)
        self._pake = Pake(role, password, a, b, entropy)

    def __repr__(self) -> str:
        return f"<Meeting {self.role.name} {self.state.name}>"

    def start(self) -> list[Effect]:
        """What to send first: role A speaks first."""
        return [_send(Kind.PAKE, self._pake.message)] if self.role is Role.A else []

    def receive(self, body: bytes) -> list[Effect]:
        """Handle a body from the server; never raises for what is in it."""
        if self.state is State.ENDED:
            return []
        try:
            kind = Kind(body[0]) if body else None
            following = TRANSITIONS.get((self.state, kind)) if kind is not None else None
            if kind is None or following is None:
                raise BrokenError("a body that does not belong here")
            previous, self.state = self.state, following
            return self._handle(previous, kind, body[1:])
        except (BrokenError, PakeError, SealError, msgspec.MsgspecError, UnicodeError, ValueError):
            self.state = State.ENDED
            return [_refusal(RefusalCode.BROKEN, 0), Ended(RefusalCode.BROKEN)]

    def seal(self, message: SealedMessage) -> Send:
        """Seal a message; only once the meeting is open."""
        if self.state is not State.OPEN:
            raise BrokenError("the meeting is not open")
        return self._seal(message)

    @property
    def bind(self) -> bytes:
        """What other keys of this pair are bound to: a secret of the two; only once the meeting is open."""
        if self.state is not State.OPEN:
            raise BrokenError("the meeting is not open")
        return self._keys.bind

    def refuse(self, refusal: RefusalCode, left: int = 0) -> Send:
        """End the meeting with a reason that the other side may show."""
        self.state = State.ENDED
        return _refusal(refusal, left)

    def _handle(self, state: State, kind: Kind, rest: bytes) -> list[Effect]:
        if kind is Kind.PAKE:
            return self._on_pake(rest)
        if kind is Kind.CONFIRM:
            return self._on_confirm(rest)
        return self._on_sealed(state, rest) if kind is Kind.SEALED else self._on_refusal(rest)

    def _on_pake(self, rest: bytes) -> list[Effect]:
        self._keys, self._transcript = self._pake.finish(rest)
        self._sealer = Sealer(self._keys.seal[self.role], self.role)
        self._opener = Opener(self._keys.seal[self.role.other], self.role.other)
        if self.role is Role.A:
            return [self._confirm(self._keys)]
        return [_send(Kind.PAKE, self._pake.message)]

    def _on_confirm(self, rest: bytes) -> list[Effect]:
        if len(rest) != KEY_BYTES:
            raise BrokenError("a confirmation of the wrong length")
        if not confirms(self._keys, self.role.other, self._transcript, rest):
            self.state = State.ENDED
            return [WrongWords()] if self.role is Role.B else [Ended(RefusalCode.WRONG_WORDS)]
        meet = self._seal(self._meet())
        return [meet] if self.role is Role.A else [self._confirm(self._keys), meet]

    def _on_sealed(self, state: State, rest: bytes) -> list[Effect]:
        message = _decoder.decode(self._opener.open(rest))
        if isinstance(message, Meet) is not (state is State.MEET):
            raise BrokenError("meet comes first, and once")
        if not isinstance(message, Meet):
            return [Received(message)]
        if not verify(self._peer_key, meet_statement(self._keys, self.role.other), unb64(message.sig)):
            raise BrokenError("the identity does not verify")
        return [Opened(message)]

    def _on_refusal(self, rest: bytes) -> list[Effect]:
        code, _, left = rest.decode("ascii").partition(" ")
        return [Ended(RefusalCode(code), int(left) if left else None)]

    def _confirm(self, keys: PairKeys) -> Send:
        return _send(Kind.CONFIRM, confirmation(keys, self.role, self._transcript))

    def _meet(self) -> Meet:
        signature = self._identity.sign(meet_statement(self._keys, self.role))
        return Meet(v=limits.VERSION, client=CLIENT, sig=b64(signature), name=self._name, caps=self._caps)

    def _seal(self, message: SealedMessage) -> Send:
        return _send(Kind.SEALED, self._sealer.seal(_encoder.encode(message)))


def _send(kind: Kind, rest: bytes) -> Send:
    return Send(bytes((kind,)) + rest)


def _refusal(refusal: RefusalCode, left: int) -> Send:
    return _send(Kind.REFUSAL, f"{refusal} {left}".encode("ascii"))
