"""What is in a library: its files and folders as the last scan found them, and the roots that are known; pure.

Paths are those of the library: relative, `/` between names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pypeer.protocol.messages import Entry
from pypeer.transfer.identity import Source


@dataclass(slots=True)
class Item:
    """A file. Without a root it has still to be hashed, and nobody is told of it."""

    entry: Entry
    source: Source
    root: bytes | None = None


@dataclass(slots=True)
class Changes:
    """What a scan has changed."""

    unknown: list[str] = field(default_factory=list)
    """Files that have to be hashed."""
    moved: list[str] = field(default_factory=list)
    """Files that are where none was, and whose roots are known: they had other names."""
    gone: list[str] = field(default_factory=list)
    """Files that are no more, or not what they were: nobody can have them."""


class Stock:
    """All of one library."""

    def __init__(self) -> None:
        self.files: dict[str, Item] = {}
        self.folders: dict[str, Entry] = {}
        self._roots: dict[bytes, dict[str, None]] = {}

    def scanned(self, entries: Sequence[Entry], sources: Sequence[Source | None]) -> Changes:
        """Take what a scan found, all of it; a file with the identity of an old one is that one, renamed."""
        changes = Changes()
        known = {item.source.identity: item.root for item in self.files.values() if item.root is not None}
        found: dict[str, Item] = {}
        self.folders = {}
        for entry, source in zip(entries, sources, strict=True):
            if source is None:
                self.folders[entry.path] = entry
            else:
                found[entry.path] = self._item(Item(entry, source), known, changes)
        changes.gone += [path for path in self.files if path not in found]
        for path in changes.gone:
            self._forget(path)
        self.files = found
        for path in changes.moved:
            self._remember(path, found[path].root)
        return changes

    def rooted(self, path: str, identity: bytes, root: bytes) -> bool:
        """The root of a file became known: whether it is still the file that was hashed."""
        item = self.files.get(path)
        if item is None or item.source.identity != identity:
            return False
        item.root = root
        self._remember(path, root)
        return True

    def lost(self, path: str) -> bool:
        """A file turned out not to be what it was: whether anybody could have had it."""
        item = self.files.get(path)
        if item is None or item.root is None:
            return False
        self._forget(path)
        item.root = None
        return True

    def with_root(self, root: bytes) -> Item | None:
        """A file with this content."""
        paths = self._roots.get(root)
        return self.files[next(iter(paths))] if paths else None

    def below(self, folder: str) -> Iterator[Item]:
        """Files in a folder and all folders in it, whose roots are known; all of them for the empty path."""
        return (item for path, item in self.files.items() if item.root is not None and is_below(path, folder))

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(item.entry.size for item in self.files.values())

    def _item(self, item: Item, known: dict[bytes, bytes], changes: Changes) -> Item:
        path, old = item.entry.path, self.files.get(item.entry.path)
        if old is not None and old.source.identity == item.source.identity:
            item.root = old.root
            return old if old.entry == item.entry else item
        if old is not None:
            changes.gone.append(path)
        item.root = known.get(item.source.identity)
        (changes.unknown if item.root is None else changes.moved).append(path)
        return item

    def _remember(self, path: str, root: bytes | None) -> None:
        assert root is not None
        self._roots.setdefault(root, {})[path] = None

    def _forget(self, path: str) -> None:
        root = self.files[path].root
        if root is not None:
            paths = self._roots[root]
            del paths[path]
            if not paths:
                del self._roots[root]


def is_below(path: str, folder: str) -> bool:
    """Whether a path is in a folder, however deep."""
    return not folder or path.startswith(folder + "/")
