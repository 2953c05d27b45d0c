"""What of an offer is here already, before anything of it is fetched. Blocking."""

from collections.abc import Callable
from pathlib import Path

from pypeer.transfer import chunks
from pypeer.transfer.adopting import adopt
from pypeer.transfer.bases import Bases
from pypeer.transfer.fetch import Ranges
from pypeer.transfer.journal import FilePlaced, Journal
from pypeer.transfer.parts import Parts
from pypeer.transfer.recovery import notes, recover, root_of
from pypeer.transfer.room import leave_holes
from pypeer.transfer.standing import Standing
from pypeer.transfer.targets import Targets

Missing = dict[int, Ranges]


class Preparing:
    """Fills `standing`. All methods raise OSError, and AbortedError once `aborted` says so."""

    def __init__(
        self, work: Path, targets: Targets, standing: Standing, journal: Journal, aborted: Callable[[], bool]
    ) -> None:
        self.adopted = 0
        self.notes: tuple[str, ...] = ()
        """Files that go on with what came under another name, and what a person should know."""
        self.tops: tuple[Path, ...] = ()
        """The topmost folders of the offer, which are there now."""
        self._work = work
        self._targets = targets
        self._standing = standing
        self._journal = journal
        self._aborted = aborted

    def find(self, bases: Bases, parts: Parts) -> Missing:
        """What is missing of the files of which something is here; of others all is. `bases` learns of versions."""
        self._adopt()
        missing = self._recover(bases)
        self.tops = tuple(self._targets.make_tops(self._journal.write, self._journal.flush))
        self._look(missing)
        self._look_for_bases(bases)
        self._leave_holes(missing, parts)
        return missing

    def _adopt(self) -> None:
        """Take over files that were begun under other names."""
        targets = self._targets
        wanted = [entry for file, entry in enumerate(targets.entries) if file not in targets.left_out]
        self.adopted = adopt(targets.into, self._work, wanted, self._journal)

    def _recover(self, bases: Bases) -> Missing:
        """What an earlier run left: what is missing of the files that it began."""
        targets, standing = self._targets, self._standing
        found = recover(targets.into, self._work, targets.entries, self._journal.records, self._aborted)
        standing.hashes, standing.earlier, standing.stamps = found.hashes, found.earlier, found.stamps
        targets.places, targets.outdated = found.places, found.outdated
        self.notes = tuple(notes(found, self.adopted, targets.places_of_files()))
        for file, part in found.bases.items():
            bases.look(file, part)
        standing.resumed = set(found.missing)
        return found.missing

    def _look(self, missing: Missing) -> None:
        """Hash files that are here already and may be what is offered; only their roots are then asked for."""
        for file, path in self._targets.look(missing.__contains__):
            root = root_of(path, self._targets.entries[file].size, self._aborted)
            if root is not None:
                place = path.relative_to(self._targets.into).as_posix()
                self._standing.earlier[file] = FilePlaced(self._standing.key(file), root, place)
                self._standing.resumed.add(file)
                missing[file] = ()

    def _look_for_bases(self, bases: Bases) -> None:
        """Other versions of files: under the names that these would get, or would but for what is there."""
        targets = self._targets
        for file, entry in enumerate(targets.entries):
            if chunks.chunk_count(entry.size) > 1 and file not in targets.left_out:
                bases.look(file, targets.wanted_place(file), targets.into / targets.paths[file])

    def _leave_holes(self, missing: Missing, parts: Parts) -> None:
        """What is a hole there is one here; the root tells in the end whether it was."""
        for file, entry in enumerate(self._targets.entries):
            if entry.holes and file not in self._targets.left_out and missing.get(file) != ():
                ranges, holes = leave_holes(parts, self._standing.key(file), entry, missing.get(file))
                self._standing.known(file).put_zeros(holes)
                missing[file] = ranges
                self._standing.resumed.add(file)
