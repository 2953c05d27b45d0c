"""What sender and receiver have in common: greeting on each new link, pause, cancel, and the end.

The link comes and goes (`LinkState`); what the two agreed on stays with the subclass. Inputs are bytes and calls, each
with the time; outputs are effects. Nothing here raises for anything the other side does: a violation ends the session
with `cancel` {code: protocol}.
"""

from abc import ABC, abstractmethod
from enum import Enum, Flag, auto
from typing import Final

from pypeer import events
from pypeer.errors import PeerError, TransferError
from pypeer.protocol import frames, limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Cancel, Hello, Pause, Resume
from pypeer.transfer import endings
from pypeer.transfer.effects import Effect, Emit, End, Outcome, Send
from pypeer.transfer.rate import Rate

CLIENT: Final = "byway-python"

FRAME_TAKEN: Final = limits.CHUNK_BYTES + frames.DATA_HEADER_BYTES
"""Largest frame that is taken: a whole chunk of the smallest size, where a link carries so much."""


class LinkState(Enum):
    """Where the present link stands."""

    DOWN = auto()
    GREETING = auto()
    """Our `hello` is out, theirs is not in."""
    OPEN = auto()


class Paused(Flag):
    """Who has paused; both may."""

    NOBODY = 0
    ME = auto()
    THEM = auto()


class ViolationError(Exception):
    """The other side broke the contract; the text says how."""


class Party(ABC):
    """One side of a session. Each public method returns what is to be done, in order."""

    def __init__(self) -> None:
        self.ended = False
        self.paused = Paused.NOBODY
        self.frame_bytes = limits.FRAME_BYTES
        self._link = LinkState.DOWN
        self._rate = Rate()
        self._effects: list[Effect] = []

    def link_up(self, frame_bytes: int, now: float) -> list[Effect]:
        """A link opened that takes frames of this size."""
        if not self.ended:
            self.link_lost(now)
            self._link = LinkState.GREETING
            self.frame_bytes = frame_bytes
            self._send(Hello(v=limits.VERSION, client=CLIENT, frame=FRAME_TAKEN))
        return self._flush()

    def link_lost(self, now: float) -> list[Effect]:
        """The link closed; another may come."""
        if self._link is not LinkState.DOWN and not self.ended:
            self._link = LinkState.DOWN
            self._set_paused(self.paused & ~Paused.THEM)
            self._rate.stop()
            self._lost_link(now)
        return self._flush()

    def receive(self, data: bytes, now: float) -> list[Effect]:
        """A frame arrived."""
        if self.ended:
            return []
        try:
            if len(data) > FRAME_TAKEN:
                raise ViolationError(f"a frame of {len(data)} bytes")
            self._dispatch(frames.decode(data), now)
        except (frames.FrameError, ViolationError) as error:
            self._violation(str(error))
        return self._flush()

    def pause(self, now: float) -> list[Effect]:
        """The person here paused."""
        if not self.ended and Paused.ME not in self.paused:
            self._set_paused(self.paused | Paused.ME)
            self._rate.stop()
            self._say(Pause())
        return self._flush()

    def resume(self, now: float) -> list[Effect]:
        """The person here goes on."""
        if not self.ended and Paused.ME in self.paused:
            self._say(Resume())
            self._set_paused(self.paused & ~Paused.ME)
            self._flows(now)
        return self._flush()

    def cancel(self, code: EndCode, message: str, now: float) -> list[Effect]:
        """End the session from here; `message` is for both people."""
        if not self.ended:
            self._send(Cancel(code=code, message=message[:512]))
            text = message or ("cancelled" if code is EndCode.CANCELLED else endings.TEXTS[code])
            self._end(TransferError(text, code))
        return self._flush()

    def abandon(self, error: PeerError) -> list[Effect]:
        """End the session without a word to the other side: no link opens any more."""
        self._end(error)
        return self._flush()

    def _dispatch(self, frame: frames.Frame, now: float) -> None:
        if isinstance(frame, Cancel):
            self._end(endings.from_peer(frame.code, frame.message))
        elif self._link is LinkState.GREETING:
            self._greet(frame, now)
        elif isinstance(frame, Pause | Resume):
            self._they_paused(isinstance(frame, Pause), now)
        else:
            self._frame(frame, now)

    def _greet(self, frame: frames.Frame, now: float) -> None:
        if not isinstance(frame, Hello):
            raise ViolationError(f"{name(frame)} instead of hello")
        if frame.v != limits.VERSION:
            self._fail(EndCode.VERSION, f"version {frame.v} there, {limits.VERSION} here")
            return
        self.frame_bytes = min(self.frame_bytes, frame.frame)
        self._link = LinkState.OPEN
        self._greeted(now)

    def _fail(self, code: EndCode, message: str) -> None:
        """End the session because of what arrived or happened, and tell the other side."""
        self._send(Cancel(code=code, message=message[:512]))
        self._end(TransferError(f"{endings.TEXTS[code]} ({message})", code))

    def _violation(self, message: str) -> None:
        self._fail(EndCode.PROTOCOL, message)

    def _they_paused(self, paused: bool, now: float) -> None:
        self._set_paused(self.paused | Paused.THEM if paused else self.paused & ~Paused.THEM)
        self._rate.stop()
        self._flows(now)

    def _set_paused(self, paused: Paused) -> None:
        """Tell what changed, once."""
        before, self.paused = self.paused, paused
        for flag, who in ((Paused.ME, "me"), (Paused.THEM, "them")):
            if flag in paused and flag not in before:
                self._emit(events.Paused(by=who))
        if before and not paused:
            self._emit(events.Resumed())

    def _end(self, result: Outcome | PeerError) -> None:
        if not self.ended:
            self.ended = True
            self._rate.stop()
            self._effects.append(End(result))

    def _send(self, frame: frames.Frame) -> None:
        if self._link is not LinkState.DOWN:
            self._effects.append(Send(frame))

    def _say(self, frame: frames.Frame) -> None:
        """Send what is allowed only after the greeting, and is said again on the next link if it cannot be said now."""
        if self._link is LinkState.OPEN:
            self._send(frame)

    def _emit(self, event: events.Event) -> None:
        self._effects.append(Emit(event))

    def _flush(self) -> list[Effect]:
        effects, self._effects = self._effects, []
        return effects

    @abstractmethod
    def _greeted(self, now: float) -> None:
        """Both have said hello on a new link."""

    @abstractmethod
    def _lost_link(self, now: float) -> None:
        """What was on its way on the link is gone."""

    @abstractmethod
    def _flows(self, now: float) -> None:
        """A pause ended, if none is left: go on."""

    @abstractmethod
    def _frame(self, frame: frames.Frame, now: float) -> None:
        """Any frame but hello, pause, resume and cancel; raises ViolationError."""


def name(frame: frames.Frame) -> str:
    """What a frame is called in messages."""
    return type(frame).__name__.lower()
