"""Whole sessions over memory links, for tests with real files."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from pypeer import events
from pypeer.errors import PeerError
from pypeer.events import Event, Offered
from pypeer.protocol import frames, messages
from pypeer.transfer.choosing import EVERYTHING, Choice
from pypeer.transfer.deciding import accept_all
from pypeer.transfer.effects import Outcome
from pypeer.transfer.sending import SendSession
from pypeer.transfer.session import ReceiveSession
from pypeer.transfer.sources import OfferedTree, scan
from tests.support.memory_link import MemoryLink, link_pair

Result = Outcome | PeerError
PATIENCE_S = 120.0
"""A transfer in a test that takes longer hangs."""


@dataclass
class Run:
    """Two sessions; a link that breaks is replaced, up to `links` in all."""

    sender: SendSession
    receiver: ReceiveSession
    links: int = 1
    prepare: Callable[[MemoryLink, MemoryLink], None] = lambda left, right: None
    events: dict[str, list[Event]] = field(default_factory=dict)
    made: list[tuple[MemoryLink, MemoryLink]] = field(default_factory=list)

    def connect(self) -> None:
        """A new link between the two."""
        left, right = link_pair()
        self.made.append((left, right))
        self.prepare(left, right)
        self.sender.attach(left)
        self.receiver.attach(right)

    async def run(self) -> tuple[Result, Result]:
        """How it ended at the sender and at the receiver."""
        self.receiver.on_lost = self._lost
        self.connect()
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.gather(self._end(self.sender, 0), self._end(self.receiver, 1))

    def of(self, side: str, kind: type[Event]) -> list[Event]:
        """Events of one kind at one side."""
        return [event for event in self.events[side] if isinstance(event, kind)]

    def _lost(self) -> None:
        if len(self.made) < self.links:
            asyncio.get_running_loop().call_soon(self.connect)

    async def _end(self, session: SendSession | ReceiveSession, end: int) -> Result:
        """Wait as a conversation does, which closes the link at the end."""
        try:
            return await session.wait()
        except PeerError as error:
            return error
        finally:
            await self.made[-1][end].close()


def start(
    tree: OfferedTree,
    into: Path | BinaryIO,
    decide: Callable[[Offered], Awaitable[bool]] = accept_all,
    links: int = 1,
    choice: Choice = EVERYTHING,
) -> Run:
    """Both sessions, not yet connected."""
    events: dict[str, list[Event]] = {"sender": [], "receiver": []}
    sender = SendSession(tree, "s", events["sender"].append)
    receiver = ReceiveSession(into, decide, events["receiver"].append, choice=choice)
    return Run(sender, receiver, links, events=events)


async def transfer(*paths: Path, into: Path, choice: Choice = EVERYTHING) -> tuple[Result, Result]:
    """Send these paths into a folder over one link."""
    return await start(await scan(paths), into, choice=choice).run()


def make(folder: Path, files: dict[str, bytes]) -> Path:
    """A folder with these files in it."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def tree_of(folder: Path) -> dict[str, tuple[bytes | None, int, bool]]:
    """Everything below a folder: content (None for folders), time in milliseconds, executable."""
    return {
        path.relative_to(folder).as_posix(): (
            None if path.is_dir() else path.read_bytes(),
            path.stat().st_mtime_ns // 1_000_000,
            bool(path.stat().st_mode & 0o100) and not path.is_dir(),
        )
        for path in sorted(folder.rglob("*"))
    }


def visible(folder: Path) -> dict[str, bytes]:
    """Files under final names."""
    found = (path for path in folder.rglob("*") if path.is_file() and ".byway-" not in str(path))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def code(end: object) -> str:
    """Of the error with which it ended."""
    assert isinstance(end, PeerError), end
    return end.code


async def stop_midway(offered: OfferedTree, into: Path, at: int = 24) -> None:
    """A fetch whose person gives up at this request: all before it but a window are stored then."""
    run = start(offered, into)

    def watch(frame: bytes) -> bytes:
        if frame[0] == frames.REQUEST and frames.decode(frame).request == at:  # type: ignore[union-attr]
            run.receiver.cancel()
        return frame

    run.prepare = lambda left, right: setattr(right, "change", watch)
    assert [code(end) for end in await run.run()] == ["cancelled", "cancelled"]


def requested(run: Run) -> set[tuple[int, int]]:
    """Watch which chunks are asked for."""
    asked: set[tuple[int, int]] = set()

    def note(frame: bytes) -> bytes:
        if frame[0] == frames.REQUEST:
            request = frames.decode(frame)
            assert isinstance(request, frames.Request)
            asked.add((request.file, request.chunk))
        return frame

    run.prepare = lambda left, right: setattr(right, "change", note)
    return asked


def noted(run: Run) -> list[str]:
    """What the receiver was told beside."""
    return [event.message for event in run.of("receiver", events.Noted) if isinstance(event, events.Noted)]


class Anything:
    """Content of any size."""

    def read(self, file: int, offset: int, length: int) -> bytes:
        return bytes(length)

    def close(self) -> None:
        pass


def hostile(*entries: messages.Entry) -> OfferedTree:
    """An offer of what no honest sender has."""
    return OfferedTree(entries, Anything(), "")
