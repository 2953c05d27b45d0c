"""What a receiver says it takes and has, held against what it was offered and has said before; pure."""

from pypeer.protocol.messages import Accept, Done, Offer, Progress
from pypeer.transfer.effects import Outcome
from pypeer.transfer.subflow import ViolationError


class Claims:
    """Of one receiver of this offer; it says the same on each link. All methods raise ViolationError."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._accepted: Accept | None = None
        self.stored = 0
        """Bytes that it has stored, as it said last."""

    @property
    def total(self) -> int:
        """Bytes that it takes; once it has accepted."""
        return self._taken().bytes

    def accept(self, frame: Accept) -> bool:
        """It takes so much, and has some of it already: whether that is news."""
        if frame.files > self._offer.files or frame.bytes > self._offer.bytes or frame.have > frame.bytes:
            raise ViolationError("accept does not fit the offer")
        before = self._accepted
        if before is not None and (frame.files, frame.bytes) != (before.files, before.bytes):
            raise ViolationError("accept differs from the one before")
        self._accepted, self.stored = frame, frame.have
        return before is None

    def progress(self, frame: Progress) -> None:
        """So much is stored."""
        taken = self._taken()
        if frame.bytes > taken.bytes or frame.files > taken.files:
            raise ViolationError("progress beyond what was accepted")
        self.stored = frame.bytes

    def done(self, frame: Done) -> Outcome:
        """It has all but what it could not have."""
        taken = self._taken()
        all_files = frame.files + frame.failed == taken.files
        all_bytes = frame.bytes == taken.bytes if not frame.failed else frame.bytes <= taken.bytes
        if not (all_files and all_bytes):
            raise ViolationError("done does not add up to what was accepted")
        return Outcome(frame.files, frame.bytes, frame.failed)

    def _taken(self) -> Accept:
        assert self._accepted is not None, "the table of stages lets nothing in before accept"
        return self._accepted
