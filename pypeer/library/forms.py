"""How files are put for the server: as many as fit one message; pure. Of a sealed space: pypeer.spaces.form."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from pypeer.secure.encoding import b64
from signaling.protocol import limits
from signaling.protocol.directory import Announce
from signaling.protocol.listed import File, Folder
from signaling.protocol.spaces import SealedAnnounce

ROOM: Final = limits.MESSAGE_BYTES - 512
"""JSON of files in one message: the rest has a type, an id of 16 digits, a library of 32 characters, and `whole`."""

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as others are to find it."""

    path: str
    size: int
    root: bytes


Announcement = Announce | SealedAnnounce
Make = Callable[[str, tuple[int, ...], bool], Announcement]
"""The message of a library, with numbers that are gone, and whether this is all."""


class Form(Protocol):
    """Says it the way it is to be said."""

    def fill(self, files: Iterable[tuple[int, Listed]], most: int) -> tuple[tuple[int, ...], Make]:
        """As many of these files, by their numbers, as fit one message, `most` at most: their numbers, and how the
        message with them is made."""


class Openly:
    """In the open directory, by folder."""

    def fill(self, files: Iterable[tuple[int, Listed]], most: int) -> tuple[tuple[int, ...], Make]:
        """See Form."""
        size = ROOM
        folders: dict[str, list[File]] = {}
        added: list[int] = []
        for number, file in files:
            folder, _, name = file.path.rpartition("/")
            told = File(number, name, file.size, b64(file.root))
            size -= cost(told) + (0 if folder in folders else cost(Folder(folder, ())))
            if size < 0 or len(added) >= most:
                break
            folders.setdefault(folder, []).append(told)
            added.append(number)
        content = tuple(Folder(path, tuple(files)) for path, files in folders.items())
        return tuple(added), lambda library, gone, whole: Announce(
            id=1, library=library, folders=content, gone=gone, whole=whole
        )


def cost(part: msgspec.Struct) -> int:
    """Bytes of JSON, with the comma behind it."""
    return len(_encoder.encode(part)) + 1
