"""The sending side of a session: offers, lists, and answers requests; sans-I/O.

One table says which frame is allowed when. Chunks are read outside: `take` hands out what to read next, `answer` turns
what was read into frames, one at a time, so that the shell can wait for room on the link between them.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import Final

from pypeer import events
from pypeer.protocol import limits
from pypeer.protocol.frames import DATA_HEADER_BYTES, Data, End, Frame, Request, Stop
from pypeer.protocol.messages import (
    Accept,
    AskRoot,
    Decline,
    Done,
    Entry,
    List,
    Offer,
    Pause,
    Progress,
    Refuse,
    Root,
)
from pypeer.transfer import chunks, endings, manifest
from pypeer.transfer.effects import Chunk, Effect, FindRoot, Lost, Outcome, Read, Wake
from pypeer.transfer.party import Party, Paused, ViolationError, name


class Stage(Enum):
    """How far the two are, on the present link."""

    OFFERED = auto()
    """The receiver lists the manifest, or its person thinks."""
    SERVING = auto()
    """The receiver accepted."""
    OVER = auto()


TRANSITIONS: Final[dict[Stage, dict[type, Stage]]] = {
    Stage.OFFERED: {List: Stage.OFFERED, Accept: Stage.SERVING, Decline: Stage.OVER},
    Stage.SERVING: {
        Request: Stage.SERVING,
        Stop: Stage.SERVING,
        AskRoot: Stage.SERVING,
        Progress: Stage.SERVING,
        Done: Stage.OVER,
    },
    Stage.OVER: {},
}
"""What may arrive after the greeting, and where it leads; everything else is a violation."""


class Sender(Party):
    """Offers `entries` to one receiver and serves it, over one link after another."""

    def __init__(self, offer: Offer, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._offer = offer
        self._entries = entries
        self._stage = Stage.OFFERED
        self._listed: int | None = None
        self._accepted: Accept | None = None
        self._queue: deque[Read] = deque()
        self._open: dict[int, Read] = {}
        self._asked: set[int] = set()
        self._lost: set[int] = set()
        self._stored = 0
        self._reported = float("-inf")

    def take(self, budget: int) -> list[Read]:
        """What to read next, in order: at least one chunk if any is wanted, at most about `budget` bytes."""
        reads: list[Read] = []
        while self._queue and budget > 0 and Paused.ME not in self.paused and not self.ended:
            read = self._queue.popleft()
            reads.append(read)
            budget -= chunks.chunk_length(self._entries[read.file].size, read.chunk)
        return reads

    def answer(self, read: Read, result: Chunk | Lost) -> Iterator[Frame]:
        """Frames that answer a request, for as long as it stays wanted."""
        if isinstance(result, Lost):
            if self._wanted(read):
                del self._open[read.request]
                detail = result.message if result.detail is None else result.detail
                yield Refuse(request=read.request, code=result.code, message=detail[:512])
            return
        step = self.frame_bytes - DATA_HEADER_BYTES
        data = memoryview(result.data)
        for at in range(0, len(data), step):
            if self._wanted(read):
                yield Data(read.request, data[at : at + step])
        if self._wanted(read):
            del self._open[read.request]
            yield End(read.request, result.hash, result.root)

    def lost(self, lost: Lost, now: float) -> list[Effect]:
        """A file turned out to be lost; told once."""
        if lost.file not in self._lost and not self.ended:
            self._lost.add(lost.file)
            path = self._entries[lost.file].path
            self._emit(events.FileFailed(path=path, code=lost.code, message=lost.message))
        return self._flush()

    def root_found(self, file: int, root: bytes | Lost, now: float) -> list[Effect]:
        """The answer to FindRoot."""
        if file in self._asked and not self.ended:
            self._asked.remove(file)
            if isinstance(root, Lost):
                self._send(Root(file=file, code=root.code))
            else:
                self._send(Root(file=file, root=root.hex()))
        return self._flush()

    def _wanted(self, read: Read) -> bool:
        return self._open.get(read.request) is read and not self.ended

    def _greeted(self, now: float) -> None:
        self._stage = Stage.OFFERED
        self._send(self._offer)
        if Paused.ME in self.paused:
            self._send(Pause())

    def _lost_link(self, now: float) -> None:
        self._queue.clear()
        self._open.clear()
        self._asked.clear()
        self._listed = None

    def _flows(self, now: float) -> None:
        if not self.paused and self._stage is Stage.SERVING:
            self._rate.start(now, self._stored)
            self._effects.append(Wake())

    def _frame(self, frame: Frame, now: float) -> None:
        after = TRANSITIONS[self._stage].get(type(frame))
        if after is None:
            raise ViolationError(f"{name(frame)} is not allowed when {self._stage.name.lower()}")
        self._stage = after
        match frame:
            case Request():
                self._request(frame)
            case Stop():
                self._stop(frame.request)
            case List():
                self._list(frame.start)
            case Accept():
                self._accept(frame, now)
            case AskRoot():
                self._ask_root(frame.file)
            case Progress():
                self._progress(frame, now)
            case Done():
                self._done(frame, now)
            case Decline():
                self._end(endings.from_peer(frame.code, frame.message))
            case _:  # pragma: no cover - the table has let nothing else through
                raise AssertionError(frame)

    def _request(self, frame: Request) -> None:
        if frame.request in self._open:
            raise ViolationError(f"request {frame.request} is open already")
        if frame.chunk >= chunks.chunk_count(self._entry(frame.file).size):
            raise ViolationError(f"file {frame.file} has no chunk {frame.chunk}")
        self._count_queue()
        read = Read(frame.request, frame.file, frame.chunk)
        self._open[frame.request] = read
        self._queue.append(read)
        self._effects.append(Wake())

    def _stop(self, request: int) -> None:
        """What has been answered already is not open any more, and no violation."""
        read = self._open.pop(request, None)
        if read is not None and read in self._queue:
            self._queue.remove(read)

    def _ask_root(self, file: int) -> None:
        self._entry(file)
        if file in self._asked:
            raise ViolationError(f"the root of file {file} is asked for twice")
        self._count_queue()
        self._asked.add(file)
        self._effects.append(FindRoot(file))

    def _count_queue(self) -> None:
        if len(self._open) + len(self._asked) >= limits.QUEUE_REQUESTS:
            raise ViolationError(f"more than {limits.QUEUE_REQUESTS} requests at once")

    def _entry(self, file: int) -> Entry:
        if file >= len(self._entries) or self._entries[file].folder:
            raise ViolationError(f"there is no file {file}")
        return self._entries[file]

    def _list(self, start: int) -> None:
        """Each page once on a link: else a receiver that never reads could have pages without end queued for it."""
        if start != (start if self._listed is None else self._listed) or start >= max(1, len(self._entries)):
            raise ViolationError(f"list from {start} out of turn")
        page = manifest.page(self._entries, start)
        self._listed = start + len(page.entries)
        self._send(page)

    def _accept(self, frame: Accept, now: float) -> None:
        if frame.files > self._offer.files or frame.bytes > self._offer.bytes or frame.have > frame.bytes:
            raise ViolationError("accept does not fit the offer")
        if self._accepted is None:
            self._emit(events.Accepted(files=frame.files, bytes=frame.bytes))
        elif (frame.files, frame.bytes) != (self._accepted.files, self._accepted.bytes):
            raise ViolationError("accept differs from the one before")
        self._accepted = frame
        self._stored = frame.have
        self._flows(now)

    def _progress(self, frame: Progress, now: float) -> None:
        accepted = self._sums()
        if frame.bytes > accepted.bytes or frame.files > accepted.files:
            raise ViolationError("progress beyond what was accepted")
        self._stored = frame.bytes
        self._rate.add(now, frame.bytes)
        if now - self._reported >= limits.PROGRESS_S / 2:
            self._reported = now
            self._tell(frame, now)

    def _tell(self, frame: Progress, now: float) -> None:
        total = self._sums().bytes
        rate, left = self._rate.speed(now), self._rate.left(now, total - frame.bytes)
        self._emit(events.Progress(bytes=frame.bytes, total=total, files=frame.files, rate=rate, left=left))

    def _done(self, frame: Done, now: float) -> None:
        accepted = self._sums()
        all_files = frame.files + frame.failed == accepted.files
        all_bytes = frame.bytes == accepted.bytes if not frame.failed else frame.bytes <= accepted.bytes
        if not (all_files and all_bytes):
            raise ViolationError("done does not add up to what was accepted")
        self._tell(Progress(bytes=frame.bytes, files=frame.files), now)
        self._end(Outcome(frame.files, frame.bytes, frame.failed))

    def _sums(self) -> Accept:
        assert self._accepted is not None, "the table lets nothing in before accept"
        return self._accepted
