"""What the types of an `announce` cannot say."""

from collections.abc import Iterable

from signaling.protocol import limits
from signaling.protocol.encoding import is_canonical
from signaling.protocol.listed import Folder


def fault_of(folders: Iterable[Folder]) -> str:
    """Why these cannot be announced; empty if they can."""
    for folder in folders:
        names = folder.path.split("/") if folder.path else []
        bad = "\0" in folder.path or len(names) > limits.FOLDER_DEPTH
        if bad or not all(0 < len(name) <= limits.NAME_CHARS for name in names):
            return f"no path of a folder: {folder.path[:64]!r}"
        for file in folder.files:
            if not is_canonical(file.root):
                return f"no root: {file.root}"
            if "/" in file.name or "\0" in file.name:
                return f"no name of a file: {file.name[:64]!r}"
    return ""
