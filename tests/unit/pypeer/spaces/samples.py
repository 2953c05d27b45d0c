"""A space, its members, and what a server would say of it."""

from pypeer.finding.found import handle_of
from pypeer.identity import Identity
from pypeer.secure.encoding import b64
from pypeer.spaces.blinding import Blinder
from pypeer.spaces.boxes import Boxes, SealedFile, SealedLibrary
from pypeer.spaces.keys import SpaceKeys
from pypeer.spaces.space import Space
from signaling.protocol.spaces import SealedHit, SealedShelf

KEYS = SpaceKeys(bytes(range(32)))
FAMILY = Space("Family", KEYS, 1.0)
ADA, BOB = Identity.from_seed(bytes([1]) * 32), Identity.from_seed(bytes([2]) * 32)
ROOTS = [bytes([number]) * 32 for number in range(9)]
BLINDER = Blinder(KEYS)


def file(number: int, name: str = "Blue Moon.mp3", folder: str = "Jazz", size: int = 1000) -> SealedFile:
    return SealedFile(folder, name, size, b64(ROOTS[number]))


def box(owner: Identity, content: SealedFile, keys: SpaceKeys = KEYS) -> str:
    return Boxes(keys, owner.key).file(content)


def shelf(owner: Identity, name: str = "Music", keys: SpaceKeys = KEYS, **told: object) -> SealedShelf:
    sealed = Boxes(keys, owner.key).library(SealedLibrary(name, "what there is"))
    return SealedShelf(library=f"lib-{owner.id[:4]}", peer=b64(owner.key), box=sealed, **told)  # type: ignore[arg-type]


def hit(owner: Identity, content: SealedFile, *sources: int, count: int = 0) -> SealedHit:
    tag = KEYS.file_tag(handle_of(_root(content)))
    return SealedHit(tag=tag, box=box(owner, content), sources=sources, count=count or len(sources))


def _root(content: SealedFile) -> bytes:
    return next(root for root in ROOTS if b64(root) == content.root)
