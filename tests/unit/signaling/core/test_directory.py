"""The rules of the directory, over an index that is a few lines, and over one that can be held back."""

import base64
from collections.abc import Sequence

import msgspec
import pytest

from pypeer.identity import Identity
from pypeer.secure.ids import peer_id
from signaling.core.announced import fault_of
from signaling.core.effects import Tally
from signaling.core.hits import ROOM
from signaling.core.policy import Policy
from signaling.core.session import Session
from signaling.core.sessions import Relaying
from signaling.protocol import limits
from signaling.protocol.codec import encode
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import (
    Announce,
    Ask,
    Asked,
    Browse,
    Found,
    Here,
    Listing,
    Peers,
    Publish,
    Published,
    Search,
    Withdraw,
)
from signaling.protocol.encoding import b64
from signaling.protocol.kinds import Kind
from signaling.protocol.listed import File, Folder, Hit, Item, Reach, Shelf, Subfolder
from signaling.protocol.messages import Bye, Error, Ok, Request
from signaling.protocol.rendezvous import Leave, Left, Met, Signal, Signaled
from tests.support.naive_index import HeldIndex, NaiveIndex
from tests.support.scene import Guest, Scene, run


def root(number: int) -> str:
    return b64(number.to_bytes(32))


SONG = File(1, "Blue Moon.mp3", 1000, root(1))
PICTURE = File(2, "moon.jpg", 50, root(2))
FOLDERS = (Folder("music/jazz", (SONG,)), Folder("", (PICTURE,)))


@pytest.fixture
def scene() -> Scene:
    return Scene(index=NaiveIndex())


def publish(guest: Guest, *folders: Folder, **told: object) -> str:
    published = guest.ask(Publish(id=1, **({"name": "shelf"} | told)))  # type: ignore[arg-type]
    assert isinstance(published, Published), published
    for at in range(0, len(folders), 2):
        assert isinstance(guest.ask(Announce(id=1, library=published.library, folders=folders[at : at + 2])), Ok)
    return published.library


def search(guest: Guest, words: str = "moon", **narrower: object) -> Found:
    found = guest.ask(Search(id=1, words=words, **narrower))  # type: ignore[arg-type]
    assert isinstance(found, Found), found
    return found


def shelves(guest: Guest, after: str | None = None) -> tuple[Shelf, ...]:
    here = guest.ask(Peers(id=1, after=after))
    assert isinstance(here, Here)
    return here.libraries


def browse(guest: Guest, library: str, path: str = "", after: str = "") -> Listing:
    listing = guest.ask(Browse(id=1, library=library, path=path, after=after))
    assert isinstance(listing, Listing)
    return listing


def resume(guest: Guest, connection: int) -> int:
    """Come back on another connection while the old one still stands; the old one, which is taken as gone."""
    old, guest.connection = guest.connection, connection
    guest.sign_in(resume=True)
    return old


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


def test_nobody_asks_for_a_library_of_its_own_or_in_too_many_pairs() -> None:
    scene = Scene(Policy(pairs_per_session=1), index=NaiveIndex())
    owner, guest, other = scene.guest(), scene.guest(), scene.guest()
    library = publish(owner)
    assert owner.refused(Ask(id=1, library=library)) is ErrorCode.BAD_MESSAGE
    assert isinstance(guest.ask(Ask(id=1, library=library)), Met)
    assert other.refused(Ask(id=1, library=library)) is ErrorCode.TOO_MANY


def test_limits_of_a_session_and_of_a_library() -> None:
    scene = Scene(Policy(libraries_per_session=2, files_per_library=3), index=NaiveIndex())
    owner, guest = scene.guest(), scene.guest()
    library = publish(owner)
    publish(owner)
    assert owner.refused(Publish(id=1, name="third")) is ErrorCode.TOO_MANY
    four = tuple(File(number, f"moon {number}", 1, root(number)) for number in range(4))
    assert owner.refused(Announce(id=1, library=library, folders=(Folder("", four),))) is ErrorCode.TOO_MANY
    assert search(guest).hits == ()
    assert isinstance(owner.ask(Announce(id=1, library=library, folders=(Folder("", four[:3]),))), Ok)
    assert owner.refused(Announce(id=1, library=library, folders=(Folder("", four[3:]),))) is ErrorCode.TOO_MANY
    assert len(search(guest).hits) == 3, "what is there stays"
    swap = Announce(id=1, library=library, folders=(Folder("a/b/c", four[3:]),), gone=(0,))
    assert isinstance(owner.ask(swap), Ok)
    assert owner.refused(Announce(id=1, library=library, folders=(Folder("", four[1:2]),))) is ErrorCode.TOO_MANY, (
        "it has more folders than it may have files"
    )
    assert isinstance(owner.ask(Announce(id=1, library=library, gone=(3,))), Ok)
    assert isinstance(owner.ask(Announce(id=1, library=library, folders=(Folder("", four[1:2]),))), Ok)


def test_the_directory_is_full_for_all() -> None:
    scene = Scene(Policy(directory_files=4), index=NaiveIndex())
    first, second = scene.guest(), scene.guest()
    one = publish(first, Folder("", (SONG, PICTURE)))
    two = publish(second)
    full = Announce(id=1, library=two, folders=(Folder("", (SONG, PICTURE)),))
    assert second.refused(full) is ErrorCode.TOO_MANY
    assert isinstance(first.ask(Announce(id=1, library=one, gone=(1, 2))), Ok)
    assert isinstance(second.ask(full), Ok)


def test_announcing_searching_and_asking_have_rates() -> None:
    policy = Policy(announce_rate=1, search_rate=0.1, search_rate_per_address=0.2, ask_rate=1)
    scene = Scene(policy, index=NaiveIndex())
    owner, guest = scene.guest(), scene.guest()
    files = tuple(File(number, "moon", 1, root(number)) for number in range(9))
    library = publish(owner, Folder("", files[:4]))
    answer = owner.ask(Announce(id=1, library=library, folders=(Folder("", files),)))
    assert isinstance(answer, Error)
    assert (answer.code, answer.retry, answer.wait) == (ErrorCode.RATE_LIMITED, True, 240)
    scene.now += 240
    owner.sign_in(resume=True)
    assert isinstance(owner.ask(Announce(id=1, library=library, folders=(Folder("", files),))), Ok)
    search(guest)
    assert guest.refused(Browse(id=1, library=library)) is ErrorCode.RATE_LIMITED
    assert browse(owner, library).files
    assert scene.guest().refused(Peers(id=1)) is ErrorCode.RATE_LIMITED
    assert shelves(scene.guest("192.0.2.9"))
    for _ in range(2):
        assert isinstance(guest.ask(Ask(id=1, library=library)), Met)
    assert guest.refused(Ask(id=1, library=library)) is ErrorCode.RATE_LIMITED
    assert isinstance(scene.guest("192.0.2.8").ask(Ask(id=1, library=library)), Met)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a", "x"),
        ("a/", "x"),
        ("a//b", "x"),
        ("a/" * limits.FOLDER_DEPTH + "a", "x"),
        ("a" * 256, "x"),
        ("a\0", "x"),
        ("a", "x/y"),
        ("a", "x\0"),
    ],
)
def test_paths_and_names_that_cannot_be_are_refused_whole(scene: Scene, path: str, name: str) -> None:
    owner = scene.guest()
    library = publish(owner)
    bad = Folder(path, (File(5, name, 1, root(5)),))
    assert owner.refused(Announce(id=1, library=library, folders=(*FOLDERS, bad))) is ErrorCode.BAD_MESSAGE
    assert shelves(owner)[0].files == 0


def test_a_root_has_one_form(scene: Scene) -> None:
    owner = scene.guest()
    library = publish(owner)
    other = Folder("", (msgspec.structs.replace(SONG, root=SONG.root[:-1] + "F"),))
    assert owner.refused(Announce(id=1, library=library, folders=(other,))) is ErrorCode.BAD_MESSAGE


def test_deep_and_long_ones_are_all_right() -> None:
    deepest = "/".join(["a"] * limits.FOLDER_DEPTH)
    assert fault_of((Folder(deepest, (SONG,)), Folder("a" * 255, ()))) == ""


def test_answers_are_cut_to_fit_a_message(scene: Scene) -> None:
    owner, guest = scene.guest(), scene.guest()
    path = "/".join(["\x01" * 100] * 10)
    files = tuple(File(number, f"moon {number:03}" + "\x01" * 240, 1, root(number)) for number in range(40))
    library = publish(owner, description="\x01" * 256)
    for at in range(0, 40, 20):
        some = (Folder(path, files[at : at + 20]),)
        assert isinstance(owner.ask(Announce(id=1, library=library, folders=some)), Ok)
    for _ in range(60):
        publish(scene.guest(), name="\x01" * 64, description="\x01" * 256)
    got: list[str] = []
    more = True
    while more:
        found = search(guest, skip=len(got), limit=50)
        assert found.hits
        assert len(encode(found)) <= limits.MESSAGE_BYTES
        got += [hit.root for hit in found.hits]
        more = found.more
    assert got == [file.root for file in files]
    here = guest.ask(Peers(id=1))
    assert isinstance(here, Here)
    assert 20 < len(here.libraries) < 60
    assert here.more
    assert len(encode(here)) <= limits.MESSAGE_BYTES
    rest = guest.ask(Peers(id=1, after=here.libraries[-1].library))
    assert isinstance(rest, Here)
    assert not rest.more or rest.libraries
    assert ROOM < limits.MESSAGE_BYTES


def test_a_folder_is_told_in_pages(scene: Scene) -> None:
    owner, guest = scene.guest(), scene.guest()
    names = [f"{number:03}" + "\x01" * 240 for number in range(60)]
    folders = [Folder(name, (File(number, "x", 1, root(number)),)) for number, name in enumerate(names)]
    files = tuple(File(100 + number, f"f{name}", 1, root(100 + number)) for number, name in enumerate(names))
    library = publish(owner, *folders, Folder("", files[:30]), Folder("", ()), Folder("", files[30:]))
    told: list[str] = []
    after, more, pages = "", True, 0
    while more:
        listing = browse(guest, library, after=after)
        assert len(encode(listing)) <= limits.MESSAGE_BYTES
        page = [each.name for each in listing.folders] + [each.name for each in listing.files]
        told, after, more, pages = told + page, page[-1], listing.more, pages + 1
    assert told == names + [f"f{name}" for name in names]
    assert pages > 2


# --- while the index takes its time ---------------------------------------------------------------------------------


@pytest.fixture
def held() -> Scene:
    return Scene(index=HeldIndex())


def number(guest: Guest, request: Request) -> Request:
    guest.asked += 1
    return msgspec.structs.replace(request, id=guest.asked)


def announced(held: Scene, owner: Guest, *folders: Folder) -> str:
    published = owner.ask(Publish(id=1, name="shelf"))
    assert isinstance(published, Published)
    work = held.begin(owner.connection, number(owner, Announce(id=1, library=published.library, folders=folders)))
    run(work)
    assert isinstance(owner.take()[-1], Ok)
    return published.library


def test_a_library_that_is_withdrawn_meanwhile_is_in_no_answer(held: Scene) -> None:
    owner, other, guest = held.guest(), held.guest(), held.guest()
    library = announced(held, owner, *FOLDERS)
    announced(held, other, Folder("", (PICTURE,)))
    searching = held.begin(guest.connection, number(guest, Search(id=1, words="moon")))
    looker = held.guest()
    looking = held.begin(looker.connection, number(looker, Browse(id=1, library=library)))
    assert isinstance(owner.ask(Withdraw(id=1, library=library)), Ok)
    run(searching)
    run(looking)
    [found], [looked] = guest.take(), looker.take()
    assert isinstance(found, Found)
    assert [(hit.name, hit.count, hit.sources) for hit in found.hits] == [("moon.jpg", 1, (0,))]
    assert [shelf.peer for shelf in found.libraries] == [other.key]
    assert isinstance(looked, Error)
    assert looked.code is ErrorCode.UNKNOWN_LIBRARY


def test_a_session_that_ends_while_it_announces_leaves_nothing(held: Scene) -> None:
    owner = held.guest()
    library = owner.ask(Publish(id=1, name="shelf"))
    assert isinstance(library, Published)
    old = owner.connection
    work = held.begin(old, number(owner, Announce(id=1, library=library.library, folders=FOLDERS)))
    owner.sign_in(resume=True)
    assert owner.welcome.received == owner.asked
    held.say(owner.connection, Bye())
    owner.take()
    run(work)
    assert owner.take() == []
    assert held.faults == []
    assert held.hub.sessions.directory is not None
    assert (len(held.hub.sessions.directory), held.hub.sessions.directory.entries) == (0, 0)
    held.lose(old)
    held.wait(limits.GRACE_S + 1)
    assert held.faults == []


def test_the_answer_comes_on_the_connection_that_there_is_then(held: Scene) -> None:
    owner = held.guest()
    library = owner.ask(Publish(id=1, name="shelf"))
    assert isinstance(library, Published)
    request = number(owner, Announce(id=1, library=library.library, folders=FOLDERS))
    work = held.begin(owner.connection, request)
    owner.sign_in(resume=True)
    again = number(owner, Announce(id=1, library=library.library, gone=(1,)))
    held.say(owner.connection, request)
    then = held.begin(owner.connection, again)
    run(work)
    run(then)
    assert [getattr(answer, "re", None) for answer in owner.take()] == [2, 3]
    directory = held.hub.sessions.directory
    assert directory is not None
    assert directory.totals == (1, 1, 1)


def test_a_session_that_is_away_finds_its_answer_when_it_is_back(held: Scene) -> None:
    owner = held.guest()
    library = owner.ask(Publish(id=1, name="shelf"))
    assert isinstance(library, Published)
    work = held.begin(owner.connection, number(owner, Announce(id=1, library=library.library, folders=FOLDERS)))
    owner.lose()
    run(work)
    owner.sign_in(resume=True)
    assert owner.seen == 2
    assert owner.welcome.received == 2


def test_what_is_on_its_way_counts_to_what_the_directory_holds() -> None:
    held = Scene(Policy(directory_files=5), index=HeldIndex())
    first, second = held.guest(), held.guest()
    one, two = first.ask(Publish(id=1, name="1")), second.ask(Publish(id=1, name="2"))
    assert isinstance(one, Published)
    assert isinstance(two, Published)
    files = (SONG, PICTURE, File(3, "z", 1, root(3)))
    slow = held.begin(
        first.connection, number(first, Announce(id=1, library=one.library, folders=(Folder("", files),)))
    )
    full = held.begin(
        second.connection, number(second, Announce(id=1, library=two.library, folders=(Folder("", files),)))
    )
    run(full)
    run(slow)
    assert isinstance(second.take()[-1], Error)
    assert isinstance(first.take()[-1], Ok)


def test_two_of_one_key_are_one_peer(scene: Scene) -> None:
    identity = Identity.from_seed(bytes(32))
    first, second = scene.guest(identity=identity), scene.guest(identity=identity)
    publish(first, Folder("", (SONG,)))
    publish(second, Folder("", (PICTURE,)))
    guest = scene.guest()
    assert len(search(guest, peer=peer_id(identity.key)).hits) == 2
    scene.say(first.connection, Bye())
    assert len(search(guest, peer=peer_id(identity.key)).hits) == 1
