"""What sender and receiver have in common: greeting on each link, pause, cancel, and the end.

Links come and go, several at a time (`Subflow`); what the two agreed on stays with the subclass. Inputs are bytes and
calls, each with the time; outputs are effects. Nothing here raises for anything the other side does: a violation, on
whichever link, ends the session with `cancel` {code: protocol}.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from enum import Flag, auto
from typing import Final, Generic, TypeVar

from pypeer import events
from pypeer.errors import PeerError, TransferError
from pypeer.octets import Arrived
from pypeer.protocol import frames, limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Cancel, Hello, Pause, Resume
from pypeer.transfer import endings
from pypeer.transfer.effects import Effect, Emit, End, GiveWay, Outcome, Send
from pypeer.transfer.rate import Rate
from pypeer.transfer.subflow import Stage, Subflow, ViolationError

CLIENT: Final = "byway-python"

FRAME_TAKEN: Final = limits.CHUNK_BYTES + frames.DATA_HEADER_BYTES
"""Largest frame that is taken: a whole chunk of the smallest size, where a link carries so much."""

CAPS: Final = (limits.CAP_PROBE,)
"""What is understood here beyond the first version."""

F = TypeVar("F", bound=Subflow)


class Paused(Flag):
    """Who has paused; both may."""

    NOBODY = 0
    ME = auto()
    THEM = auto()


class Party(ABC, Generic[F]):
    """One side of a session. Each public method returns what is to be done, in order."""

    def __init__(self, background: bool = False) -> None:
        self.ended = False
        self.paused = Paused.NOBODY
        self._background = background
        self._links: dict[int, F] = {}
        self._rate = Rate()
        self._effects: list[Effect] = []

    def link_up(self, link: int, rank: int, frame_bytes: int, now: float, source: int = 0) -> list[Effect]:
        """A link opened that takes frames of this size. The lower its rank, the better it is; numbers go up.

        A receiver may have links to several senders, its sources, which it numbers.
        """
        if not self.ended:
            self._links[link] = self._subflow(link, rank, frame_bytes, source)
            own = Hello(v=limits.VERSION, client=CLIENT, frame=FRAME_TAKEN, caps=CAPS, background=self._background)
            self._send(self._links[link], own)
        return self._flush()

    def link_ranked(self, link: int, rank: int, now: float) -> list[Effect]:
        """A link is better or worse than it was."""
        if not self.ended and self._links[link].rank != rank:
            self._links[link].rank = rank
            self._heed(now)
        return self._flush()

    def link_lost(self, link: int, now: float) -> list[Effect]:
        """A link closed; the session goes on over the others, or waits for another."""
        flow = self._links.pop(link, None)
        if flow is not None and not self.ended:
            if self._best(Stage.SERVING) is None:
                self._rate.stop()
            self._lost_link(flow, now)
            self._heed(now)
        return self._flush()

    def receive(self, link: int, data: Arrived, now: float) -> list[Effect]:
        """A frame arrived on a link that is up."""
        return self.receive_all(link, (data,), now)

    def receive_all(self, link: int, many: Iterable[Arrived], now: float) -> list[Effect]:
        """These frames arrived together, in this order; what follows is looked for once."""
        if self.ended:
            return []
        flow = self._links[link]
        try:
            for data in many:
                self._take_frame(flow, data, now)
            self._taken(now)
        except frames.FrameError as error:
            self._blame(flow, EndCode.PROTOCOL, str(error), now)
        except ViolationError as error:
            self._blame(flow, error.code, str(error), now)
        return self._flush()

    def _take_frame(self, flow: F, data: Arrived, now: float) -> None:
        if self.ended:
            return  # by a frame before this one
        if len(data) > FRAME_TAKEN:
            raise ViolationError(f"a frame of {len(data)} bytes")
        self._dispatch(flow, frames.decode(data), now)

    def _taken(self, now: float) -> None:
        """All that arrived together was looked at."""

    def pause(self, now: float) -> list[Effect]:
        """The person here paused."""
        if not self.ended and Paused.ME not in self.paused:
            self._set_paused(self.paused | Paused.ME, now)
            self._say(Pause())
        return self._flush()

    def resume(self, now: float) -> list[Effect]:
        """The person here goes on."""
        if not self.ended and Paused.ME in self.paused:
            self._say(Resume())
            self._set_paused(self.paused & ~Paused.ME, now)
            self._go(now)
        return self._flush()

    def cancel(self, code: EndCode, message: str, now: float) -> list[Effect]:
        """End the session from here; `message` is for both people."""
        if not self.ended:
            self._say(Cancel(code=code, message=message[:512]), Stage.GREETING)
            text = message or ("cancelled" if code is EndCode.CANCELLED else endings.TEXTS[code])
            self._end(TransferError(text, code))
        return self._flush()

    def abandon(self, error: PeerError) -> list[Effect]:
        """End the session without a word to the other side: no link opens any more."""
        self._end(error)
        return self._flush()

    def _dispatch(self, flow: F, frame: frames.Frame, now: float) -> None:
        if isinstance(frame, Cancel):
            self._cancelled(flow, endings.from_peer(frame.code, frame.message), now)
        elif flow.stage is Stage.GREETING:
            self._greet(flow, frame, now)
        elif isinstance(frame, (Pause, Resume)):
            flow.paused = isinstance(frame, Pause)
            self._heed(now)
        else:
            self._frame(flow, frame, now)

    def _greet(self, flow: F, frame: frames.Frame, now: float) -> None:
        if not isinstance(frame, Hello):
            raise ViolationError(f"{name(frame)} instead of hello")
        if frame.v != limits.VERSION:
            self._blame(flow, EndCode.VERSION, f"version {frame.v} there, {limits.VERSION} here", now)
            return
        flow.frame_bytes = min(flow.frame_bytes, frame.frame)
        flow.can_probe = limits.CAP_PROBE in frame.caps
        flow.step(Hello)
        if self._background or frame.background:
            self._effects.append(GiveWay(flow.link))
        self._greeted(flow, now)

    def _fail(self, code: EndCode, message: str) -> None:
        """End the session because of what arrived or happened, and tell the other side."""
        self._say(Cancel(code=code, message=message[:512]), Stage.GREETING)
        self._end(TransferError(f"{endings.TEXTS[code]} ({message})", code))

    def _blame(self, flow: F, code: EndCode, message: str, now: float) -> None:
        """Nothing can be done with whoever is at the other end of this link."""
        self._fail(code, message)

    def _cancelled(self, flow: F, error: PeerError, now: float) -> None:
        self._end(error)

    def _best(self, stage: Stage) -> F | None:
        """The best link that is as far as this."""
        return min(self._open(stage), key=lambda flow: flow.order, default=None)

    def _open(self, stage: Stage) -> list[F]:
        """All links that are as far as this."""
        return [flow for flow in self._links.values() if flow.stage >= stage]

    def _heed(self, now: float) -> None:
        """What holds of the other side's pause is what it said on the best link on which it said anything.

        It says it on all, each of which has a delay of its own; on a new one it has said nothing yet, and what it said
        on the others goes on to hold.
        """
        them = bool(self._links) and all(map(self._has_paused, {flow.source for flow in self._links.values()}))
        self._set_paused(self.paused | Paused.THEM if them else self.paused & ~Paused.THEM, now)
        self._go(now)

    def _has_paused(self, source: int) -> bool:
        """Whether the other side pauses; who hears it from several goes on while one of them does not."""
        said = [flow for flow in self._links.values() if flow.paused is not None and flow.source == source]
        return bool(said) and min(said, key=lambda flow: flow.order).paused is True

    def _set_paused(self, paused: Paused, now: float) -> None:
        """Tell what changed, once."""
        before, self.paused = self.paused, paused
        if before != paused:
            self._rate.stop()
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

    def _send(self, flow: F, frame: frames.Frame) -> None:
        self._effects.append(Send(flow.link, frame))

    def _say(self, frame: frames.Frame, stage: Stage = Stage.GREETED) -> None:
        """Send what is of the whole session on each link that is as far as this; on later links it is said again."""
        for flow in self._open(stage):
            self._send(flow, frame)

    def _emit(self, event: events.Event) -> None:
        self._effects.append(Emit(event))

    def _flush(self) -> list[Effect]:
        effects, self._effects = self._effects, []
        return effects

    @abstractmethod
    def _subflow(self, link: int, rank: int, frame_bytes: int, source: int) -> F:
        """What is to be known of a new link."""

    @abstractmethod
    def _greeted(self, flow: F, now: float) -> None:
        """Both have said hello on a new link."""

    @abstractmethod
    def _lost_link(self, flow: F, now: float) -> None:
        """What was on its way on the link is gone."""

    @abstractmethod
    def _go(self, now: float) -> None:
        """A pause ended, or a link opened or closed: go on if that is possible."""

    @abstractmethod
    def _frame(self, flow: F, frame: frames.Frame, now: float) -> None:
        """Any frame but hello, pause, resume and cancel; raises ViolationError."""


def name(frame: frames.Frame) -> str:
    """What a frame is called in messages."""
    return type(frame).__name__.lower()
