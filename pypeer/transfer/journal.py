"""What a fetch has stored so far, written beside it, so that a later run goes on from there.

One line of JSON a record, appended after what it tells of was written (chunks) or just before (names). Nothing here is
believed without a look at the disk, so a chunk costs no fsync; a line that was cut by a crash is dropped, with all that
follows it. The journal is flushed before names are given, so that what has one is always told of.
"""

import contextlib
import errno
import os
from hashlib import sha256
from pathlib import Path

import msgspec

from pypeer.protocol.messages import Entry


class Record(msgspec.Struct, frozen=True, array_like=True, tag_field="t"):
    """Root of the records. `key` stands for a file of the manifest."""


class ChunkStored(Record, frozen=True, tag="chunk"):
    """A chunk is in the part file, with this hash."""

    key: str
    chunk: int
    hash: bytes


class Begun(Record, frozen=True, tag="begun"):
    """A file of several chunks was begun. It may be offered under another path in another run: what it is."""

    key: str
    size: int
    mtime: int | None
    name: str
    root: str | None = None
    """Hexadecimal, if it was told."""


class FilePlaced(Record, frozen=True, tag="file"):
    """The file with this root got this name, relative to the target, or was about to."""

    key: str
    root: bytes
    place: str


class Settled(Record, frozen=True, tag="settled"):
    """The file got its name, and was this then (`Stamp`): while it still is, it need not be read to be believed."""

    key: str
    stamp: tuple[int, int]


class TopPlaced(Record, frozen=True, tag="top"):
    """The top folder `name` of the offer is the folder `place` here, or, if not `made`, is about to be."""

    name: str
    place: str
    made: bool = True


class Forgotten(Record, frozen=True, tag="forget"):
    """What was told of this file before is void."""

    key: str


AnyRecord = ChunkStored | Begun | FilePlaced | Settled | TopPlaced | Forgotten

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord)


def file_key(entry: Entry) -> str:
    """What recognises a file in another run: path, size, and its root if that is told, else its time of change.

    Several who have the same file have other times for it.
    """
    mark = entry.mtime if entry.root is None else entry.root
    return sha256(f"{entry.path}\0{entry.size}\0{mark}".encode()).hexdigest()[:32]


def stamp_of(status: os.stat_result) -> tuple[int, int]:
    """Changes whenever somebody writes to the file or replaces it: inode and time of change.

    Windows has no such time (its st_ctime is that of creation) but that of the last write, which a person can set.
    """
    return status.st_ino, status.st_mtime_ns if os.name == "nt" else status.st_ctime_ns


def is_still(path: str | Path, stamp: tuple[int, int]) -> bool:
    """Whether a file is there, and was not touched since it had this stamp."""
    try:
        return stamp_of(os.lstat(path)) == stamp
    except OSError:
        return False


class Journal:
    """An open journal; blocking. `records` are those of earlier runs."""

    def __init__(self, path: Path) -> None:
        """Open or create; raises OSError, BlockingIOError if another process has it open."""
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        try:
            _lock(self._handle)
            self.records = self._load(path)
        except BaseException:
            os.close(self._handle)
            raise
        self._noted: list[bytes] = []

    def write(self, record: AnyRecord) -> None:
        """Append a record, and what was noted before; raises OSError."""
        self.note(record)
        self.push()

    def note(self, record: AnyRecord) -> None:
        """A record that may still be lost: the next run looks for itself then, or fetches a chunk again."""
        self._noted.append(_encoder.encode(record) + b"\n")

    def push(self) -> None:
        """Append what was noted; raises OSError."""
        lines, self._noted = b"".join(self._noted), []
        if lines and os.write(self._handle, lines) < len(lines):
            # The next run drops the cut line and fetches that chunk again.
            raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self) -> None:
        """What was written survives a power cut; raises OSError."""
        self.push()
        os.fsync(self._handle)

    def close(self) -> None:
        """Close, and let others have it."""
        with contextlib.suppress(OSError):
            self.push()
        os.close(self._handle)

    def _load(self, path: Path) -> list[AnyRecord]:
        """All whole records; what follows them is cut off."""
        records: list[AnyRecord] = []
        end = 0
        for line in path.read_bytes().splitlines(keepends=True):
            try:
                records.append(_decoder.decode(line))
            except (msgspec.MsgspecError, UnicodeError):
                break
            if not line.endswith(b"\n"):
                records.pop()
                break
            end += len(line)
        os.ftruncate(self._handle, end)
        os.lseek(self._handle, end, os.SEEK_SET)
        return records


def _lock(handle: int) -> None:
    """Keep other processes out, where the system can; freed when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
