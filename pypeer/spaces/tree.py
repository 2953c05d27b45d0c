"""A folder of a sealed library, from all the files of it: a server that cannot read their paths lists none; pure."""

from collections.abc import Iterable

from pypeer.finding import found
from pypeer.finding.found import File, Folder
from pypeer.spaces.boxes import SealedFile
from signaling.protocol.directory import Listing
from signaling.protocol.listed import Item, Subfolder


def inside(files: Iterable[SealedFile], path: str) -> list[Folder | File]:
    """What is in a folder: folders, counted with all below them, then files, each by name."""
    folders: dict[str, tuple[int, int]] = {}
    here: list[Item] = []
    for file in files:
        if file.folder == path:
            here.append(Item(file.name, file.size, file.root))
        elif not path or file.folder.startswith(path + "/"):
            name = file.folder[len(path) + 1 if path else 0 :].partition("/")[0]
            count, size = folders.get(name, (0, 0))
            folders[name] = count + 1, size + file.size
    below = tuple(Subfolder(name, *folders[name]) for name in sorted(folders))
    listing = Listing(seq=1, re=1, folders=below, files=tuple(sorted(here, key=lambda item: item.name)))
    return [*found.folders(listing, path), *found.files(listing, path)]
