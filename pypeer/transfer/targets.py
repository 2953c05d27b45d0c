"""Under which names the files of an offer are put, and what is there already. Blocking.

A top folder or file whose name is taken becomes `name (1)`, and nothing that was there is touched; or, where the person
said so, what is received goes into the folders that are there (pypeer/transfer/choosing.py). Then no symbolic link in
them is followed: the other side chooses the names, and must not get out of the folder by one.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pypeer.protocol.messages import Entry
from pypeer.transfer.choosing import Existing
from pypeer.transfer.journal import TopPlaced, is_still
from pypeer.transfer.placing import make_folder, place_file, replace_file


class Targets:
    """Names for the entries of one offer in the folder `into`; `paths` are their safe paths.

    `left_out` are entries that are not wanted; `look` adds those that are left as they are. `places` are the top
    folders that an earlier run made, by their names in the offer; `outdated` are files that an earlier run put there
    and nobody has touched since, which are replaced by what is offered now.
    """

    def __init__(
        self,
        into: Path,
        entries: Sequence[Entry],
        paths: Sequence[str],
        left_out: frozenset[int] = frozenset(),
        existing: Existing = Existing.RENAME,
    ) -> None:
        self.left_out = left_out
        self.places: dict[str, str] = {}
        self.outdated: dict[str, tuple[int, int]] = {}
        self.into = into
        self.entries = entries
        self.paths = paths
        self._existing = existing
        self._new: list[Path] = []
        self._root = os.path.join(into, "")

    def make_tops(self, announce: Callable[[TopPlaced], None], flush: Callable[[], None]) -> list[Path]:
        """Make or find the top folders; `announce` hears of each, before and after, and `flush` makes that last."""
        names = sorted({path.partition("/")[0] for file, path in self._wanted() if self._is_inside(file)})
        for name in filter(self._is_new, names):
            announce(TopPlaced(name, name, made=False))
        flush()
        for name in names:
            self.places[name] = self._make(name, announce) if self._is_new(name) else self.places.get(name, name)
            announce(TopPlaced(name, self.places[name]))
        flush()
        return [self.into / self.places[name] for name in names]

    def look(self, begun: Callable[[int], bool]) -> Iterator[tuple[int, Path]]:
        """Files that may be here already: each has a file of the same size under its name. Files of which an earlier
        run has `begun` are not among them."""
        skipped = set()
        for file, path in self._wanted():
            is_new = self._existing is Existing.RENAME and "/" in path
            if is_new or self.entries[file].folder or begun(file):
                continue
            target = self.target(path)
            size = _size(target)
            if self._existing is Existing.SKIP and os.path.lexists(target):
                skipped.add(file)
            elif size == self.entries[file].size and self._existing is not Existing.SKIP:
                yield file, target
        self.left_out |= skipped

    def places_of_files(self) -> Iterator[str]:
        """The names that all wanted files get unless something has them, relative to the target."""
        for file, path in self._wanted():
            if not self.entries[file].folder:
                yield self.target(path).relative_to(self.into).as_posix()

    def wanted_place(self, file: int) -> Path:
        """The name that a file gets unless something has it."""
        return self.target(self.paths[file])

    def place_name(self, file: int) -> str:
        """The same, relative to the target, `/` between its names."""
        return self._placed(self.paths[file])

    def place(self, part: str, name: str, announce: Callable[[str], None]) -> str:
        """Give a complete file the name that it wants, as `place_name` says, or one like it, atomically: its path.

        `announce` hears of it before. Raises OSError.
        """
        target = f"{self._root}{name}"
        if self._existing is not Existing.RENAME:
            self._check(Path(target).parent)
        ours = self.outdated.pop(name, None) if self.outdated else None
        is_ours = ours is not None and is_still(target, ours)
        move = replace_file if is_ours or self._existing is Existing.OVERWRITE else place_file
        return move(part, target, announce)

    def top_of(self, place: str) -> str:
        """The topmost file or folder that such a path is in, or is."""
        return self._root + place[len(self._root) :].partition(os.sep)[0]

    def name_of(self, place: str) -> str:
        """What a path that `place` gave is relative to the target, `/` between its names."""
        name = place[len(self._root) :]
        return name if os.sep == "/" else name.replace(os.sep, "/")

    def folders(self) -> list[tuple[Path, Entry]]:
        """All folders that are wanted, made if nothing was put in them; outer ones first. Raises OSError.

        Where something else is in the place of one, it is left out: what belongs into it was told as lost.
        """
        found = []
        for file, path in self._wanted():
            if self.entries[file].folder:
                folder = self.target(path)
                with contextlib.suppress(FileExistsError, NotADirectoryError):
                    if self._existing is not Existing.RENAME:
                        self._check(folder)
                    folder.mkdir(parents=True, exist_ok=True)
                    found.append((folder, self.entries[file]))
        return found

    def undo(self) -> None:
        """Remove the folders made here, those that are empty."""
        for top in self._new:
            with contextlib.suppress(OSError):
                top.rmdir()

    def target(self, path: str) -> Path:
        """Where a safe path is."""
        return self.into / self._placed(path)

    def _placed(self, path: str) -> str:
        top, slash, rest = path.partition("/")
        return self.places.get(top, top) + slash + rest

    def _is_new(self, name: str) -> bool:
        """Whether a top folder has to be made."""
        place = self.into / self.places.get(name, name)
        return not _is_folder(place) or (name not in self.places and self._existing is Existing.RENAME)

    def _make(self, name: str, announce: Callable[[TopPlaced], None]) -> str:
        def tell(place: Path) -> None:
            if place.name != name:
                announce(TopPlaced(name, place.name, made=False))

        place = make_folder(self.into / name, tell)
        self._new.append(place)
        return place.name

    def _wanted(self) -> Iterator[tuple[int, str]]:
        return ((file, path) for file, path in enumerate(self.paths) if file not in self.left_out)

    def _is_inside(self, file: int) -> bool:
        return self.entries[file].folder or "/" in self.paths[file]

    def _check(self, folder: Path) -> None:
        """Folders that were not made for this fetch may have links in them; raises NotADirectoryError."""
        for each in (folder, *folder.parents):
            if each == self.into:
                return
            if each.is_symlink():
                raise NotADirectoryError(errno.ENOTDIR, f"{each.name} is a symbolic link")


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _size(path: Path) -> int | None:
    """Size of a regular file, None for anything else."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
