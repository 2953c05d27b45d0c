"""The sending side of a session: offers, lists, and answers requests, each on the link where it came; sans-I/O.

Chunks are read outside: `take` hands out what to read next for a link, `answer` turns what was read into frames, one at
a time, so that the shell can wait for room on that link between them, and none waits for another.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pypeer import events
from pypeer.protocol import limits
from pypeer.protocol.frames import DATA_HEADER_BYTES, Data, End, Frame, Probe, Request, Stop
from pypeer.protocol.messages import (
    Accept,
    AskRoot,
    Decline,
    Done,
    Entry,
    Have,
    Helper,
    List,
    Offer,
    Pause,
    Progress,
    Refuse,
    Root,
)
from pypeer.transfer import chunks, endings, manifest
from pypeer.transfer.claims import Claims
from pypeer.transfer.effects import Chunk, Effect, FindRoot, Found, Read, Wake
from pypeer.transfer.party import Party, Paused, name
from pypeer.transfer.serving import ALLOWED, Serving
from pypeer.transfer.storing import Lost
from pypeer.transfer.subflow import Stage, ViolationError
from pypeer.transfer.swarm import Seeding

FRAME: Final = 64 * 1024
"""Largest frame in a swarm: between two of them may be told what is not wanted any more. Also of the first chunk on a
link, of which the receiver knows nothing yet: on a slow one the silence before all of it would look like a stall."""

Held = Sequence[tuple[int, int, int]]
"""Files, and of each from a chunk up to before another."""


class Sender(Party[Serving]):
    """Offers `entries` to one receiver and serves it, over whatever links there are.

    Of a partial offer, `held` tells what is there.
    """

    def __init__(
        self,
        offer: Offer,
        entries: Sequence[Entry],
        background: bool = False,
        held: Callable[[], Held] = list,
        seeding: Seeding | None = None,
    ) -> None:
        super().__init__(background)
        self._seeding = seeding
        self._held = held
        self._helpers: dict[str, None] = {}
        self._offer = offer
        self._entries = entries
        self._claims = Claims(offer)
        self._lost: set[int] = set()
        self.sent = 0
        """Bytes of chunks sent so far."""
        self._reported = float("-inf")

    def take(self, link: int, budget: int, bare: bool = False) -> list[Read]:
        """What to read next for a link, in order: at least one chunk if any is wanted, at most about `budget` bytes.

        What is asked for by its hash alone is taken with `bare`: that need not wait until chunks have left.
        """
        reads: list[Read] = []
        flow = self._links.get(link)
        queue = None if flow is None else flow.probes if bare else flow.queue
        while queue and budget > 0 and Paused.ME not in self.paused and not self.ended:
            read = queue.popleft() if self._seeding is None else self._seeding.next(queue)
            reads.append(read)
            budget -= chunks.chunk_length(self._entries[read.file].size, read.chunk)
        return reads

    def answer(self, read: Read, result: Chunk | Lost) -> Iterator[Frame]:
        """Frames that answer a request on its link, for as long as it stays wanted."""
        flow = self._links.get(read.link)
        if flow is None:
            return
        if isinstance(result, Lost):
            if self._wanted(read):
                del flow.open[read.request]
                detail = result.message if result.detail is None else result.detail
                yield Refuse(request=read.request, code=result.code, message=detail[:512])
            return
        step = self._step(flow)
        data = memoryview(b"" if read.bare else result.data)
        for at in range(0, len(data), step):
            if self._wanted(read):
                part = data[at : at + step]
                self.sent += len(part)
                yield Data(read.request, part)
        if self._wanted(read):
            del flow.open[read.request]
            flow.has_answered |= len(data) > 0
            yield End(read.request, result.hash, result.root)

    def _step(self, flow: Serving) -> int:
        """Bytes of a chunk that go in one frame."""
        short = self._seeding is not None or not flow.has_answered
        return (min(flow.frame_bytes, FRAME) if short else flow.frame_bytes) - DATA_HEADER_BYTES

    def lost(self, lost: Lost, now: float) -> list[Effect]:
        """A file turned out to be lost; told once."""
        if lost.file not in self._lost and not self.ended:
            self._lost.add(lost.file)
            path = self._entries[lost.file].path
            self._emit(events.FileFailed(path=path, code=lost.code, message=lost.message))
        return self._flush()

    def helper(self, code: str) -> list[Effect]:
        """Another receiver helps under this code: tell this one."""
        self._helpers[code] = None
        for flow in self._open(Stage.SERVING):
            self._send(flow, Helper(code=code))
        return self._flush()

    def have(self) -> list[Effect]:
        """There is more of a partial offer than there was."""
        for flow in self._open(Stage.SERVING):
            self._tell_held(flow)
        return self._flush()

    def _tell_held(self, flow: Serving) -> None:
        """What this link was not told yet."""
        held = [each for each in self._held() if each not in flow.told]
        flow.told.update(held)
        for at in range(0, len(held), limits.HAVE_RANGES):
            numbers = (number for each in held[at : at + limits.HAVE_RANGES] for number in each)
            self._send(flow, Have(chunks=tuple(numbers)))

    def root_found(self, file: int, root: bytes | Lost, now: float) -> list[Effect]:
        """The answer to FindRoot, for whichever links it was asked on."""
        for flow in self._links.values():
            if file in flow.roots and not self.ended:
                flow.roots.remove(file)
                if isinstance(root, Lost):
                    self._send(flow, Root(file=file, code=root.code))
                else:
                    self._send(flow, Root(file=file, root=root.hex()))
        return self._flush()

    def _wanted(self, read: Read) -> bool:
        flow = self._links.get(read.link)
        return flow is not None and flow.open.get(read.request) is read and not self.ended

    def _subflow(self, link: int, rank: int, frame_bytes: int, source: int) -> Serving:
        return Serving(link, rank, frame_bytes)

    def _greeted(self, flow: Serving, now: float) -> None:
        self._send(flow, self._offer)
        flow.step(Offer)
        if Paused.ME in self.paused:
            self._send(flow, Pause())

    def _lost_link(self, flow: Serving, now: float) -> None:
        """Whoever asked on it asks again on another."""

    def _go(self, now: float) -> None:
        flows = [] if self.paused else self._open(Stage.SERVING)
        if flows:
            self._rate.start(now, self._claims.stored)
        self._effects += [Wake(flow.link) for flow in flows if flow.queue or flow.probes]

    def _frame(self, flow: Serving, frame: Frame, now: float) -> None:
        if type(frame) not in ALLOWED[flow.stage]:
            raise ViolationError(f"{name(frame)} is not allowed when {flow.stage.name.lower()}")
        match frame:
            case Request() | Probe():
                self._request(flow, frame)
            case Stop():
                flow.stop(frame.request)
            case List():
                self._list(flow, frame.start)
            case Accept():
                self._accept(flow, frame, now)
            case AskRoot():
                self._ask_root(flow, frame.file)
            case Progress():
                self._progress(frame, now)
            case Helper():
                self._effects += [Found(frame.code)] if self._offer.swarm else []
            case Done():
                self._done(frame, now)
            case Decline():
                self._end(endings.from_peer(frame.code, frame.message))
            case _:  # pragma: no cover - the table has let nothing else through
                raise AssertionError(frame)

    def _request(self, flow: Serving, frame: Request | Probe) -> None:
        if frame.chunk >= chunks.chunk_count(self._entry(frame.file).size):
            raise ViolationError(f"file {frame.file} has no chunk {frame.chunk}")
        flow.request(frame)
        self._effects.append(Wake(flow.link))

    def _ask_root(self, flow: Serving, file: int) -> None:
        self._entry(file)
        flow.ask_root(file)
        self._effects.append(FindRoot(file))

    def _entry(self, file: int) -> Entry:
        if file >= len(self._entries) or self._entries[file].folder:
            raise ViolationError(f"there is no file {file}")
        return self._entries[file]

    def _list(self, flow: Serving, start: int) -> None:
        if start >= max(1, len(self._entries)):
            raise ViolationError(f"there is no entry {start}")
        page = manifest.page(self._entries, start)
        flow.list(start, start + len(page.entries))
        self._send(flow, page)

    def _accept(self, flow: Serving, frame: Accept, now: float) -> None:
        if self._claims.accept(frame):
            self._emit(events.Accepted(files=frame.files, bytes=frame.bytes))
        flow.step(Accept)
        self._tell_held(flow)
        for code in self._helpers:
            self._send(flow, Helper(code=code))
        self._go(now)

    def _progress(self, frame: Progress, now: float) -> None:
        self._claims.progress(frame)
        self._rate.add(now, frame.bytes)
        if now - self._reported >= limits.PROGRESS_S / 2:
            self._reported = now
            self._tell(frame.bytes, frame.files, now)

    def _done(self, frame: Done, now: float) -> None:
        outcome = self._claims.done(frame)
        self._tell(frame.bytes, frame.files, now)
        self._end(outcome)

    def _tell(self, stored: int, files: int, now: float) -> None:
        total = self._claims.total
        rate, left = self._rate.speed(now), self._rate.left(now, total - stored)
        self._emit(events.Progress(bytes=stored, total=total, files=files, rate=rate, left=left))
