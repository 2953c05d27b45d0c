"""Libraries that are published on the stage, and what guests see of them."""

from signaling.protocol.directory import Announce, Browse, Found, Here, Listing, Peers, Publish, Published, Search
from signaling.protocol.listed import File, Folder, Shelf
from signaling.protocol.messages import Ok
from tests.support.naive_index import root
from tests.support.scene import Guest

SONG = File(1, "Blue Moon.mp3", 1000, root(1))
PICTURE = File(2, "moon.jpg", 50, root(2))
FOLDERS = (Folder("music/jazz", (SONG,)), Folder("", (PICTURE,)))


def publish(guest: Guest, *folders: Folder, **told: object) -> str:
    """Publish a library with these folders in it; its id."""
    published = guest.ask(Publish(id=1, **({"name": "shelf"} | told)))  # type: ignore[arg-type]
    assert isinstance(published, Published), published
    for at in range(0, len(folders), 2):
        assert isinstance(guest.ask(Announce(id=1, library=published.library, folders=folders[at : at + 2])), Ok)
    return published.library


def search(guest: Guest, words: str = "moon", **narrower: object) -> Found:
    """What is found."""
    found = guest.ask(Search(id=1, words=words, **narrower))  # type: ignore[arg-type]
    assert isinstance(found, Found), found
    return found


def shelves(guest: Guest, after: str | None = None) -> tuple[Shelf, ...]:
    """Who is here, a page of it."""
    here = guest.ask(Peers(id=1, after=after))
    assert isinstance(here, Here)
    return here.libraries


def browse(guest: Guest, library: str, path: str = "", after: str = "") -> Listing:
    """A page of a folder."""
    listing = guest.ask(Browse(id=1, library=library, path=path, after=after))
    assert isinstance(listing, Listing)
    return listing
