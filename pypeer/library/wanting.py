"""What is offered to whoever wants something of a library; pure.

Files that are named come under the names that the asker gave them, and without times or anything else that differs from
owner to owner, so that all who have them offer the same. A folder comes as it is, under its own name; the whole library
under the library's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from pypeer.library.stock import Item, Stock, is_below
from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.protocol.sealed import Want
from pypeer.transfer.identity import Source
from pypeer.transfer.names import ManifestError, map_entries, safe_name

TITLE_CHARS: Final = 256
"""Longest title: the contract's limit."""


class WantError(Exception):
    """It cannot be had: `code` is what the asker is told, the text is for the owner."""

    def __init__(self, code: EndCode, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Picked:
    """What is offered; `sources` go with `entries`, None for folders."""

    entries: tuple[Entry, ...]
    sources: tuple[Source | None, ...]
    title: str


def pick(stock: Stock, want: Want, name: str) -> Picked:
    """What of a library of this name is wanted, and there; raises WantError."""
    if want.files:
        return _checked(list(_files(stock, want)))
    if want.folder is None:
        raise WantError(EndCode.PROTOCOL, "asked for nothing")
    return _checked(list(_folder(stock, want.folder, name)))


def _files(stock: Stock, want: Want) -> Iterator[tuple[Entry, Source | None]]:
    for wanted in want.files:
        item = stock.with_root(bytes.fromhex(wanted.root))
        if "/" in wanted.name:
            raise WantError(EndCode.BAD_MANIFEST, "asked for a file under a name that none can have")
        if item is not None:
            yield Entry(path=wanted.name, size=item.entry.size, root=wanted.root), item.source


def _folder(stock: Stock, folder: str, name: str) -> Iterator[tuple[Entry, Source | None]]:
    """Its own folders first, so that each is listed before what is in it."""
    top = folder.rpartition("/")[2] or safe_name(name.replace("/", "_"))
    above = len(folder) - len(folder.rpartition("/")[2])
    places = [entry for path, entry in stock.folders.items() if path == folder or is_below(path, folder)]
    for entry in places:
        yield msgspec.structs.replace(entry, path=_moved(entry.path, folder, top, above)), None
    for item in stock.below(folder):
        yield _offered(item, _moved(item.entry.path, folder, top, above)), item.source


def _moved(path: str, folder: str, top: str, above: int) -> str:
    return path[above:] if folder else f"{top}/{path}"


def _offered(item: Item, path: str) -> Entry:
    assert item.root is not None
    return msgspec.structs.replace(item.entry, path=path, root=item.root.hex())


def _checked(found: list[tuple[Entry, Source | None]]) -> Picked:
    if not any(source for _, source in found):
        raise WantError(EndCode.VANISHED, "asked for what is not there any more")
    if len(found) > limits.ENTRIES_MAX:
        raise WantError(EndCode.TOO_MANY_ENTRIES, f"asked for more than {limits.ENTRIES_MAX} files and folders at once")
    entries = tuple(entry for entry, _ in found)
    try:
        map_entries(entries)
    except ManifestError as error:
        raise WantError(EndCode.BAD_MANIFEST, f"asked for files under names that cannot be: {error}") from None
    return Picked(entries, tuple(source for _, source in found), _title(entries))


def _title(entries: tuple[Entry, ...]) -> str:
    """The first name, and how many more there are beside it, which is the same for all who have the same files."""
    names = dict.fromkeys(entry.path.partition("/")[0] for entry in entries)
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return next(iter(names))[: TITLE_CHARS - len(more)] + more
