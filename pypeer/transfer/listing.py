"""The receiving side of a session up to what it fetches: the offer, its manifest, the person's decision; sans-I/O."""

from abc import abstractmethod

from pypeer.errors import DeclinedError, PeerError
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Decline, Entries, Entry, List, Offer
from pypeer.transfer.asking import Asking
from pypeer.transfer.effects import Decide, Effect, Examine, Prepare
from pypeer.transfer.expected import Known
from pypeer.transfer.manifest import Manifest, end_code
from pypeer.transfer.names import ManifestError
from pypeer.transfer.party import Party
from pypeer.transfer.phases import TRANSITIONS, Phase, Step
from pypeer.transfer.subflow import Stage, ViolationError


class Listing(Party[Asking]):
    """Lists what is offered, page by page, over whatever links there are, and asks the person."""

    def __init__(self, background: bool = False, expected: Known | None = None) -> None:
        super().__init__(background)
        self.phase = Phase.WAITING
        self._expected = expected
        self._manifest: Manifest | None = None
        self._first = 0
        """The source whose offer came first."""
        self._swarms: set[int] = set()
        """Sources that ask whoever fetches from them to help the others."""
        self._parts: set[int] = set()
        """Sources that are such helpers."""

    def vouch(self, known: Known) -> None:
        """Something is known of what is offered; before the first offer comes."""
        self._expected = known

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

    def decided(self, accepted: bool, now: float, why: PeerError | None = None) -> list[Effect]:
        """The person decided; `why` is told here if it was no."""
        if not self.ended:
            self._step(Step.DECIDED)
            if accepted:
                self._effects.append(Prepare())
            else:
                self._say(Decline())
                self._end(why or DeclinedError("declined"))
        return self._flush()

    def _subflow(self, link: int, rank: int, frame_bytes: int, source: int) -> Asking:
        return Asking(link, rank, frame_bytes, source)

    def _greeted(self, flow: Asking, now: float) -> None:
        """The offer comes next."""

    def _step(self, cause: type | Step) -> None:
        after = TRANSITIONS[self.phase].get(cause)
        if after is None:
            what = cause.__name__.lower() if isinstance(cause, type) else cause.name
            raise ViolationError(f"{what} is not allowed when {self.phase.name.lower()}")
        self.phase = after

    def _offered(self, flow: Asking, offer: Offer, now: float) -> None:
        if self._manifest is not None and offer != self._manifest.offer:
            raise ViolationError("another offer")
        flow.step(Offer)
        self._note(flow.source, offer)
        try:
            if self._manifest is None:
                self._manifest, self._first = Manifest(offer, self._expected), flow.source
        except ManifestError as error:
            self._dismiss(flow.source, end_code(error), str(error), now)
            return
        self._list()
        self._go_on([flow], now)

    def _note(self, source: int, offer: Offer) -> None:
        for wanted, sources in ((offer.swarm, self._swarms), (offer.partial, self._parts)):
            if wanted:
                sources.add(source)

    def _list(self) -> None:
        """Ask for the next page, on one link; on another if that is lost."""
        flows = [flow for flow in self._open(Stage.OFFERED) if flow.source == self._first]
        best = min(flows, key=lambda flow: flow.order, default=None)
        if self.phase is Phase.LISTING and best and not any(flow.listing for flow in flows):
            best.listing = True
            self._send(best, List(start=len(self.entries)))

    def _entries(self, flow: Asking, page: Entries, now: float) -> None:
        if not flow.listing:
            raise ViolationError("entries that were not asked for")
        flow.listing = False
        try:
            self.manifest.add(page)
        except ManifestError as error:
            self._dismiss(flow.source, end_code(error), str(error), now)
            return
        self._look_complete(now)
        self._list()

    def _look_complete(self, now: float) -> None:
        if self.manifest.complete:
            self._step(Step.LISTED)
            self._effects.append(Examine())
            self._listed(now)

    @abstractmethod
    def _dismiss(self, source: int, code: EndCode, message: str, now: float) -> None:
        """Go on without this source, if there are others, else end."""

    @abstractmethod
    def _listed(self, now: float) -> None:
        """All entries of the first source are known."""

    @abstractmethod
    def _go_on(self, flows: list[Asking], now: float) -> None:
        """The offer came on these links: accept there, if there is something to accept, and go on."""
