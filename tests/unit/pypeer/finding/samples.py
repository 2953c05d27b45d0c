"""Libraries and files as a server tells them."""

from typing import Final

from pypeer.identity import Identity
from pypeer.secure.code import short_name
from pypeer.secure.encoding import b64
from pypeer.secure.ids import peer_id
from signaling.protocol.directory import Found
from signaling.protocol.kinds import Kind
from signaling.protocol.listed import Hit, Item, Reach, Shelf

KEYS: Final = [Identity.from_seed(bytes([number]) * 32).key for number in range(1, 5)]
PEERS: Final = [peer_id(key) for key in KEYS]
SHORTS: Final = [short_name(peer) for peer in PEERS]
ROOTS: Final = [bytes([number]) * 32 for number in range(1, 5)]


def shelf(number: int, name: str = "Films", library: str = "", **fields: object) -> Shelf:
    """A library of one of the peers."""
    told = {"library": library or f"lib{number}", "peer": b64(KEYS[number]), "name": name}
    return Shelf(**(told | fields))  # type: ignore[arg-type]


def hit(root: bytes, *sources: int, name: str = "film.mkv", size: int = 1000, folder: str = "", count: int = 0) -> Hit:
    """A file of these libraries."""
    count = count or len(sources)
    return Hit(root=b64(root), name=name, size=size, kind=Kind.VIDEO, folder=folder, sources=sources, count=count)


def found(*hits: Hit, libraries: tuple[Shelf, ...] = (), more: bool = False) -> Found:
    """What a search answers."""
    return Found(seq=1, re=1, hits=hits, libraries=libraries or (shelf(0), shelf(1)), more=more)


def item(name: str, root: bytes = ROOTS[0], size: int = 5) -> Item:
    """A file in a folder."""
    return Item(name, size, b64(root))


__all__ = ["KEYS", "PEERS", "ROOTS", "SHORTS", "Reach", "found", "hit", "item", "shelf"]
