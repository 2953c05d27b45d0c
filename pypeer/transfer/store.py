"""Where received files are put; blocking, for one thread at a time.

Everything unfinished is in one hidden folder beside the target, `.byway-<id>.part`: part files under safe names of
their own, and the journal. A file gets its final name only when it matches its root, atomically, never over something
else: a top folder or file whose name is taken becomes `name (1)`. What is unfinished at the end stays, and the next run
for an offer with the same top names goes on with it.

Files are flushed to the disk before they get their names (pypeer/transfer/naming.py), and the names before the journal,
which could repair them, is removed. For a chunk nothing is: chunks are verified anyway.
"""

import errno
import shutil
import threading
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks
from pypeer.transfer.adopting import adopt, begun
from pypeer.transfer.choosing import Existing
from pypeer.transfer.effects import (
    Broken,
    Conclude,
    Concluded,
    Discard,
    Finish,
    Finished,
    Lost,
    Stale,
    Store,
    Stored,
    StoreEffect,
    StoreResult,
)
from pypeer.transfer.fetch import Ranges
from pypeer.transfer.hashes import FileHashes
from pypeer.transfer.journal import ChunkStored, FilePlaced, Forgotten, Journal, file_key
from pypeer.transfer.naming import Naming
from pypeer.transfer.parts import Parts
from pypeer.transfer.placing import set_time
from pypeer.transfer.recovery import AbortedError, notes, recover, root_of
from pypeer.transfer.room import check_room, leave_holes
from pypeer.transfer.syncing import sync_folders
from pypeer.transfer.targets import Targets

_FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT))


class DiskStore:
    """Stores the files of one offer under `into`; all else is as in Targets."""

    def __init__(
        self,
        into: Path,
        entries: Sequence[Entry],
        paths: Sequence[str],
        left_out: frozenset[int] = frozenset(),
        existing: Existing = Existing.RENAME,
    ) -> None:
        self._into = into
        self._entries = entries
        self._targets = Targets(into, entries, paths, left_out, existing)
        tops = sorted({path.partition("/")[0] for path in paths})
        name = sha256("\0".join(tops).encode()).hexdigest()[:12]
        self._work = into / f".byway-{name}.part"
        self._parts = Parts(self._work)
        self._journal: Journal | None = None
        self._hashes: dict[int, FileHashes] = {}
        self._earlier: dict[int, FilePlaced] = {}
        self._stamps: dict[int, tuple[int, int]] = {}
        self._resumed: set[int] = set()
        self._begun: set[int] = set()
        self.adopted = 0
        self.notes: tuple[str, ...] = ()
        """Files that go on with what came under another name, and what a person should know; there after `prepare`."""
        self._aborted = threading.Event()
        self._discarded: set[int] = set()
        self._into_paths: dict[str, None] = {}
        self._placed: dict[int, Path] = {}
        self._unnamed: dict[int, bytes] = {}
        self._naming: Naming | None = None
        self._stored = False

    @property
    def left_out(self) -> frozenset[int]:
        """Entries that are not received, because they are not wanted or are there already; final after `prepare`."""
        return self._targets.left_out

    def place_of(self, file: int) -> Path:
        """Where what there is of a file can be read; for any thread."""
        return self._placed.get(file) or self._parts.path(self._key(file))

    def prepare(self) -> dict[int, Ranges] | Broken:
        """Make the folders, find what an earlier run left, check the room: what is missing of the files begun."""
        try:
            self._into.mkdir(parents=True, exist_ok=True)
            self._work.mkdir(exist_ok=True)
            self._journal = Journal(self._journal_path)
            self._naming = Naming(self._into, self._targets, self._journal)
            missing = self._recover()
            for top in self._targets.make_tops(self._log.write, self._log.flush):
                self._into_paths[str(top)] = None
            self._look(missing)
            self._leave_holes(missing)
        except AbortedError:
            return Broken(EndCode.CANCELLED, "cancelled while looking at what is already here")
        except BlockingIOError:
            return Broken(EndCode.UNWRITABLE, f"another process is fetching this into {self._into}")
        except OSError as error:
            return _broken(error, self._into)
        wanted = ((i, entry.size) for i, entry in enumerate(self._entries) if i not in self.left_out)
        files = {self._key(i): (size, missing.get(i)) for i, size in wanted}
        return check_room(self._parts, self._work, files) or missing

    def abort(self) -> None:
        """Make `prepare` give up; for any thread."""
        self._aborted.set()

    def perform(self, batch: Sequence[StoreEffect]) -> list[StoreResult]:
        """Do all of it; errors are results. Files get their names together, after the rest."""
        results: list[StoreResult] = []
        try:
            results += filter(None, map(self._perform, batch))
            results += self._name_all()
        except OSError as error:
            results.append(_broken(error, self._into))
        return results

    def release(self) -> None:
        """Close everything; what is unfinished stays for the next run, if there is anything."""
        self._parts.close_all()
        if self._journal is None:
            return
        self._journal.close()
        self._journal = None
        if not self._stored:
            self._targets.undo()
            shutil.rmtree(self._work, ignore_errors=True)

    def _perform(self, effect: StoreEffect) -> StoreResult | None:
        match effect:
            case Store():
                return self._store(effect)
            case Finish():
                return self._finish(effect)
            case Discard():
                self._discard(effect.file)
                return None
            case Conclude():
                return self._conclude()

    def _recover(self) -> dict[int, Ranges]:
        wanted = [entry for file, entry in enumerate(self._entries) if file not in self.left_out]
        self.adopted = adopt(self._into, self._work, wanted, self._log)
        self._stored = bool(self._log.records)
        found = recover(self._into, self._work, self._entries, self._log.records, self._aborted.is_set)
        self._hashes, self._earlier, self._stamps = found.hashes, found.earlier, found.stamps
        self._targets.places, self._targets.outdated = found.places, found.outdated
        self.notes = tuple(notes(found, self.adopted, self._targets.places_of_files()))
        self._resumed = set(found.missing)
        return found.missing

    def _look(self, missing: dict[int, Ranges]) -> None:
        """Hash files that are here already and may be what is offered; only their roots are then asked for."""
        for file, path in self._targets.look(missing.__contains__):
            root = root_of(path, self._entries[file].size, self._aborted.is_set)
            if root is not None:
                place = path.relative_to(self._into).as_posix()
                self._earlier[file] = FilePlaced(self._key(file), root, place)
                self._resumed.add(file)
                missing[file] = ()

    def _leave_holes(self, missing: dict[int, Ranges]) -> None:
        """What is a hole there is one here; the root tells in the end whether it was."""
        for file, entry in enumerate(self._entries):
            if entry.holes and file not in self.left_out and missing.get(file) != ():
                ranges, holes = leave_holes(self._parts, self._key(file), entry, missing.get(file))
                self._known(file).put_zeros(holes)
                missing[file] = ranges
                self._resumed.add(file)

    def _store(self, effect: Store) -> StoreResult:
        file, chunk, size = effect.file, effect.chunk, self._entries[effect.file].size
        if file in self._discarded:
            return Stored(file, chunk)
        room = size if chunks.chunk_count(size) > 1 else 0
        self._parts.write(self._key(file), effect.data, chunk * chunks.chunk_bytes(size), room)
        self._known(file).put(chunk, effect.hash)
        if chunks.chunk_count(size) > 1:
            if file not in self._begun:
                self._begun.add(file)
                self._log.write(begun(self._entries[file]))
            self._log.write(ChunkStored(self._key(file), chunk, effect.hash))
            self._stored = True
        return Stored(file, chunk)

    def _finish(self, effect: Finish) -> StoreResult | None:
        """A file that matches gets its name with others; one of an earlier run has it."""
        file = effect.file
        earlier = self._earlier.pop(file, None)
        matches = (earlier.root if earlier is not None else self._known(file).root) == effect.root
        if not matches:
            resumed = file in self._resumed
            if earlier is not None and file in self._stamps:
                self._targets.outdated[earlier.place] = self._stamps[file]
            self._forget(file)
            return Stale(file, resumed)
        if earlier is None:
            self._unnamed[file] = effect.root
            return None
        return self._finished(file, self._into / earlier.place)

    def _name_all(self) -> list[StoreResult]:
        """Files that are complete get their names."""
        whole, self._unnamed = self._unnamed, {}
        parts = {i: (self._entries[i], self._parts.complete(self._key(i)), root) for i, root in whole.items()}
        named = self._naming.name(parts, self._journal_path) if self._naming else []
        return [place if isinstance(place, Lost) else self._finished(file, place) for file, place in named]

    def _finished(self, file: int, place: Path) -> Finished:
        self._placed[file] = place
        self._into_paths[str(self._into / place.relative_to(self._into).parts[0])] = None
        self._hashes.pop(file, None)
        self._stored = True
        return Finished(file)

    def _discard(self, file: int) -> None:
        self._discarded.add(file)
        self._forget(file)

    def _forget(self, file: int) -> None:
        self._parts.close(self._key(file))
        if self._hashes.pop(file, None) is not None:
            self._parts.path(self._key(file)).unlink(missing_ok=True)
        self._resumed.discard(file)
        self._log.write(Forgotten(self._key(file)))

    def _conclude(self) -> Concluded:
        """Folders that have nothing in them, times of folders (innermost first), and no trace of the part files."""
        folders = self._targets.folders()
        for folder, entry in reversed(folders):
            set_time(folder, entry)
        sync_folders([self._into, *(folder for folder, _ in folders)])
        if not self._discarded:
            self._log.close()
            self._journal = None
            shutil.rmtree(self._work, ignore_errors=True)
        self._stored = True
        return Concluded(tuple(self._into_paths))

    def _key(self, file: int) -> str:
        return file_key(self._entries[file])

    def _known(self, file: int) -> FileHashes:
        if file not in self._hashes:
            self._hashes[file] = FileHashes(self._entries[file].size)
        return self._hashes[file]

    @property
    def _journal_path(self) -> Path:
        return self._work / "journal"

    @property
    def _log(self) -> Journal:
        assert self._journal is not None, "prepare opens it, release closes it"
        return self._journal


def _broken(error: OSError, into: Path) -> Broken:
    if error.errno in _FULL:
        return Broken(EndCode.NO_SPACE, f"no space is left in {into}")
    return Broken(EndCode.UNWRITABLE, f"{into} cannot be written: {error.strerror}")
