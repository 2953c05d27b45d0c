"""From the paths of a manifest, which are hostile until proven otherwise, to names that are safe to make and to show.

A path that can only be an attack is refused (ManifestError). A name that file systems cannot hold, or that deceives a
reader, is changed where it can be seen: what is bad in it becomes `_`. Rules are the same on every system, so that a
tree arrives under the same names everywhere:

- control and invisible formatting characters (Unicode Cc, Cf, Zl, Zp, which include bidirectional overrides, and blank
  letters) and `< > : " | ? * \\`, spaces and dots at the end of a name;
- device names of Windows (`CON`, `nul.txt`) get a `_` before them;
- names of more than 255 bytes in UTF-8 are cut; the extension stays;
- names that became alike, or always were (NFC, and case where the file system ignores it), are numbered: `a (2).txt`.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from pypeer.protocol import limits
from pypeer.protocol.messages import Entry

NAME_BYTES: Final = 255
"""Longest name in UTF-8 bytes: NAME_MAX of ext4, XFS, Btrfs, ZFS and APFS; NTFS has 255 UTF-16 units, which is more."""

EXTENSION_BYTES: Final = 32
"""Longest extension that is kept when a name is cut: what follows a dot further away is no extension."""

_FORBIDDEN = frozenset('<>:"|?*\\')
_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that show nothing although their category says letter, mark or symbol."""
_DEVICE = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\..*)?",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)
"""Device names of Windows; see "Naming Files, Paths, and Namespaces" in its documentation."""
_DRIVE = re.compile(r"[A-Za-z]:(\\.*)?", re.S)
_PLAIN = re.compile(r"[A-Za-z0-9_()+,=@~#%&!'^{}\[\]$; -]+(\.[A-Za-z0-9_-]+)*", re.A)
"""Names in which nothing needs a look at each character: nearly all there are."""


class ManifestError(ValueError):
    """The manifest names impossible files; the message says which and why, the path in it made safe to show."""


class Mapper:
    """Maps the paths of one manifest, in its order. `fold` also keeps apart names that differ only by case."""

    def __init__(self, fold: bool = True) -> None:
        self._fold = fold
        self._folders = {"": ""}
        self._listed: set[str] = set()
        self._files: set[str] = set()
        self._taken: dict[str, dict[str, int]] = {"": {}}
        self._budget = limits.MANIFEST_BYTES

    def map(self, path: str, folder: bool) -> str:
        """The safe path for `path`, relative, `/` between its names; raises ManifestError."""
        parent, name = _split(path)
        if path in self._files or path in self._listed or (path in self._folders and not folder):
            raise ManifestError(f"the offer names {show(path)} twice")
        if folder:
            self._listed.add(path)
            return self._folder(path)
        self._files.add(path)
        return self._place(self._folder(parent), name)

    def _folder(self, path: str) -> str:
        """The safe path of a folder, listed or not; not recursive, since a path may have 2,048 parts."""
        unknown = []
        while path not in self._folders:
            unknown.append(path)
            path = path.rpartition("/")[0]
        for folder in reversed(unknown):
            if folder in self._files:
                raise ManifestError(f"the offer uses the file {show(folder)} as a folder")
            self._spend(folder)
            parent, _, name = folder.rpartition("/")
            self._folders[folder] = place = self._place(self._folders[parent], name)
            self._taken[place] = {}
        return self._folders[path if not unknown else unknown[0]]

    def _spend(self, folder: str) -> None:
        """Folders that are not listed cost the sender nothing, so all of them together are bounded here."""
        self._budget -= len(folder)
        if self._budget < 0:
            raise ManifestError("the offer has too many nested folders")

    def _place(self, where: str, name: str) -> str:
        """A safe path in the folder `where` that nothing there has yet."""
        taken = self._taken[where]
        wanted = candidate = safe_name(name)
        key = self._key(wanted)
        while self._key(candidate) in taken:
            taken[key] += 1
            candidate = numbered(wanted, taken[key])
        taken[self._key(candidate)] = 1
        return f"{where}/{candidate}" if where else candidate

    def _key(self, name: str) -> str:
        """Names with the same key are the same to some file system; upper then lower case, as other languages can."""
        composed = unicodedata.normalize("NFC", name)
        return unicodedata.normalize("NFC", composed.upper().lower()) if self._fold else composed


def map_entries(entries: Iterable[Entry], fold: bool = True) -> list[str]:
    """Safe paths of a whole manifest, all different; raises ManifestError. Most are what was offered: one text then."""
    mapper = Mapper(fold)
    safe = ((entry.path, mapper.map(entry.path, entry.folder)) for entry in entries)
    return [offered if offered == path else path for offered, path in safe]


def safe_name(name: str) -> str:
    """One name made safe; the result is unchanged by another pass."""
    if not _PLAIN.fullmatch(name):
        name = "".join("_" if _bad(c) else c for c in name)
    if _DEVICE.fullmatch(name):
        name = "_" + name
    name = _cut(name, NAME_BYTES)
    end = name.rstrip(" .")
    return end + "_" * (len(name) - len(end))


def numbered(name: str, number: int) -> str:
    """`a (2).txt` for `a.txt`, cut if it has to be."""
    stem, extension = _extension(name)
    mark = f" ({number})"
    return _shorten(stem, NAME_BYTES - len(mark) - len(extension.encode())) + mark + extension


def printable(text: str) -> str:
    """Text of the other side, with nothing in it that could deceive a reader or a terminal."""
    return "".join("_" if _bad(c) and c not in _FORBIDDEN else c for c in text)


def show(path: str) -> str:
    """A path, quoted and short enough for a message."""
    return f"'{printable(path)}'" if len(path) <= 200 else f"'{printable(path[:200])}...'"


def _split(path: str) -> tuple[str, str]:
    """Parent and name of a path; raises ManifestError for one that no honest sender makes."""
    parts = path.split("/")
    if "\0" in path or any(part in ("", ".", "..") for part in parts) or _DRIVE.fullmatch(parts[0]):
        raise ManifestError(f"the offer has an impossible path: {show(path)}")
    return path.rpartition("/")[0], parts[-1]


def _bad(c: str) -> bool:
    return c in _FORBIDDEN or c in _BLANK or unicodedata.category(c) in _CATEGORIES


def _extension(name: str) -> tuple[str, str]:
    """Stem and extension with its dot; a leading dot starts no extension."""
    stem, dot, extension = name.rpartition(".")
    short = len(extension.encode()) < EXTENSION_BYTES
    return (stem, dot + extension) if stem.strip(".") and extension and short else (name, "")


def _cut(name: str, size: int) -> str:
    if len(name.encode()) <= size:
        return name
    stem, extension = _extension(name)
    return _shorten(stem, size - len(extension.encode())) + extension


def _shorten(text: str, size: int) -> str:
    """At most `size` bytes of UTF-8, no character split."""
    return text.encode()[:size].decode(errors="ignore")
