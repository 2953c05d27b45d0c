"""From paths on this machine to the entries of an offer. Blocking; `sources.scan` runs it in a thread.

What is not a file or a folder (sockets, pipes, devices) is left out, and so is what cannot be read. A symbolic link
that a person named is followed. Inside a folder a link to a file is sent as that file if it stays inside the chosen
folder; links that lead out, and links to folders, which may loop, are left out, unless the person wants it otherwise
(`Links`). All of that is reported.
"""

import os
import stat
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Final

from pypeer.errors import TransferError
from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.transfer.identity import Source, identity_of
from pypeer.transfer.names import numbered, show
from pypeer.transfer.sparse import holes_of

TITLE_CHARS = 256
"""Longest title: the contract's limit on `offer.title`."""


class Links(StrEnum):
    """What becomes of symbolic links inside a folder."""

    INSIDE = "inside"
    """Sent as the file that they lead to, if that lies in the same folder that was named."""
    FOLLOW = "follow"
    """Sent as what they lead to, wherever that is, folders too; a link into a folder that is around it is left out."""
    SKIP = "skip"
    """Left out."""


def nothing(path: str, folder: bool) -> bool:
    """Leave out nothing."""
    return False


@dataclass(frozen=True, slots=True)
class Policy:
    """What a person wants of what is scanned. `growing` files are sent as long as they were when they were scanned."""

    links: Links = Links.INSIDE
    growing: bool = False
    leave_out: Callable[[str, bool], bool] = nothing
    """Whether a path inside a folder, as it would be offered, is to be passed over without a word."""
    most: int | None = None
    """Files and folders at most, if that is not what one offer may have."""


CAREFUL: Final = Policy()
"""Nothing is sent that was not named, and nothing that changes while it is sent."""


@dataclass(slots=True)
class Scan:
    """What was found. `sources` go with `entries`, None for folders; `skipped` says what was left out, and why."""

    policy: Policy = CAREFUL
    entries: list[Entry] = field(default_factory=list)
    sources: list[Source | None] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    title: str = ""
    _folder: tuple[str, str] = ("", "")

    def absolute(self, folder: str) -> str:
        """The absolute path of a folder: one text for all files of it that come one after another."""
        if folder != self._folder[0] or not self._folder[1]:
            self._folder = folder, os.path.abspath(folder)
        return self._folder[1]


def scan_paths(paths: Sequence[Path], policy: Policy = CAREFUL) -> Scan:
    """Scan files and folders; raises TransferError if a path is not there or nothing can be sent."""
    result, names = Scan(policy), dict[str, None]()
    for path in paths:
        name = _unique(_base_name(path), names)
        names[name] = None
        try:
            _scan_path(result, path, name)
        except OSError as error:
            raise TransferError(f"{path} cannot be read: {error.strerror}", EndCode.VANISHED) from error
    if not result.entries:
        reason = f": {result.skipped[0]}" if result.skipped else ""
        raise TransferError(f"there is nothing to send{reason}", EndCode.VANISHED)
    result.title = _title(list(names))
    return result


def _scan_path(result: Scan, path: Path, name: str) -> None:
    status = path.stat()
    if not stat.S_ISDIR(status.st_mode):
        _add_file(result, os.fspath(path), name, status)
        return
    root = os.path.realpath(path)
    _add_folder(result, name, status)
    stack = [(os.fspath(path), name)]
    while stack:
        folder, prefix = stack.pop()
        inner = []
        for item, child in _children(result, folder, prefix):
            is_folder = _is_folder(item) or _is_folder_to_follow(result, item)
            if result.policy.leave_out(child, is_folder):
                continue
            if is_folder:
                inner.append((item.path, child))
                _add_folder(result, child, item.stat())
            else:
                _add_item(result, item, child, root)
        stack += reversed(inner)


def _children(result: Scan, folder: str, prefix: str) -> Iterator[tuple[os.DirEntry[str], str]]:
    """What is in a folder, in the order of its names, with the paths to be offered."""
    try:
        items = sorted(os.scandir(folder), key=lambda item: item.name)
    except OSError as error:
        result.skipped.append(f"{show(folder)} cannot be read: {error.strerror}")
        return
    names = set[str]()
    for item in items:
        name = _unique(_text(item.name), names)
        names.add(name)
        yield item, f"{prefix}/{name}"


def _is_folder(item: os.DirEntry[str]) -> bool:
    return item.is_dir(follow_symlinks=False)


def _is_folder_to_follow(result: Scan, item: os.DirEntry[str]) -> bool:
    """A link to a folder; not to one that the link is in, where it would be followed for ever."""
    if result.policy.links is not Links.FOLLOW or not item.is_dir():
        return False
    folder, place = os.path.realpath(item.path), os.path.realpath(os.path.dirname(item.path))
    return os.path.commonpath((folder, place)) != folder


def _add_item(result: Scan, item: os.DirEntry[str], name: str, root: str) -> None:
    try:
        if item.is_symlink() and (why := _why_not(result.policy.links, item.path, root)):
            result.skipped.append(f"{show(item.path)} {why}")
        else:
            _add_file(result, item.path, name, item.stat())
    except OSError as error:
        result.skipped.append(f"{show(item.path)} cannot be read: {error.strerror}")


def _why_not(links: Links, path: str, root: str) -> str:
    """Why a link is left out; empty if it is sent as the file that it leads to."""
    match links:
        case Links.SKIP:
            return "is a link"
        case Links.FOLLOW:
            return "is a link to a folder around it" if os.path.isdir(path) else ""
        case Links.INSIDE:
            return "" if _stays_inside(path, root) else "is a link to a folder or out of the chosen one"


def _stays_inside(link: str, root: str) -> bool:
    target = os.path.realpath(link)
    return os.path.commonpath((root, target)) == root and not os.path.isdir(target)


def _add_folder(result: Scan, name: str, status: os.stat_result) -> None:
    milliseconds, ns = divmod(status.st_mtime_ns, 1_000_000)
    entry = Entry(path=name, folder=True, mtime=milliseconds, ns=ns)
    _append(result, entry, None)


def _add_file(result: Scan, path: str, name: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        result.skipped.append(f"{show(path)} is neither a file nor a folder")
        return
    if not os.access(path, os.R_OK):
        result.skipped.append(f"{show(path)} may not be read by this user")
        return
    executable = bool(status.st_mode & stat.S_IXUSR) and os.name == "posix"
    milliseconds, ns = divmod(status.st_mtime_ns, 1_000_000)
    holes = tuple(chain(*holes_of(path, status)))
    entry = Entry(path=name, size=status.st_size, mtime=milliseconds, ns=ns, exec=executable, holes=holes)
    folder, own = os.path.split(path)
    _append(result, entry, Source(result.absolute(folder), own, identity_of(status), result.policy.growing))


def _append(result: Scan, entry: Entry, source: Source | None) -> None:
    if len(entry.path.encode()) > limits.PATH_BYTES:
        result.skipped.append(f"{show(entry.path)} has too long a path")
        return
    most = limits.ENTRIES_MAX if result.policy.most is None else result.policy.most
    if len(result.entries) >= most:
        text = f"more than {most} files and folders: pack them into an archive first"
        raise TransferError(text, EndCode.TOO_MANY_ENTRIES)
    result.entries.append(entry)
    result.sources.append(source)


def _base_name(path: Path) -> str:
    """What a path is called at the other side: `.` by the name of the folder that it is."""
    return _text(path.name if path.name not in ("", "..") else path.resolve().name) or "files"


def _text(name: str) -> str:
    """A name in Unicode: bytes that are no UTF-8 become replacement characters."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _unique(name: str, taken: Container[str]) -> str:
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = numbered(name, number)
    return candidate


def _title(names: Sequence[str]) -> str:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return names[0][: TITLE_CHARS - len(more)] + more
