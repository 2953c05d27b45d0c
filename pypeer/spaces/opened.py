"""What a server answers about a sealed space, opened: as it would have answered in the open; pure.

A server can leave out and repeat, and no more: a box opens for the owner and the purpose for which it was made, the
file in it has the tag under which it was found, and matches what was sought. All else is left out, and counted.
"""

from collections.abc import Iterable, Sequence

from pypeer.finding.found import handle_of
from pypeer.finding.sought import Sought
from pypeer.secure.encoding import unb64
from pypeer.secure.ids import peer_id
from pypeer.spaces.blinding import rank
from pypeer.spaces.boxes import Boxes, SealedFile
from pypeer.spaces.keys import SpaceKeys
from signaling.protocol.directory import Found
from signaling.protocol.kinds import kind_of
from signaling.protocol.listed import Hit, Shelf
from signaling.protocol.spaces import SealedFound, SealedHit, SealedShelf


class Reader:
    """Opens what is of one space. Where that has an `owner`, a public key, what others publish there is left out."""

    def __init__(self, keys: SpaceKeys, owner: bytes | None = None) -> None:
        self.unopened = 0
        """Boxes that were none of this space, or not where they belong."""
        self._keys = keys
        self._owner = owner
        self._boxes: dict[str, Boxes] = {}
        self._owners: dict[str, str] = {}

    def knows(self, library: str) -> bool:
        """Whether a library was seen, so that its files can be opened."""
        return library in self._owners

    def shelves(self, shelves: Iterable[SealedShelf]) -> list[Shelf]:
        """Libraries."""
        return [opened for shelf in shelves if (opened := self._shelf(shelf)) is not None]

    def found(self, answer: SealedFound, sought: Sought) -> list[tuple[int, Found]]:
        """Hits with how well they fit, the less the better; each as an answer of its own, with its libraries."""
        shelves = [self._shelf(shelf) for shelf in answer.libraries]
        hits = (self._hit(hit, answer.libraries, shelves, sought) for hit in answer.hits)
        return [hit for hit in hits if hit is not None]

    def files(self, library: str, boxes: Iterable[str]) -> list[SealedFile]:
        """Files of a library that was seen."""
        owner = self._boxes_of(self._owners[library])
        return [file for box in boxes if (file := self._file(owner, box)) is not None]

    def _shelf(self, shelf: SealedShelf) -> Shelf | None:
        try:
            if self._owner not in (None, unb64(shelf.peer)):
                raise ValueError("a library of somebody whose space this is not")
            named = self._boxes_of(shelf.peer).open_library(shelf.box)
        except ValueError:
            self.unopened += 1
            return None
        self._owners[shelf.library] = shelf.peer
        return Shelf(
            library=shelf.library,
            peer=shelf.peer,
            name=named.name,
            description=named.description,
            ask=shelf.ask,
            reach=shelf.reach,
            files=shelf.files,
            whole=shelf.whole,
            away=shelf.away,
        )

    def _hit(
        self, hit: SealedHit, sealed: Sequence[SealedShelf], shelves: Sequence[Shelf | None], sought: Sought
    ) -> tuple[int, Found] | None:
        """The box is that of the first source."""
        places = [place for place in hit.sources if place < len(shelves)]
        file = self._file(self._boxes_of(sealed[places[0]].peer), hit.box) if places else None
        if file is None or self._keys.file_tag(handle_of(unb64(file.root))) != hit.tag:
            self.unopened += file is not None
            return None
        sources = [shelf for place in places if (shelf := shelves[place]) is not None]
        if sought.peer is not None:
            sources = [shelf for shelf in sources if peer_id(unb64(shelf.peer)) == sought.peer]
        order = _rank(file, sought)
        if order is None or not sources:
            return None
        others = hit.count - len(hit.sources) if sought.peer is None else 0
        told = Hit(
            root=file.root,
            name=file.name,
            size=file.size,
            kind=kind_of(file.name),
            folder=file.folder,
            sources=tuple(range(len(sources))),
            count=len(sources) + max(0, others),
        )
        return order, Found(seq=1, re=1, hits=(told,), libraries=tuple(sources))

    def _file(self, boxes: Boxes, box: str) -> SealedFile | None:
        try:
            file = boxes.open_file(box)
            unb64(file.root)
        except ValueError:
            self.unopened += 1
            return None
        return file

    def _boxes_of(self, owner: str) -> Boxes:
        """Those of an owner by its key."""
        if owner not in self._boxes:
            self._boxes[owner] = Boxes(self._keys, unb64(owner))
        return self._boxes[owner]


def _rank(file: SealedFile, sought: Sought) -> int | None:
    """How well a file fits, the less the better; None if it does not."""
    if sought.kind not in (None, kind_of(file.name)):
        return None
    if not (sought.least or 0) <= file.size <= (2**53 if sought.most is None else sought.most):
        return None
    if sought.handle is None:
        return rank(sought.words, file.folder, file.name)
    return 0 if handle_of(unb64(file.root)) == sought.handle else None
