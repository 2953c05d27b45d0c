"""What is found in the directory, in words: one line each. All names have been made printable. Pure."""

from typing import Final

from pypeer.cli.words import count, lookalike, size
from pypeer.finding import outlook
from pypeer.finding.found import File, Folder, FoundLibrary, Hit

HANDLE_CHARS: Final = 16
"""Of a handle."""

KIND_CHARS: Final = 8
"""The longest kind."""

SIZE_CHARS: Final = 10
"""The longest size: `1023.9 MiB`."""

ASKS: Final = "asks first"
"""Of a library whose owner is asked about each request."""


def hit(found: Hit) -> str:
    """Handle, size, kind, where it is, who has it, and how that one can be reached."""
    path = f"{found.folder}/{found.name}" if found.folder else found.name
    first = found.sources[0]
    others = f", and {found.count - 1:,} more" if found.count > 1 else ""
    ask = ASKS if all(each.ask for each in found.sources) else ""
    owner = f"{first.short} · {first.name}{others}"
    about = [owner, *lookalike(first.alike), _where(first.space), outlook.best(found.sources).value, ask]
    return "  ".join([found.handle, *_size_and_kind(found.size, found.kind), path, f"[{_joined(about)}]"])


def library(here: FoundLibrary) -> list[str]:
    """Who it is and what there is; then what its owner says of it, and how it is looked into."""
    much = count(here.files, "file", "files") + ("" if here.whole else " so far")
    much += "" if here.space else f", {size(here.bytes)}"
    about = [
        *lookalike(here.alike),
        _where(here.space),
        outlook.outlook(here.reach, here.away).value,
        ASKS if here.ask else "",
    ]
    state = f"  [{_joined(about)}]" if any(about) else ""
    lines = [f"{here.short} · {here.name}  {much}{state}", f"    byway:{here.peer}/"]
    return lines + [f"    {here.description}"] * bool(here.description)


def folder(found: Folder) -> str:
    """A folder, below which there is so much."""
    much = f"{size(found.bytes):>{SIZE_CHARS}}"
    return "  ".join([" " * HANDLE_CHARS, much, " " * KIND_CHARS, f"{found.name}/", _files(found)])


def file(found: File) -> str:
    """A file."""
    return "  ".join([found.handle, *_size_and_kind(found.size, found.kind), found.name])


def _where(space: str) -> str:
    return f"in the space “{space}”" if space else ""


def _files(found: Folder) -> str:
    return f"[{count(found.files, 'file', 'files')}]"


def _size_and_kind(bytes_: int, kind: str) -> tuple[str, str]:
    return f"{size(bytes_):>{SIZE_CHARS}}", f"{kind:<{KIND_CHARS}}"


def _joined(parts: list[str]) -> str:
    return "; ".join(part for part in parts if part)
