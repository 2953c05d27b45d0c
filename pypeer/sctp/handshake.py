"""The handshake of an association, from one side (RFC 9260, sections 4 and 5); sans-I/O."""

from collections.abc import Callable
from enum import Enum
from math import inf
from typing import Final

from pypeer.sctp import chunks
from pypeer.sctp.chunks import Init, Kind
from pypeer.sctp.timing import FIRST_S, MOST_S

HANDSHAKES: Final = 12
"""INIT or COOKIE ECHO sent at most: a minute and a half without an answer, longer than ICE waits for a path."""


class State(Enum):
    """Where an association stands (section 4)."""

    CLOSED = "closed"
    """Not begun, or over."""
    COOKIE_WAIT = "cookie wait"
    COOKIE_ECHOED = "cookie echoed"
    ESTABLISHED = "established"
    ENDED = "ended"


class Event(Enum):
    """What changes it."""

    ASSOCIATE = "associate"
    AGREED = "agreed"
    """Both know the INIT of the other already."""
    INIT_ACK = "init ack"
    COOKIE = "cookie"
    """The other side sent our cookie back, or has got its own."""
    END = "end"


TRANSITIONS: Final[dict[State, dict[Event, State]]] = {
    State.CLOSED: {
        Event.ASSOCIATE: State.COOKIE_WAIT,
        Event.AGREED: State.ESTABLISHED,
        Event.COOKIE: State.ESTABLISHED,
        Event.END: State.ENDED,
    },
    State.COOKIE_WAIT: {Event.INIT_ACK: State.COOKIE_ECHOED, Event.COOKIE: State.ESTABLISHED, Event.END: State.ENDED},
    State.COOKIE_ECHOED: {Event.COOKIE: State.ESTABLISHED, Event.END: State.ENDED},
    State.ESTABLISHED: {Event.END: State.ENDED},
    State.ENDED: {},
}


class Handshake:
    """`init` is what we say of ourselves. `say` sends a chunk with a tag, or with the other side's if that is None;
    `met` is told what the other side says of itself, once that counts."""

    def __init__(self, init: Init, say: Callable[[bytes, int | None], None], met: Callable[[Init], None]) -> None:
        self.state = State.CLOSED
        self.init = init
        self.resend_at = inf
        """When to call `shake` again."""
        self._say = say
        self._met = met
        self._offered: Init | None = None
        self._has_met = False
        self._echo = b""
        self._tries = 0

    @property
    def local_init(self) -> bytes:
        """Our INIT chunk."""
        return chunks.write_init(Kind.INIT, self.init._replace(cookie=b""))

    def happens(self, event: Event) -> None:
        """Change state by the table."""
        self.state = TRANSITIONS[self.state][event]

    def agreed(self, init: Init) -> None:
        """Both sides know the INIT of the other: there is nothing to say."""
        self._meet(init)
        self.happens(Event.AGREED)

    def begin(self, now: float) -> None:
        """Say the first word."""
        self.happens(Event.ASSOCIATE)
        self.shake(now)

    def shake(self, now: float) -> bool:
        """Say what is not answered (sections 5.1.3 and 5.1.5), ever more rarely; false once that is in vain."""
        if self._tries >= HANDSHAKES:
            return False
        self.resend_at = now + min(FIRST_S * 2**self._tries, MOST_S)
        self._tries += 1
        if self.state is State.COOKIE_WAIT:
            self._say(self.local_init, 0)
        else:
            self._say(self._echo, None)
        return True

    def asked(self, init: Init) -> None:
        """INIT: answer it, whoever began (sections 5.2.1 and 5.2.2). What it says counts once its cookie is back."""
        self._offered = init
        self._say(chunks.write_init(Kind.INIT_ACK, self.init), init.tag)

    def answered(self, init: Init, now: float) -> None:
        """INIT ACK came while it was waited for."""
        self._meet(init)
        self._echo = chunks.write(Kind.COOKIE_ECHO, init.cookie)
        self.happens(Event.INIT_ACK)
        self._tries = 0
        self.shake(now)

    def echoed(self, cookie: bytes) -> bool:
        """COOKIE ECHO came; whether it is to be acknowledged, since it is ours."""
        if cookie != self.init.cookie or self._offered is None:
            return False
        if self.state is not State.ESTABLISHED:
            if not self._has_met:
                self._meet(self._offered)
            self.established()
        return True

    def established(self) -> None:
        """The other side has got its cookie, or sent ours back."""
        self.resend_at = inf
        self.happens(Event.COOKIE)

    def _meet(self, init: Init) -> None:
        self._has_met = True
        self._met(init)
