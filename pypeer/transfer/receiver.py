"""The receiving side of a session: lists, asks its person, then pulls chunks until all is stored; sans-I/O.

One table (phases.py) says how the session goes on. It lives through links, and asks on those that are worth it
(pulling.py); what was on its way on one that is lost is asked for again.
"""

import random
from collections.abc import Container, Mapping, Sequence

from pypeer import events
from pypeer.protocol.codes import EndCode
from pypeer.protocol.frames import Data, End, Frame
from pypeer.protocol.messages import Accept, Entries, Have, Helper, Offer, Pause, Refuse, Root
from pypeer.transfer.asking import Asking
from pypeer.transfer.budget import Budget
from pypeer.transfer.drawing import NOTHING
from pypeer.transfer.effects import Effect, Found
from pypeer.transfer.expected import Known
from pypeer.transfer.fetch import Fetch, Ranges
from pypeer.transfer.party import Paused, name
from pypeer.transfer.phases import Phase, Step
from pypeer.transfer.storing import (
    Broken,
    Conclude,
    Concluded,
    Corrupt,
    Differs,
    Finished,
    Lost,
    Stale,
    Stored,
    StoreResult,
)
from pypeer.transfer.subflow import Stage, ViolationError
from pypeer.transfer.telling import Telling


class Receiver(Telling):
    """Receives one offer, which has to be what is `expected`, over whatever links there are."""

    def __init__(
        self,
        budget: Budget | None = None,
        background: bool = False,
        chance: random.Random | None = None,
        expected: Known | None = None,
    ) -> None:
        super().__init__(background, expected)
        self._chance = chance
        self._code: str | None = None
        self._budget = budget
        self._has_news = False

    def prepared(
        self,
        missing: dict[int, Ranges] | Broken,
        now: float,
        left_out: Container[int] = (),
        here: Mapping[int, int] = NOTHING,
        first: Sequence[int] = (),
    ) -> list[Effect]:
        """There is a place for everything; `missing`, `left_out`, `here` as in Fetch, `first` as in `Fetch.prefer`."""
        if not self.ended:
            self._step(Step.PREPARED)
            if isinstance(missing, Broken):
                self._fail(missing.code, missing.message)
            else:
                chance = self._chance if self.is_swarm else None
                self._fetch = Fetch(self.entries, missing, self._links, left_out, self._budget, here, chance)
                self._fetch.prefer(first)
                self._emit(events.Accepted(files=self._fetch.tally.files, bytes=self._fetch.tally.bytes))
                self._go_on(self._open(Stage.OFFERED), now)
        return self._flush()

    def stored(self, result: StoreResult, now: float) -> list[Effect]:
        """The store did something."""
        return self.stored_all((result,), now)

    def stored_all(self, results: Sequence[StoreResult], now: float) -> list[Effect]:
        """The store did all of this, in this order; what follows is looked for once."""
        if self.ended or self._fetch is None:
            return []
        for result in results:
            if not self.ended:
                self._take(self._fetch, result, now)
        self._advance(now)
        return self._flush()

    def _take(self, fetch: Fetch, result: StoreResult, now: float) -> None:
        match result:
            case Stored():
                fetch.stored(result)
                self._rate.add(now, fetch.tally.stored_bytes)
            case Differs():
                fetch.differs(result)
            case Corrupt():
                fetch.corrupt(result)
            case Finished():
                fetch.finished(result)
            case Stale():
                fetch.stale(result)
            case Lost():
                fetch.unstorable(result)
            case Broken():
                self._fail(result.code, result.message)
            case Concluded():  # pragma: no branch
                self._concluded(result, now)

    @property
    def is_swarm(self) -> bool:
        """Whether those who fetch the same are to help each other."""
        return self._manifest is not None and (self._manifest.offer.swarm or self._manifest.offer.partial)

    def help(self, code: str) -> list[Effect]:
        """What is here is offered to the others of the swarm under this code: tell the sender."""
        self._code = code
        for flow in self._open(Stage.SERVING):
            self._tell_helper(flow)
        return self._flush()

    def _tell_helper(self, flow: Asking) -> None:
        if self._code is not None and flow.source in self._swarms:
            self._send(flow, Helper(code=self._code))

    def tick(self, now: float) -> list[Effect]:
        """Time passed: tell progress, and use what the budget has by now; call it about every PROGRESS_S."""
        self._advance(now)
        self._report(now)
        self._hope(now)
        return self._flush()

    def _forsake(self, source: int, now: float) -> None:
        if self._fetch is not None:
            self._fetch.forsake(source)
            self._advance(now)

    def _lost_link(self, flow: Asking, now: float) -> None:
        if self._fetch is not None:
            self._fetch.link_lost(flow)
        self._list()
        if flow.source in self._others:
            self._list_too(flow.source, now)

    def _go(self, now: float) -> None:
        if self._fetch is not None and self._flowing:
            self._rate.start(now, self._fetch.tally.stored_bytes)
            self._advance(now)

    @property
    def _flowing(self) -> list[Asking]:
        """The links on which more may be asked for; none while somebody pauses."""
        return [] if self.paused else [f for f in self._open(Stage.SERVING) if not self._has_paused(f.source)]

    def _set_paused(self, paused: Paused, now: float) -> None:
        """Who has paused brings nothing, and that is no fault of a link."""
        if self._fetch is not None and self.paused and not paused:
            self._fetch.excuse(now)
        super()._set_paused(paused, now)

    def _frame(self, flow: Asking, frame: Frame, now: float) -> None:
        if flow.stage < Stage.OFFERED and not isinstance(frame, Offer):
            raise ViolationError(f"{name(frame)} before offer")
        if flow.source not in self._sources:
            return
        if isinstance(frame, (Offer, Entries)) and self._joins(flow):
            self._too(flow, frame, now)
            return
        self._step(type(frame))
        match frame:
            case Data():
                self._has_news |= flow.data(frame, now)
                return
            case End():
                self._fetching.end(flow, frame, now)
            case Refuse():
                self._fetching.refuse(flow, frame)
            case Root():
                self._fetching.root(flow, frame)
            case Have():
                self._has(flow.source, frame)
            case Helper():
                self._effects.append(Found(frame.code))
            case Offer():
                self._offered(flow, frame, now)
            case Entries():
                self._entries(flow, frame, now)
            case _:  # pragma: no cover - the table has let nothing else through
                raise AssertionError(frame)
        self._has_news = True

    def _taken(self, now: float) -> None:
        if self._has_news:
            self._has_news = False
            self._advance(now)

    def _has(self, source: int, frame: Have) -> None:
        if source not in self._parts or len(frame.chunks) % 3:
            raise ViolationError("have that cannot be")
        self._fetching.has(source, list(zip(frame.chunks[::3], frame.chunks[1::3], frame.chunks[2::3], strict=True)))

    def _go_on(self, flows: list[Asking], now: float) -> None:
        """Accept on these links, if there is something to accept, and go on."""
        for flow in filter(self._belongs, flows):
            if self._fetch is not None:
                if flow.source in self._parts:
                    self._fetch.is_helper(flow.source)
                tally = self._fetch.tally
                self._send(flow, Accept(files=tally.files, bytes=tally.bytes, have=max(0, tally.stored_bytes)))
                flow.step(Accept)
                self._draw_from(flow.source)
                self._tell_helper(flow)
            if Paused.ME in self.paused:
                self._send(flow, Pause())
        self._go(now)
        self._tell_done()

    def _advance(self, now: float) -> None:
        """Collect what the fetch wants done, ask for more, notice the end."""
        if self._fetch is None or self.ended or self.phase is not Phase.FETCHING:
            return
        if flows := self._flowing:
            self._fetch.pump(flows, now)
        self._effects += self._fetch.take(now)
        while self._fetch.trust.accused:
            self._dismiss(self._fetch.trust.accused.pop(), EndCode.CORRUPT, "it sent what is not in the file", now)
        if self._fetch.tally.settled and self.phase is Phase.FETCHING and not self.ended:
            self._step(Step.SETTLED)
            self._effects.append(Conclude())
