"""The receiving side of a session: lists, asks its person, then pulls chunks until all is stored; sans-I/O.

One table says how the session goes on. It lives through links: a lost one costs what was on its way, and on the next
the receiver goes on where it is.
"""

from enum import Enum, auto
from typing import Final

from pypeer import events
from pypeer.errors import DeclinedError, PeerError
from pypeer.protocol import limits
from pypeer.protocol.frames import Data, End, Frame
from pypeer.protocol.messages import (
    Accept,
    Decline,
    Done,
    Entries,
    Entry,
    List,
    Offer,
    Pause,
    Progress,
    Refuse,
    Root,
)
from pypeer.transfer.effects import (
    Broken,
    Conclude,
    Concluded,
    Corrupt,
    Decide,
    Effect,
    Examine,
    Finished,
    Lost,
    Outcome,
    Prepare,
    Stale,
    Stored,
    StoreResult,
)
from pypeer.transfer.fetch import Fetch, Ranges
from pypeer.transfer.manifest import Manifest, end_code
from pypeer.transfer.names import ManifestError
from pypeer.transfer.party import LinkState, Party, Paused, ViolationError, name


class Phase(Enum):
    """How far the session is; links come and go meanwhile."""

    WAITING = auto()
    """For the first offer."""
    LISTING = auto()
    EXAMINING = auto()
    DECIDING = auto()
    PREPARING = auto()
    FETCHING = auto()
    CONCLUDING = auto()
    TELLING = auto()
    """All is stored; the sender is to hear of it, if need be on the next link."""
    OVER = auto()


class Step(Enum):
    """What happens here rather than on the link."""

    LISTED = auto()
    EXAMINED = auto()
    DECIDED = auto()
    PREPARED = auto()
    SETTLED = auto()
    CONCLUDED = auto()
    TOLD = auto()


_ANSWERS: Final = (Data, End, Refuse, Root)

TRANSITIONS: Final[dict[Phase, dict[type | Step, Phase]]] = {
    Phase.WAITING: {Offer: Phase.LISTING},
    Phase.LISTING: {Offer: Phase.LISTING, Entries: Phase.LISTING, Step.LISTED: Phase.EXAMINING},
    Phase.EXAMINING: {Offer: Phase.EXAMINING, Step.EXAMINED: Phase.DECIDING},
    Phase.DECIDING: {Offer: Phase.DECIDING, Step.DECIDED: Phase.PREPARING},
    Phase.PREPARING: {Offer: Phase.PREPARING, Step.PREPARED: Phase.FETCHING},
    Phase.FETCHING: {
        Offer: Phase.FETCHING,
        **dict.fromkeys(_ANSWERS, Phase.FETCHING),
        Step.SETTLED: Phase.CONCLUDING,
    },
    Phase.CONCLUDING: {
        Offer: Phase.CONCLUDING,
        **dict.fromkeys(_ANSWERS, Phase.CONCLUDING),
        Step.CONCLUDED: Phase.TELLING,
    },
    Phase.TELLING: {Offer: Phase.TELLING, **dict.fromkeys(_ANSWERS, Phase.TELLING), Step.TOLD: Phase.OVER},
    Phase.OVER: {},
}
"""What may happen in each phase, and where it leads; any other frame is a violation. The same offer comes again on
every new link; answers after FETCHING can only be to requests that were taken back."""


class Receiver(Party):
    """Receives one offer, over one link after another."""

    def __init__(self) -> None:
        super().__init__()
        self.phase = Phase.WAITING
        self._offered_here = False
        self._manifest: Manifest | None = None
        self._fetch: Fetch | None = None
        self._outcome: Outcome | None = None
        self._said = (-1, -1)
        self._said_at = float("-inf")

    @property
    def manifest(self) -> Manifest:
        """The offer and its entries; there from the first offer on."""
        assert self._manifest is not None, "no offer yet"
        return self._manifest

    @property
    def entries(self) -> list[Entry]:
        """The entries listed so far."""
        return self.manifest.entries

    def examined(self, error: ManifestError | None, now: float) -> list[Effect]:
        """Safe names were found for the manifest, or cannot be."""
        if not self.ended:
            self._step(Step.EXAMINED)
            if error is not None:
                self._fail(end_code(error), str(error))
            else:
                self._effects.append(Decide())
        return self._flush()

    def decided(self, accepted: bool, now: float) -> list[Effect]:
        """The person decided."""
        if not self.ended:
            self._step(Step.DECIDED)
            if accepted:
                self._effects.append(Prepare())
            else:
                self._say(Decline())
                self._end(DeclinedError("declined"))
        return self._flush()

    def prepared(self, missing: dict[int, Ranges] | Broken, now: float) -> list[Effect]:
        """There is a place for everything; `missing` as in Fetch."""
        if not self.ended:
            self._step(Step.PREPARED)
            if isinstance(missing, Broken):
                self._fail(missing.code, missing.message)
            else:
                self._fetch = Fetch(self.entries, missing)
                self._emit(events.Accepted(files=self._fetch.files, bytes=self._fetch.bytes))
                self._go_on(now)
        return self._flush()

    def stored(self, result: StoreResult, now: float) -> list[Effect]:
        """The store did something."""
        if self.ended or self._fetch is None:
            return []
        match result:
            case Stored():
                self._fetch.stored(result)
                self._rate.add(now, self._fetch.stored_bytes)
            case Corrupt():
                self._fetch.corrupt(result)
            case Finished():
                self._fetch.finished(result)
            case Stale():
                self._fetch.stale(result)
            case Lost():
                self._fetch.unstorable(result)
            case Broken():
                self._fail(result.code, result.message)
            case Concluded():  # pragma: no branch
                self._concluded(result, now)
        self._advance(now)
        return self._flush()

    def tick(self, now: float) -> list[Effect]:
        """Time passed: tell progress, at most every PROGRESS_S; call it about that often."""
        self._report(now)
        return self._flush()

    def _greeted(self, now: float) -> None:
        self._offered_here = False

    def _lost_link(self, now: float) -> None:
        self._offered_here = False
        if self._fetch is not None:
            self._fetch.link_lost()

    def _flows(self, now: float) -> None:
        if self._fetch is not None and self._flowing:
            self._rate.start(now, self._fetch.stored_bytes)
            self._advance(now)

    @property
    def _flowing(self) -> bool:
        return self._link is LinkState.OPEN and self._offered_here and not self.paused

    def _frame(self, frame: Frame, now: float) -> None:
        if not self._offered_here and not isinstance(frame, Offer):
            raise ViolationError(f"{name(frame)} before offer")
        self._step(type(frame))
        match frame:
            case Data():
                self._fetching.data(frame)
            case End():
                self._fetching.end(frame)
            case Refuse():
                self._fetching.refuse(frame)
            case Root():
                self._fetching.root(frame)
            case Offer():
                self._offered(frame, now)
            case Entries():
                self._entries(frame)
            case _:  # pragma: no cover - the table has let nothing else through
                raise AssertionError(frame)
        if not isinstance(frame, Data):
            self._advance(now)

    def _step(self, cause: type | Step) -> None:
        after = TRANSITIONS[self.phase].get(cause)
        if after is None:
            what = cause.__name__.lower() if isinstance(cause, type) else cause.name
            raise ViolationError(f"{what} is not allowed when {self.phase.name.lower()}")
        self.phase = after

    @property
    def _fetching(self) -> Fetch:
        assert self._fetch is not None, "the table lets no answer in before"
        return self._fetch

    def _offered(self, offer: Offer, now: float) -> None:
        if self._offered_here or (self._manifest is not None and offer != self._manifest.offer):
            raise ViolationError("another offer")
        self._offered_here = True
        try:
            self._manifest = self._manifest or Manifest(offer)
        except ManifestError as error:
            self._fail(end_code(error), str(error))
            return
        if self.phase is Phase.LISTING:
            self._send(List(start=len(self.entries)))
        self._go_on(now)

    def _entries(self, page: Entries) -> None:
        try:
            self.manifest.add(page)
        except ManifestError as error:
            self._fail(end_code(error), str(error))
            return
        if self.manifest.complete:
            self._step(Step.LISTED)
            self._effects.append(Examine())
        else:
            self._send(List(start=len(self.entries)))

    def _go_on(self, now: float) -> None:
        """Accept on this link, if it is there and there is something to accept."""
        if not (self._offered_here and self._link is LinkState.OPEN):
            return
        if self._fetch is not None:
            fetch = self._fetch
            self._send(Accept(files=fetch.files, bytes=fetch.bytes, have=max(0, fetch.stored_bytes)))
        if Paused.ME in self.paused:
            self._send(Pause())
        self._flows(now)
        self._tell_done()

    def _advance(self, now: float) -> None:
        """Collect what the fetch wants done, ask for more, notice the end."""
        if self._fetch is None or self.ended or self.phase is not Phase.FETCHING:
            return
        if self._flowing:
            self._fetch.pump()
        self._effects += self._fetch.effects
        self._fetch.effects = []
        if self._fetch.settled:
            self._step(Step.SETTLED)
            self._effects.append(Conclude())

    def _report(self, now: float, last: bool = False) -> None:
        if self._fetch is None or (now - self._said_at < limits.PROGRESS_S and not last):
            return
        self._said_at = now
        stored, files = self._fetch.stored_bytes, self._fetch.stored_files
        total = self._fetch.bytes
        rate, left = self._rate.speed(now), self._rate.left(now, total - stored)
        if self._said != (stored, files):
            self._said = (stored, files)
            if self._offered_here:
                self._say(Progress(bytes=stored, files=files))
        self._emit(events.Progress(bytes=stored, total=total, files=files, rate=rate, left=left))

    def _concluded(self, result: Concluded, now: float) -> None:
        self._step(Step.CONCLUDED)
        self._report(now, last=True)
        fetch = self._fetching
        self._outcome = Outcome(fetch.stored_files, fetch.stored_bytes, fetch.failed, result.into)
        self._tell_done()

    def _tell_done(self) -> None:
        if self._outcome is not None and self._offered_here and self._link is LinkState.OPEN:
            self._step(Step.TOLD)
            self._send(Done(files=self._outcome.files, bytes=self._outcome.bytes, failed=self._outcome.failed))
            self._end(self._outcome)

    def _end(self, result: Outcome | PeerError) -> None:
        """Once all is stored, no end that comes from outside can make it a failure."""
        super()._end(self._outcome or result)
