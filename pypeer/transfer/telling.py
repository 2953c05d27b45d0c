"""What a receiver tells: how far it is, that all is stored, which links are idle, that it gives up; sans-I/O."""

from typing import Final

from pypeer import events
from pypeer.errors import PeerError, TransferError
from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Cancel, Done, Progress
from pypeer.transfer.effects import Effect, Idle, Outcome
from pypeer.transfer.expected import Known
from pypeer.transfer.fetch import Fetch
from pypeer.transfer.joining import Joining
from pypeer.transfer.phases import Phase, Step
from pypeer.transfer.storing import Concluded
from pypeer.transfer.subflow import Stage

ELSEWHERE: Final = "it has come from somebody else meanwhile"
"""What a sender is told of which nothing was asked before all was there."""

HOPE_S: Final = 60.0
"""How long those that help are waited for when the sender is gone and none of them has what is missing: one who still
gets it, a tenth of an uplink of 1 Mbit/s, has the next chunk in a third of that."""

GONE: Final = "The sender is gone, and nobody here has the rest. Get it again when the sender is back: it goes on."


class Telling(Joining):
    """Knows what is fetched, and what was said of it."""

    def __init__(self, background: bool = False, expected: Known | None = None) -> None:
        super().__init__(background, expected)
        self._fetch: Fetch | None = None
        self._outcome: Outcome | None = None
        self._said = (-1, -1)
        self._said_at = float("-inf")
        self._idle_since: float | None = None

    @property
    def stored_bytes(self) -> int:
        """Verified and stored so far."""
        return 0 if self._fetch is None else self._fetch.tally.stored_bytes

    @property
    def has_all(self) -> bool:
        """Whether all is stored; only the sender has to hear of it."""
        return self._outcome is not None

    @property
    def _fetching(self) -> Fetch:
        assert self._fetch is not None, "the table lets no answer in before"
        return self._fetch

    def _report(self, now: float, last: bool = False) -> None:
        if self._fetch is None or (now - self._said_at < limits.PROGRESS_S and not last):
            return
        self._said_at = now
        stored, files = self._fetch.tally.stored_bytes, self._fetch.tally.stored_files
        total = self._fetch.tally.bytes
        rate, left = self._rate.speed(now), self._rate.left(now, total - stored)
        if self._said != (stored, files):
            self._said = (stored, files)
            for flow in self._best_of_each(Stage.SERVING):
                self._send(flow, Progress(bytes=stored, files=files))
        sources = max(1, len(self._best_of_each(Stage.SERVING)))
        self._emit(events.Progress(bytes=stored, total=total, files=files, rate=rate, left=left, sources=sources))

    def _concluded(self, result: Concluded, now: float) -> None:
        self._step(Step.CONCLUDED)
        self._report(now, last=True)
        tally = self._fetching.tally
        self._outcome = Outcome(tally.stored_files, tally.stored_bytes, tally.failed, result.into, tally.fetched_bytes)
        self._tell_done()

    def _tell_done(self) -> None:
        """On all links, for each may be about to break; the sender heeds the first that comes."""
        done = self._outcome
        if done is not None and self._open(Stage.SERVING):
            self._step(Step.TOLD)
            told = {flow.source for flow in self._open(Stage.SERVING)}
            for flow in self._links.values():
                if flow.source not in told:
                    self._send(flow, Cancel(message=ELSEWHERE))
            self._say(Done(files=done.files, bytes=done.bytes, failed=done.failed), Stage.SERVING)
            self._end(done)

    def _flush(self) -> list[Effect]:
        if not self.ended:
            self._tell_idle()
        return super()._flush()

    def _tell_idle(self) -> None:
        """Tell which links have just become idle: those worse than the best, once all that was asked there has come."""
        best: dict[int, int] = {}
        for flow in self._links.values():
            if flow.stage >= Stage.OFFERED:
                best[flow.source] = min(flow.rank, best.get(flow.source, flow.rank))
        for flow in self._links.values():
            idle = flow.rank > best.get(flow.source, flow.rank) and flow.stage >= Stage.OFFERED and not flow.busy
            if idle and not flow.idle:
                self._effects.append(Idle(flow.link))
            flow.idle = idle

    def _end(self, result: Outcome | PeerError) -> None:
        """Once all is stored, no end that comes from outside can make it a failure."""
        super()._end(self._outcome or result)

    def _hope(self, now: float) -> None:
        """Give up when nobody is left who could bring what is missing."""
        fetch = self._fetch
        waits = fetch is not None and self.phase is Phase.FETCHING and not self.paused and not fetch.is_busy
        if not waits or not self._sources <= self._parts:
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = now
        elif now - self._idle_since > HOPE_S:
            self._say(Cancel(message=GONE))
            self._end(TransferError(GONE, EndCode.VANISHED))
