"""The receiving side of a session with several senders, its sources, all of which offer the same; sans-I/O.

The source whose offer comes first is listed and agreed to. Another is listed as well, and drawn from once its list is
known to be the same. One that does what it must not, or leaves, is dismissed, and the others go on.
"""

from abc import abstractmethod
from typing import Final

from pypeer.errors import PeerError, TransferError
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Cancel, Entries, Entry, List, Offer
from pypeer.transfer import endings
from pypeer.transfer.asking import Asking
from pypeer.transfer.effects import Dismiss, Drawn, Effect
from pypeer.transfer.expected import Known
from pypeer.transfer.listing import Listing
from pypeer.transfer.manifest import Manifest, end_code
from pypeer.transfer.names import ManifestError
from pypeer.transfer.phases import Phase, Step
from pypeer.transfer.subflow import OTHER, Stage, ViolationError

OTHER_TOLD: Final = "it offers something else than the first sender; nothing is taken from it"
"""What the person here is told of it."""


class Joining(Listing):
    """Knows the sources, and which of them offer the same as the first."""

    def __init__(self, background: bool = False, expected: Known | None = None) -> None:
        super().__init__(background, expected)
        self._sources: set[int] = set()
        self._others: dict[int, Manifest] = {}
        self._drawn: set[int] = set()

    def expect(self, source: int) -> None:
        """A link to this source may open: nothing ends for want of another before it is lost."""
        self._sources.add(source)

    def source_lost(self, source: int, error: PeerError, now: float) -> list[Effect]:
        """No link to this source opens any more; without another, that is the end."""
        is_new = source in self._sources
        self._sources.discard(source)
        if not self._sources:
            self._end(error)
        elif is_new and not self.ended:
            self._part_from(source, now)
        return self._flush()

    def _subflow(self, link: int, rank: int, frame_bytes: int, source: int) -> Asking:
        self._sources.add(source)
        return super()._subflow(link, rank, frame_bytes, source)

    def _joins(self, flow: Asking) -> bool:
        """Whether this is a link of another source than the first."""
        return self._manifest is not None and flow.source != self._first

    def _belongs(self, flow: Asking) -> bool:
        """Whether what is offered here is known to be what is fetched."""
        other = self._others.get(flow.source)
        known = flow.source == self._first or (other is not None and other.complete and self.manifest.complete)
        return known and flow.source in self._sources

    def _too(self, flow: Asking, frame: Offer | Entries, now: float) -> None:
        """Another source says what it offers; raises ViolationError."""
        try:
            if isinstance(frame, Offer):
                self._offered_too(flow, frame)
            else:
                self._entries_too(flow, frame)
        except ManifestError as error:
            self._dismiss(flow.source, end_code(error), str(error), now)
            return
        self._list_too(flow.source, now)

    def _offered_too(self, flow: Asking, offer: Offer) -> None:
        flow.step(Offer)
        self._note(flow.source, offer)
        if _sums(offer) != _sums(self.manifest.offer):
            raise ManifestError(OTHER)
        self._others.setdefault(flow.source, Manifest(offer, self._expected))

    def _entries_too(self, flow: Asking, page: Entries) -> None:
        if not flow.listing:
            raise ViolationError("entries that were not asked for")
        flow.listing = False
        self._others[flow.source].add(page)

    def _list_too(self, source: int, now: float) -> None:
        """Ask another source for the next page of its list, or compare it."""
        other = self._others[source]
        flows = [flow for flow in self._open(Stage.OFFERED) if flow.source == source]
        if other.complete:
            self._compare(source, now)
        elif flows and not any(flow.listing for flow in flows):
            best = min(flows, key=lambda flow: flow.order)
            best.listing = True
            self._send(best, List(start=len(other.entries)))

    def _listed(self, now: float) -> None:
        for source in [source for source, other in self._others.items() if other.complete]:
            self._compare(source, now)

    def _compare(self, source: int, now: float) -> None:
        """Draw from this source, too, if what it offers is the same; so are its roots, as far as both are known."""
        if not self.manifest.complete or source not in self._sources:
            return
        if all(map(_same, self.entries, self._others[source].entries)):
            flows = [flow for flow in self._links.values() if flow.source == source and flow.stage is Stage.OFFERED]
            self._go_on(flows, now)
        else:
            self._dismiss(source, EndCode.DECLINED, OTHER, now)

    def _dismiss(self, source: int, code: EndCode, message: str, now: float) -> None:
        """Go on without this source, if there are others."""
        if self._sources <= {source}:
            self._fail(code, message)
            return
        for flow in self._links.values():
            if flow.source == source:
                self._send(flow, Cancel(code=code, message=message[:512]))
        told = OTHER_TOLD if message == OTHER else f"{endings.TEXTS[code]} ({message})"
        self._leave(source, TransferError(told, code), now)

    def _leave(self, source: int, error: PeerError, now: float) -> None:
        self._sources.discard(source)
        self._effects.append(Dismiss(source, error))
        self._part_from(source, now)

    def _part_from(self, source: int, now: float) -> None:
        """Await nothing from it; if it was to say what is offered, the next does that."""
        self._others.pop(source, None)
        self._forsake(source, now)
        if source == self._first and self.phase is Phase.LISTING:
            self._follow(now)

    def _follow(self, now: float) -> None:
        if not self._others:
            self._manifest = None
            self._step(Step.LEFT)
            return
        self._first = min(self._others)
        self._manifest = self._others.pop(self._first)
        self._look_complete(now)
        self._list()

    def _draw_from(self, source: int) -> None:
        """Tell, once, that chunks are asked of this source."""
        if source not in self._drawn:
            self._drawn.add(source)
            self._effects.append(Drawn(source))

    def _blame(self, flow: Asking, code: EndCode, message: str, now: float) -> None:
        self._dismiss(flow.source, code, message, now)

    def _cancelled(self, flow: Asking, error: PeerError, now: float) -> None:
        if self._sources <= {flow.source}:
            self._end(error)
        else:
            self._leave(flow.source, error, now)

    def _best_of_each(self, stage: Stage) -> list[Asking]:
        """Of each source the best link that is as far as this."""
        best: dict[int, Asking] = {}
        for flow in sorted(self._open(stage), key=lambda flow: flow.order):
            best.setdefault(flow.source, flow)
        return list(best.values())

    @abstractmethod
    def _forsake(self, source: int, now: float) -> None:
        """Await nothing from this source any more."""


def _sums(offer: Offer) -> tuple[int, int, int, bool]:
    return offer.files, offer.folders, offer.bytes, offer.text


def _same(mine: Entry, theirs: Entry) -> bool:
    """Whether two entries are the same file or folder, times and permissions aside."""
    same = (mine.path, mine.size, mine.folder) == (theirs.path, theirs.size, theirs.folder)
    return same and (mine.root is None or theirs.root is None or mine.root == theirs.root)
