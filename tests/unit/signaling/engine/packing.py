"""A packed index, what is put into it, and what it is asked."""

from signaling.engine.index import Query
from signaling.engine.packed import PackedIndex
from signaling.protocol.kinds import Kind
from signaling.protocol.listed import File, Folder
from tests.support.naive_index import root

MOST = 10_000
"""Files that a library may have."""


def fail(error: Exception) -> None:
    """Nothing may go wrong in the background."""
    raise error


def query(
    words: str = "",
    handle: bytes | None = None,
    kind: Kind | None = None,
    least: int | None = None,
    most: int | None = None,
    libraries: tuple[int, ...] | None = None,
    skip: int = 0,
    limit: int = 20,
) -> Query:
    """What is looked for: everything, if nothing is said."""
    return Query(words, handle, kind, least, most, libraries, skip, limit)


async def fill(index: PackedIndex, library: int, *paths: str) -> None:
    """Announce files, each with its path; their numbers and roots count from 1."""
    folders = []
    for number, path in enumerate(paths, 1):
        folder, _, name = path.rpartition("/")
        folders.append(Folder(folder, (File(number, name, number, root(number)),)))
    assert await index.announce(library, folders, (), MOST)


async def names(index: PackedIndex, asked: str, **narrower: object) -> list[str]:
    """Of what is found, in order."""
    found = await index.search(query(asked, **narrower))  # type: ignore[arg-type]
    return [match.name for match in found.matches]


async def tidied(index: PackedIndex) -> None:
    """Wait until what has ended is forgotten."""
    if index._clearing is not None:
        await index._clearing
