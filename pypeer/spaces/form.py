"""How files are put for the server in a sealed space: a tag, tokens and a box each; pure but for random nonces."""

from collections.abc import Iterable

from pypeer.finding.found import handle_of
from pypeer.library.forms import ROOM, Listed, Make, cost
from pypeer.secure.encoding import b64
from pypeer.spaces.blinding import Blinder
from pypeer.spaces.boxes import Boxes, SealedFile
from pypeer.spaces.keys import SpaceKeys
from signaling.protocol.spaces import SealedAnnounce, SealedEntry


class Sealed:
    """For the members of a space; see Form."""

    def __init__(self, keys: SpaceKeys, boxes: Boxes) -> None:
        self._keys = keys
        self._boxes = boxes
        self._blinder = Blinder(keys)

    def fill(self, files: Iterable[tuple[int, Listed]], most: int) -> tuple[tuple[int, ...], Make]:
        """See Form."""
        size = ROOM
        content: list[SealedEntry] = []
        for number, file in files:
            entry = self._entry(number, file)
            size -= cost(entry)
            if size < 0 or len(content) >= most:
                break
            content.append(entry)
        return tuple(entry.number for entry in content), lambda library, gone, whole: SealedAnnounce(
            id=1, library=library, files=tuple(content), gone=gone, whole=whole
        )

    def _entry(self, number: int, file: Listed) -> SealedEntry:
        folder, _, name = file.path.rpartition("/")
        tag = self._keys.file_tag(handle_of(file.root))
        box = self._boxes.file(SealedFile(folder, name, file.size, b64(file.root)))
        return SealedEntry(number, tag, self._blinder.tokens(folder, name), box)
