"""From the folders that a person names to what is in the library. Blocking; the rest runs it in a thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from pypeer.errors import TransferError
from pypeer.library.announcing import why_not
from pypeer.library.ignoring import Ignored
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.transfer.identity import Source
from pypeer.transfer.names import show
from pypeer.transfer.scanning import Links, Policy, Scan, scan_paths

FILES_MAX: Final = 500_000
"""Files and folders of one library: half a KiB of memory each, and no server takes more."""


@dataclass(frozen=True, slots=True)
class Folders:
    """What is published: the content of one folder, or several folders, each under its name. `show` is for people."""

    paths: tuple[Path, ...]
    ignored: Ignored
    links: Links = Links.INSIDE
    roots: tuple[Path, ...] = ()
    """The same without links on the way there, as the system calls them."""

    def show(self) -> str:
        """The folders as their owner calls them, `~` for the home."""
        return ", ".join(_short(path) for path in self.paths)


@dataclass(slots=True)
class Content:
    """What is in them now, by paths of the library; `skipped` says what is left out, and why."""

    entries: list[Entry]
    sources: list[Source | None]
    skipped: list[str]

    @property
    def files(self) -> int:
        """How many files."""
        return sum(source is not None for source in self.sources)

    @property
    def bytes(self) -> int:
        """Their size."""
        return sum(entry.size for entry in self.entries)


def folders_of(paths: Sequence[Path], ignore: Sequence[str], links: Links) -> Folders:
    """Raises TransferError for what is no folder, ChoiceError for a pattern that is none."""
    if not paths:
        raise TransferError("name a folder to publish", EndCode.VANISHED)
    for path in paths:
        if not path.is_dir():
            raise TransferError(f"{path} is no folder, or cannot be read", EndCode.VANISHED)
    roots = tuple(path.resolve() for path in paths)
    return Folders(tuple(path.absolute() for path in paths), Ignored(ignore), links, roots)


def look(folders: Folders) -> Content:
    """Look what is there; raises TransferError for more than a library may have. Folders may go, and come back."""
    here = [path for path in folders.paths if path.is_dir()]
    policy = Policy(folders.links, leave_out=folders.ignored.below, most=FILES_MAX)
    content = _library(scan_paths(here, policy), is_one=len(folders.paths) == 1) if here else Content([], [], [])
    content.skipped += [f"{path} is gone" for path in folders.paths if path not in here]
    return content


def _library(scan: Scan, is_one: bool) -> Content:
    content = Content([], [], scan.skipped)
    for entry, source in zip(scan.entries, scan.sources, strict=True):
        path = entry.path.partition("/")[2] if is_one else entry.path
        if source is not None and (why := why_not(path)):
            content.skipped.append(f"{show(path)} {why}")
        elif path:
            content.entries.append(entry if path == entry.path else msgspec.structs.replace(entry, path=path))
            content.sources.append(source)
    return content


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path != home and path.is_relative_to(home) else str(path)
