"""The rules of the directory, over an index that is a few lines: who publishes, finds, looks and asks."""

import base64
from collections.abc import Sequence

import msgspec
import pytest

from pypeer.identity import Identity
from pypeer.secure.ids import peer_id
from signaling.core.effects import Tally
from signaling.core.session import Session
from signaling.core.sessions import Relaying
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import Announce, Ask, Asked, Browse, Peers, Publish, Withdraw
from signaling.protocol.kinds import Kind
from signaling.protocol.listed import File, Folder, Hit, Item, Reach, Shelf, Subfolder
from signaling.protocol.messages import Bye, Ok
from signaling.protocol.rendezvous import Leave, Left, Met, Signal, Signaled
from tests.support.naive_index import NaiveIndex, root
from tests.support.scene import Scene
from tests.unit.signaling.core.publishing import FOLDERS, PICTURE, SONG, browse, publish, search, shelves


@pytest.fixture
def scene() -> Scene:
    return Scene(index=NaiveIndex())


def test_a_server_without_it_says_so() -> None:
    guest = Scene().guest()
    assert limits.CAP_DIRECTORY not in guest.welcome.caps
    for request in (Publish(id=1, name="x"), Peers(id=1), Ask(id=1, library="x")):
        assert guest.refused(request) is ErrorCode.NO_DIRECTORY


def test_what_is_published_is_seen_and_found_by_others(scene: Scene) -> None:
    owner, guest = scene.guest(), scene.guest()
    assert owner.welcome.caps == (limits.CAP_DIRECTORY, limits.CAP_CONTACTS, limits.CAP_DELEGATES)
    library = publish(owner, *FOLDERS, description="d", reach=Reach.OPEN)
    shelf = Shelf(library=library, peer=owner.key, name="shelf", description="d", reach=Reach.OPEN, files=2, bytes=1050)
    assert shelves(guest) == (shelf,)
    song = Hit(
        root=SONG.root,
        name=SONG.name,
        size=1000,
        kind=Kind.AUDIO,
        folder="music/jazz",
        sources=(0,),
        count=1,
    )
    picture = Hit(root=PICTURE.root, name=PICTURE.name, size=50, kind=Kind.PICTURE, sources=(0,), count=1)
    found = search(guest)
    assert (found.hits, found.libraries, found.more) == ((song, picture), (shelf,), False)
    assert search(guest, "jazz").hits == (song,)
    handle = base64.b32encode(bytes(10)).decode().lower()
    assert search(guest, "", handle=handle, least=1000).hits == (song,)
    assert scene.counts[Tally.SEARCHES, "found"] == 3
    listing = browse(guest, library)
    assert listing.folders == (Subfolder("music", 1, 1000),)
    assert listing.files == (Item("moon.jpg", 50, PICTURE.root),)
    assert listing.more is False
    assert scene.hub.sessions.directory is not None
    assert (len(scene.hub.sessions.directory), scene.hub.sessions.directory.entries) == (1, 5)


def test_a_search_is_narrowed_down(scene: Scene) -> None:
    owner, other, guest = scene.guest(), scene.guest(), scene.guest()
    publish(owner, *FOLDERS)
    publish(other, Folder("", (File(1, "moon.txt", 7, root(3)), msgspec.structs.replace(PICTURE, number=9))))
    assert [hit.name for hit in search(guest, kind=Kind.TEXT).hits] == ["moon.txt"]
    assert [hit.name for hit in search(guest, least=8, most=50).hits] == ["moon.jpg"]
    found = search(guest, peer=peer_id(other.identity.key))
    assert [hit.name for hit in found.hits] == ["moon.txt", "moon.jpg"]
    assert {shelf.peer for shelf in found.libraries} == {other.key}
    assert search(guest, peer=peer_id(guest.identity.key)).hits == ()
    assert scene.counts[Tally.SEARCHES, "nothing"] == 1
    page = search(guest, limit=1)
    assert (len(page.hits), page.more) == (1, True)
    assert search(guest, skip=2, limit=1).more is False


def test_one_file_at_many_is_one_hit_and_the_best_to_be_asked_come_first(scene: Scene) -> None:
    kinds: Sequence[dict[str, object]] = (
        {"reach": Reach.BLOCKED},
        {"reach": Reach.VARYING},
        {"ask": True, "reach": Reach.OPEN},
        {},
        {"reach": Reach.STEADY},
        {"reach": Reach.OPEN},
    )
    for told in kinds:
        publish(scene.guest(), Folder("", (PICTURE,)), **told)
    away = scene.guest()
    publish(away, Folder("", (PICTURE,)), reach=Reach.OPEN)
    away.lose()
    for _ in range(3):
        publish(scene.guest(), Folder("", (msgspec.structs.replace(PICTURE, name="other.jpg"),)), reach=Reach.OPEN)
    found = search(scene.guest())
    [hit] = found.hits
    assert (hit.count, len(hit.sources)) == (10, limits.HIT_SOURCES)
    best = [(shelf.reach, shelf.ask, shelf.away) for shelf in (found.libraries[place] for place in hit.sources)]
    open_ = (Reach.OPEN, False, False)
    assert best == [open_] * 4 + [(each, False, False) for each in (Reach.STEADY, None, Reach.VARYING, Reach.BLOCKED)]
    assert hit.name == "moon.jpg", "the name is the one at the first source"


def test_libraries_have_an_order_that_stays(scene: Scene) -> None:
    owners = [scene.guest() for _ in range(5)]
    names = sorted(publish(owner) for owner in owners)
    guest = scene.guest()
    assert [shelf.library for shelf in shelves(guest)] == names
    assert [shelf.library for shelf in shelves(guest, names[2])] == names[3:]
    owners[0].ask(Withdraw(id=1, library=publish(owners[0])))
    for owner in owners:
        owner.ask(Withdraw(id=1, library=names[2]))
    assert [shelf.library for shelf in shelves(guest, names[2])] == names[3:]


def test_an_entry_changes_and_goes(scene: Scene) -> None:
    owner, guest = scene.guest(), scene.guest()
    library = publish(owner, *FOLDERS)
    changed = Folder("art", (msgspec.structs.replace(SONG, name="red.mp3", size=1),))
    assert isinstance(owner.ask(Announce(id=1, library=library, folders=(changed,), gone=(2, 77), whole=True)), Ok)
    assert search(guest).hits == ()
    assert search(guest, "red").hits[0].folder == "art"
    [shelf] = shelves(guest)
    assert (shelf.files, shelf.bytes, shelf.whole) == (1, 1, True)
    assert isinstance(owner.ask(Announce(id=1, library=library, gone=(1,))), Ok)
    assert shelves(guest)[0].whole is True, "what was whole stays it"


def test_only_its_owner_changes_a_library(scene: Scene) -> None:
    owner, guest = scene.guest(), scene.guest()
    library = publish(owner, *FOLDERS)
    for change in (Announce(id=1, library=library), Withdraw(id=1, library=library)):
        assert guest.refused(change) is ErrorCode.UNKNOWN_LIBRARY
    assert isinstance(owner.ask(Withdraw(id=1, library=library)), Ok)
    for request in (Withdraw(id=1, library=library), Browse(id=1, library=library), Ask(id=1, library=library)):
        assert owner.refused(request) is ErrorCode.UNKNOWN_LIBRARY
    assert search(guest).hits == ()


def test_a_library_ends_with_its_session(scene: Scene) -> None:
    leaving, vanishing, guest = scene.guest(), scene.guest(), scene.guest()
    publish(leaving, Folder("", (SONG,)))
    kept = publish(vanishing, Folder("", (PICTURE,)))
    scene.say(leaving.connection, Bye())
    assert [hit.name for hit in search(guest).hits] == ["moon.jpg"]
    vanishing.lose()
    assert search(guest).libraries[0].away is True
    assert shelves(guest)[0].away is True
    assert guest.refused(Ask(id=1, library=kept)) is ErrorCode.SENDER_AWAY
    vanishing.sign_in(resume=True)
    assert search(guest).libraries[0].away is False
    vanishing.lose()
    scene.wait(limits.GRACE_S)
    guest.sign_in()
    assert search(guest).hits == ()
    assert scene.hub.sessions.directory is not None
    assert (len(scene.hub.sessions.directory), scene.hub.sessions.directory.entries) == (0, 0)


def test_who_asks_meets_the_owner_and_both_are_told_of_relays() -> None:
    def relays(_session: Session, _pair: str, member: str) -> Relaying:
        return Relaying(ticket=f"ticket of {member}")

    scene = Scene(index=NaiveIndex(), relays=relays)
    owner, guest = scene.guest(), scene.guest()
    library = publish(owner, *FOLDERS)
    owner.pushes()
    met = guest.ask(Ask(id=1, library=library))
    assert isinstance(met, Met)
    assert (met.peer, met.relay) == (owner.key, "ticket of a")
    asked = Asked(seq=owner.seen + 1, pair=met.pair, library=library, peer=guest.key, relay="ticket of b")
    assert owner.pushes() == [asked]
    for body in ("x", "y", "z", "z"):
        assert isinstance(owner.ask(Signal(id=1, pair=met.pair, body=body)), Ok)
    assert isinstance(guest.pushes()[-1], Signaled)
    assert isinstance(owner.ask(Withdraw(id=1, library=library)), Ok)
    assert isinstance(guest.ask(Leave(id=1, pair=met.pair)), Ok), "pairs that have met go on"
    assert isinstance(owner.pushes()[-1], Left)
    assert scene.counts[Tally.PAIRS, ""] == 1


def test_two_of_one_key_are_one_peer(scene: Scene) -> None:
    identity = Identity.from_seed(bytes(32))
    first, second = scene.guest(identity=identity), scene.guest(identity=identity)
    publish(first, Folder("", (SONG,)))
    publish(second, Folder("", (PICTURE,)))
    guest = scene.guest()
    assert len(search(guest, peer=peer_id(identity.key)).hits) == 2
    scene.say(first.connection, Bye())
    assert len(search(guest, peer=peer_id(identity.key)).hits) == 1
