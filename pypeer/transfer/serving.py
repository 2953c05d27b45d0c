"""What the sender owes on one link; sans-I/O."""

from collections import deque
from typing import Final

from pypeer.protocol import limits
from pypeer.protocol.frames import Probe, Request, Stop
from pypeer.protocol.messages import Accept, AskRoot, Decline, Done, Helper, List, Progress
from pypeer.transfer.effects import Read
from pypeer.transfer.subflow import Stage, Subflow, ViolationError

ALLOWED: Final[dict[Stage, frozenset[type]]] = {
    Stage.GREETING: frozenset(),
    Stage.GREETED: frozenset(),
    Stage.OFFERED: frozenset({List, Accept, Decline}),
    Stage.SERVING: frozenset({Request, Probe, Stop, AskRoot, Progress, Done, Helper}),
}
"""What the receiver may say on a link beside hello, pause, resume and cancel; everything else is a violation."""


class Serving(Subflow):
    """Requests that came on one link and are answered there, in order."""

    def __init__(self, link: int, rank: int, frame_bytes: int) -> None:
        super().__init__(link, rank, frame_bytes)
        self.queue: deque[Read] = deque()
        """Chunks that are not yet read."""
        self.probes: deque[Read] = deque()
        """The same of those whose hash alone is asked for."""
        self.open: dict[int, Read] = {}
        """Not yet answered to the end, by request."""
        self.roots: set[int] = set()
        """Files whose roots are asked for."""
        self.told: set[tuple[int, int, int]] = set()
        """Of a partial offer, ranges of chunks that the other side was told of here."""
        self.has_answered = False
        """Whether a chunk was sent here."""
        self._listed = 0

    def request(self, frame: Request | Probe) -> None:
        """Queue it; raises ViolationError."""
        if frame.request in self.open:
            raise ViolationError(f"request {frame.request} is open already")
        self._count()
        read = Read(self.link, frame.request, frame.file, frame.chunk, isinstance(frame, Probe))
        self.open[frame.request] = read
        (self.probes if read.bare else self.queue).append(read)

    def stop(self, request: int) -> None:
        """What has been answered already is not open any more, and no violation."""
        read = self.open.pop(request, None)
        for queue in (self.queue, self.probes):
            if read is not None and read in queue:
                queue.remove(read)

    def ask_root(self, file: int) -> None:
        """Note that the root of this file is wanted; raises ViolationError."""
        if file in self.roots:
            raise ViolationError(f"the root of file {file} is asked for twice")
        self._count()
        self.roots.add(file)

    def list(self, start: int, stop: int) -> None:
        """A page of these entries is asked for; raises ViolationError.

        Each page once on a link, else a receiver that never reads could have pages without end queued for it. Those in
        between may have come on other links.
        """
        if start < self._listed:
            raise ViolationError(f"list from {start} out of turn")
        self._listed = stop

    def _count(self) -> None:
        if len(self.open) + len(self.roots) >= limits.QUEUE_REQUESTS:
            raise ViolationError(f"more than {limits.QUEUE_REQUESTS} requests at once")
