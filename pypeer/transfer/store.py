"""Where received files are put; blocking, for one thread at a time.

Everything unfinished is in one hidden folder beside the target, `.byway-<id>.part`: part files under safe names of
their own, and the journal. A file gets its final name only when it matches its root, atomically, never over something
else: a top folder or file whose name is taken becomes `name (1)`. What is unfinished at the end stays, and the next run
for an offer with the same top names goes on with it.

Files are flushed to the disk before they get their names (pypeer/transfer/naming.py), and the names before the journal,
which could repair them, is removed. For a chunk nothing is: chunks are verified anyway.
"""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from pypeer.protocol.codes import EndCode
from pypeer.transfer import chunks
from pypeer.transfer.adopting import begun
from pypeer.transfer.bases import Bases
from pypeer.transfer.fetch import Ranges
from pypeer.transfer.journal import ChunkStored, Forgotten, Journal
from pypeer.transfer.naming import Naming
from pypeer.transfer.placing import set_time
from pypeer.transfer.preparing import Preparing
from pypeer.transfer.recovery import AbortedError
from pypeer.transfer.room import check_room, unwritable
from pypeer.transfer.standing import Standing
from pypeer.transfer.storing import (
    Broken,
    Conclude,
    Concluded,
    Differs,
    Discard,
    Finish,
    Finished,
    Lost,
    Reuse,
    Stale,
    Store,
    Stored,
    StoreEffect,
    StoreResult,
)
from pypeer.transfer.syncing import sync_folders
from pypeer.transfer.targets import Targets
from pypeer.transfer.workplace import Workplace


class DiskStore:
    """Stores the files of one offer under the names that `targets` has for them."""

    def __init__(self, targets: Targets) -> None:
        self._targets, self._into, self._entries = targets, targets.into, targets.entries
        self._standing = Standing(targets.entries)
        self._bases = Bases(targets.into, targets.entries)
        self._work = Workplace(targets.into, targets.paths)
        self._parts = self._work.parts
        self.adopted = 0
        self.notes: tuple[str, ...] = ()
        """Files that go on with what came under another name, and what a person should know; there after `prepare`."""
        self._aborted = threading.Event()
        self._into_paths: dict[str, None] = {}
        self._placed: dict[int, str] = {}
        self._unnamed: dict[int, bytes] = {}
        self._naming: Naming | None = None
        self._stored = False

    @property
    def left_out(self) -> frozenset[int]:
        """Entries that are not received, because they are not wanted or are there already; final after `prepare`."""
        return self._targets.left_out

    def place_of(self, file: int) -> Path:
        """Where what there is of a file can be read; for any thread."""
        placed = self._placed.get(file)
        return self._parts.path(self._standing.key(file)) if placed is None else Path(placed)

    @property
    def here(self) -> dict[int, int]:
        """Of files that are here in another version, how many chunks may be the same; there after `prepare`."""
        return self._bases.counts

    def prepare(self) -> dict[int, Ranges] | Broken:
        """Make the folders, find what an earlier run left, check the room: what is missing of the files begun."""
        try:
            self._work.open()
            missing = self._find()
        except AbortedError:
            return Broken(EndCode.CANCELLED, "cancelled while looking at what is already here")
        except BlockingIOError:
            return Broken(EndCode.UNWRITABLE, f"another process is fetching this into {self._into}")
        except OSError as error:
            return unwritable(error, self._into)
        return self._lacks_room(missing) or missing

    def _find(self) -> dict[int, Ranges]:
        """What is missing of the files that are here in part; raises OSError and AbortedError."""
        self._naming = Naming(self._targets, self._log, self._standing.key)
        preparing = Preparing(self._work.folder, self._targets, self._standing, self._log, self._aborted.is_set)
        try:
            missing = preparing.find(self._bases, self._parts)
        finally:
            self._stored = bool(self._log.records)  # it stays, even if nobody waits for this to end
        self.adopted, self.notes = preparing.adopted, preparing.notes
        self._into_paths |= dict.fromkeys(map(str, preparing.tops))
        return missing

    def _lacks_room(self, missing: Mapping[int, Ranges]) -> Broken | None:
        """Other versions of files are no reason to fetch nothing: without room for both they are left out."""
        wanted = ((i, entry.size) for i, entry in enumerate(self._entries) if i not in self.left_out)
        files = {self._standing.key(i): (size, missing.get(i)) for i, size in wanted}
        problem = check_room(self._parts, self._work.folder, files)
        if problem is not None and self._bases.give_up(self._work.folder):
            problem = check_room(self._parts, self._work.folder, files)
        return problem

    def abort(self) -> None:
        """Make `prepare` give up; for any thread."""
        self._aborted.set()

    def perform(self, batch: Sequence[StoreEffect]) -> list[StoreResult]:
        """Do all of it; an error is the only result. Files get their names together, after the rest."""
        results: list[StoreResult] = []
        try:
            results += filter(None, map(self._perform, batch))
            self._parts.flush()
            results += self._name_all()
            self._work.push()
        except OSError as error:
            return [unwritable(error, self._into)]
        return results

    def release(self) -> None:
        """Close everything; what is unfinished stays for the next run, if there is anything."""
        self._bases.close()
        if self._work.close() and not self._stored:
            self._targets.undo()
            self._work.remove()

    def _perform(self, effect: StoreEffect) -> StoreResult | None:
        match effect:
            case Store():
                return self._store(effect)
            case Reuse():
                return self._reuse(effect)
            case Finish():
                return self._finish(effect)
            case Discard():
                self._discard(effect.file)
                return None
            case Conclude():
                return self._conclude()

    def _store(self, effect: Store) -> StoreResult:
        file, chunk, size = effect.file, effect.chunk, self._entries[effect.file].size
        if file in self._standing.discarded:
            return Stored(file, chunk)
        key = self._standing.key(file)
        if chunks.chunk_count(size) == 1:
            self._parts.write_whole(key, effect.data)
            self._standing.whole[file] = effect.hash
        else:
            self._parts.write(key, effect.data, chunk * chunks.chunk_bytes(size), size)
            self._standing.known(file).put(chunk, effect.hash)
            if self._standing.begins(file):
                self._log.note(begun(self._entries[file]))
        self._log.note(ChunkStored(key, chunk, effect.hash))
        self._stored = True
        return Stored(file, chunk)

    def _reuse(self, effect: Reuse) -> StoreResult:
        data = self._bases.read(effect.file, effect.chunk, effect.hash)
        if data is None:
            return Differs(effect.file, effect.chunk)
        self._standing.resumed.add(effect.file)
        self._store(Store(effect.file, effect.chunk, data, effect.hash))
        return Stored(effect.file, effect.chunk, was_here=True)

    def _finish(self, effect: Finish) -> StoreResult | None:
        """A file that matches gets its name with others; one of an earlier run has it."""
        file = effect.file
        if not self._standing.is_right(file, effect.root):
            return self._stale(file)
        earlier = self._standing.earlier.get(file)
        if earlier is None:
            self._unnamed[file] = effect.root
            return None
        return self._finished(file, str(self._into / earlier.place))

    def _stale(self, file: int) -> Stale:
        """It is another file than was offered, and, if it has a name that it got here, may be replaced."""
        resumed, earlier = file in self._standing.resumed, self._standing.earlier.get(file)
        if earlier is not None and file in self._standing.stamps:
            self._targets.outdated[earlier.place] = self._standing.stamps[file]
        self._forget(file)
        return Stale(file, resumed)

    def _name_all(self) -> list[StoreResult]:
        """Files that are complete get their names."""
        whole, self._unnamed = self._unnamed, {}
        if not whole or self._naming is None:
            return []
        parts = {file: (self._entries[file], self._whole(file), root) for file, root in whole.items()}
        named = self._naming.name(parts, self._work.journal_path)
        return [place if isinstance(place, Lost) else self._finished(file, place) for file, place in named]

    def _whole(self, file: int) -> str:
        """The part file of a file that is complete; of an empty one nothing came."""
        key = self._standing.key(file)
        if not self._entries[file].size:
            self._parts.write_whole(key, b"")
        return self._parts.complete(key)

    def _finished(self, file: int, place: str) -> Finished:
        self._placed[file] = place
        self._into_paths[self._targets.top_of(place)] = None
        self._standing.forget(file)
        self._stored = True
        return Finished(file)

    def _discard(self, file: int) -> None:
        self._standing.discarded.add(file)
        self._forget(file)

    def _forget(self, file: int) -> None:
        self._parts.close(self._standing.key(file))
        if self._standing.forget(file):
            self._parts.path(self._standing.key(file)).unlink(missing_ok=True)
        self._log.write(Forgotten(self._standing.key(file)))

    def _conclude(self) -> Concluded:
        """Folders that have nothing in them, times of folders (innermost first), and no trace of the part files."""
        folders = self._targets.folders()
        for folder, entry in reversed(folders):
            set_time(folder, entry)
        sync_folders([self._into, *(folder for folder, _ in folders)])
        if not self._standing.discarded:
            self._work.remove()
        self._stored = True
        return Concluded(tuple(self._into_paths))

    @property
    def _log(self) -> Journal:
        return self._work.journal
