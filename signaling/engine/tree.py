"""The folders of one library as a tree, with files and bytes of each, counted with all below it."""

from bisect import bisect_right
from typing import Final

import msgspec

from signaling.protocol.listed import Subfolder


class Tree:
    """The folders that have anything in them."""

    __slots__ = ("_top", "folders")

    def __init__(self) -> None:
        self.folders = 0
        """How many there are, with the top."""
        self._top = _Node(_NOTHING)

    @property
    def files(self) -> int:
        """How many files there are."""
        return self._top.files

    @property
    def bytes(self) -> int:
        """How large they are."""
        return self._top.bytes

    def change(self, path: str, files: int, size: int) -> None:
        """Files have come to a folder, or, with numbers below zero, have gone from it."""
        names = _names(path)
        way = [self._top]
        for name in names:
            way.append(way[-1].made(name))
        for node in way:
            self.folders += node.files == 0
            node.files += files
            node.bytes += size
            self.folders -= node.files == 0
        for name, above, below in zip(names, way, way[1:], strict=False):
            if below.files == 0:
                above.drop(name)
                return

    def inside(self, path: str, after: str, most: int) -> list[Subfolder]:
        """The folders in a folder, by name, from after one on."""
        node = self._find(path)
        if node is None:
            return []
        order = node.ordered()
        start = bisect_right(order, after)
        found = ((name, node.below[name]) for name in order[start : start + most])
        return [Subfolder(name, below.files, below.bytes) for name, below in found]

    def has(self, path: str, name: str) -> bool:
        """Whether there is a folder of that name in a folder."""
        node = self._find(path)
        return node is not None and name in node.below

    def _find(self, path: str) -> "_Node | None":
        node: _Node | None = self._top
        for name in _names(path):
            node = None if node is None else node.below.get(name)
        return node


_NOTHING: Final[dict[str, "_Node"]] = {}
"""What is in most folders; one for all of them, since an empty dictionary takes room, too."""


class _Node(msgspec.Struct, gc=False):
    """A folder. None leads upwards, so the garbage collector of Python need not look at them: a busy server has tens of
    thousands, and while it looks nothing else happens."""

    below: "dict[str, _Node]"
    files: int = 0
    bytes: int = 0
    order: list[str] | None = None

    def made(self, name: str) -> "_Node":
        found = self.below.get(name)
        if found is None:
            if self.below is _NOTHING:
                self.below = {}
            found = self.below[name] = _Node(_NOTHING)
            self.order = None
        return found

    def drop(self, name: str) -> None:
        del self.below[name]
        self.order = None

    def ordered(self) -> list[str]:
        """Names of what is in it, put in order when somebody looks."""
        if self.order is None:
            self.order = sorted(self.below)
        return self.order


def _names(path: str) -> list[str]:
    return path.split("/") if path else []
