"""The rules of sealed spaces: who knows the tag of one finds what is in it, and whoever does not is told nothing."""

from collections.abc import Coroutine
from typing import Any

import pytest

from pypeer.secure.ids import peer_id
from signaling.core.effects import Tally
from signaling.core.policy import Policy
from signaling.engine.sealed import weight_of
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import (
    Announce,
    Ask,
    Asked,
    Browse,
    Found,
    Here,
    Peers,
    Publish,
    Published,
    Search,
    Withdraw,
)
from signaling.protocol.encoding import b64, unb64
from signaling.protocol.listed import File, Folder, Reach
from signaling.protocol.messages import Bye, Error, Ok
from signaling.protocol.rendezvous import Met
from signaling.protocol.spaces import (
    KeyBox,
    Keyring,
    Keys,
    SealedAnnounce,
    SealedBrowse,
    SealedEntry,
    SealedFound,
    SealedHere,
    SealedHit,
    SealedItem,
    SealedListing,
    SealedPeers,
    SealedPublish,
    SealedSearch,
    SealedShelf,
)
from tests.support.naive_index import HeldIndex, NaiveIndex
from tests.support.scene import Guest, Scene

OURS, THEIRS = b64(b"our space in 16b"), b64(b"another space 16")
MOON, BLUE, NOISE = "moonmoon", "blueblue", "noisenoi"
BOX = b64(b"a box")


def entry(number: int, words: str = MOON, box: str = BOX, tag: int | None = None) -> SealedEntry:
    return SealedEntry(number, b64((number if tag is None else tag).to_bytes(16)), words, box)


SONG, PICTURE = entry(1, MOON + BLUE, b64(b"song")), entry(2, MOON, b64(b"picture"))


@pytest.fixture
def scene() -> Scene:
    return Scene(index=NaiveIndex())


def publish(guest: Guest, *files: SealedEntry, space: str = OURS, **told: object) -> str:
    published = guest.ask(SealedPublish(id=1, space=space, box=BOX, **told))  # type: ignore[arg-type]
    assert isinstance(published, Published), published
    for at in range(0, len(files), 5):
        message = SealedAnnounce(id=1, library=published.library, files=files[at : at + 5])
        assert isinstance(guest.ask(message), Ok)
    return published.library


def search(guest: Guest, *words: str, space: str = OURS, **narrower: object) -> SealedFound:
    groups = tuple((word,) for word in words)
    found = guest.ask(SealedSearch(id=1, space=space, words=groups, **narrower))  # type: ignore[arg-type]
    assert isinstance(found, SealedFound), found
    return found


def shelves(guest: Guest, space: str = OURS, after: str | None = None) -> SealedHere:
    here = guest.ask(SealedPeers(id=1, space=space, after=after))
    assert isinstance(here, SealedHere), here
    return here


def browse(guest: Guest, library: str, after: int = 0) -> SealedListing:
    listing = guest.ask(SealedBrowse(id=1, space=OURS, library=library, after=after))
    assert isinstance(listing, SealedListing), listing
    return listing


def test_members_find_what_is_published_in_their_space(scene: Scene) -> None:
    owner, member = scene.guest(), scene.guest()
    library = publish(owner, SONG, PICTURE, reach=Reach.OPEN)
    assert isinstance(owner.ask(SealedAnnounce(id=1, library=library, whole=True)), Ok)
    shelf = SealedShelf(library=library, peer=owner.key, box=BOX, reach=Reach.OPEN, files=2, whole=True)
    assert shelves(member).libraries == (shelf,)
    found = search(member, MOON)
    assert found.libraries == (shelf,)
    assert found.hits == tuple(SealedHit(tag=each.tag, box=each.box, sources=(0,), count=1) for each in (SONG, PICTURE))
    assert [hit.box for hit in search(member, MOON, BLUE).hits] == [SONG.box]
    assert search(member, BLUE, NOISE).hits == ()
    either = member.ask(SealedSearch(id=1, space=OURS, words=((NOISE, BLUE),)))
    assert isinstance(either, SealedFound)
    assert [hit.box for hit in either.hits] == [SONG.box]
    assert [hit.box for hit in search(member, tag=PICTURE.tag).hits] == [PICTURE.box]
    assert search(member).hits == ()
    listed = browse(member, library)
    assert [item.box for item in listed.files] == [SONG.box, PICTURE.box]
    assert browse(member, library, listed.files[0].place).files == listed.files[1:]
    assert scene.counts[Tally.SEARCHES, "found"] == 4


def test_a_stranger_is_told_the_same_as_if_there_were_no_space(scene: Scene) -> None:
    """Whether it asks in the open or in another space, with the id of a library or its words."""
    owner, stranger = scene.guest(), scene.guest()
    library = publish(owner, SONG, PICTURE)
    assert stranger.ask(Peers(id=1)) == Here(seq=1, re=1)
    for words in (MOON, "moon", SONG.tag, SONG.box):
        answer = stranger.ask(Search(id=1, words=words))
        assert isinstance(answer, Found)
        assert (answer.hits, answer.libraries) == ((), ())
    by_peer = stranger.ask(Search(id=1, words="moon", peer=peer_id(unb64(owner.key))))
    assert isinstance(by_peer, Found)
    assert by_peer.hits == ()
    assert search(stranger, MOON, space=THEIRS).hits == search(stranger, tag=SONG.tag, space=THEIRS).hits == ()
    assert shelves(stranger, THEIRS).libraries == ()
    nobodys = SealedBrowse(id=1, space=THEIRS, library="nobodys")
    wrong = SealedBrowse(id=1, space=THEIRS, library=library)
    told = [stranger.ask(request) for request in (Browse(id=1, library=library), wrong, nobodys)]
    assert {(error.code, error.message) for error in told if isinstance(error, Error)} == {
        (ErrorCode.UNKNOWN_LIBRARY, "this library is not there, or is another session's: search again")
    }


def test_spaces_are_apart_even_where_tokens_are_the_same(scene: Scene) -> None:
    owner, member = scene.guest(), scene.guest()
    publish(owner, SONG)
    publish(owner, entry(1, MOON, b64(b"other"), tag=1), space=THEIRS)
    assert [hit.box for hit in search(member, MOON).hits] == [SONG.box]
    [hit] = search(member, tag=SONG.tag, space=THEIRS).hits
    assert (hit.box, hit.count) == (b64(b"other"), 1)


def test_one_file_of_several_is_one_hit_and_the_first_is_whose_box_it_is(scene: Scene) -> None:
    first, away, best, member = (scene.guest() for _ in range(4))
    publish(first, SONG, ask=True)
    publish(away, entry(1, NOISE, b64(b"as others call it")))
    library = publish(best, SONG, reach=Reach.OPEN)
    scene.lose(away.connection)
    found = search(member, BLUE)
    [hit] = found.hits
    assert (hit.box, hit.count, hit.sources) == (SONG.box, 3, (0, 1, 2))
    assert [shelf.peer for shelf in found.libraries] == [first.key, best.key, away.key]
    assert [shelf.away for shelf in found.libraries] == [False, False, True]
    assert found.libraries[1].library == library


def test_what_changes_and_goes_is_found_as_it_is_then(scene: Scene) -> None:
    owner, member = scene.guest(), scene.guest()
    library = publish(owner, SONG, PICTURE)
    changed = entry(1, NOISE, b64(b"new"), tag=9)
    assert isinstance(owner.ask(SealedAnnounce(id=1, library=library, files=(changed,), gone=(2, 77))), Ok)
    assert search(member, MOON).hits == search(member, tag=SONG.tag).hits == ()
    assert [hit.box for hit in search(member, NOISE).hits] == [changed.box]
    assert [shelf.files for shelf in shelves(member).libraries] == [1]
    assert isinstance(owner.ask(Withdraw(id=1, library=library)), Ok)
    assert (shelves(member).libraries, search(member, NOISE).hits) == ((), ())
    assert owner.refused(SealedAnnounce(id=1, library=library)) is ErrorCode.UNKNOWN_LIBRARY


def test_a_library_ends_with_its_session_and_the_space_with_its_last(scene: Scene) -> None:
    owner, other, member = scene.guest(), scene.guest(), scene.guest()
    publish(owner, SONG)
    publish(owner, SONG, space=THEIRS)
    publish(other, PICTURE)
    directory = scene.hub.sessions.directory
    assert directory is not None
    assert (len(directory.spaces), directory.totals, directory.entries) == (3, (3, 3, 0), 6)
    scene.say(owner.connection, Bye())
    assert [hit.box for hit in search(member, MOON).hits] == [PICTURE.box]
    scene.say(other.connection, Bye())
    assert (shelves(member).libraries, search(member, MOON).hits) == ((), ())
    assert (len(directory.spaces), directory.spaces.files, directory.entries) == (0, 0, 0)


def test_a_library_is_asked_for_by_its_id(scene: Scene) -> None:
    """Whoever has it is told nothing by that: what it wants it has to prove (tests/integration/spaces)."""
    owner, member = scene.guest(), scene.guest()
    library = publish(owner, SONG)
    met = member.ask(Ask(id=1, library=library))
    assert isinstance(met, Met)
    assert met.peer == owner.key
    [asked] = [each for each in owner.take() if isinstance(each, Asked)]
    assert (asked.pair, asked.library, asked.peer) == (met.pair, library, member.key)
    assert owner.refused(Ask(id=1, library=library)) is ErrorCode.BAD_MESSAGE
    scene.lose(owner.connection)
    assert member.refused(Ask(id=1, library=library)) is ErrorCode.SENDER_AWAY


def test_nobody_announces_in_the_library_of_another(scene: Scene) -> None:
    owner, other = scene.guest(), scene.guest()
    sealed, opened = publish(owner, SONG), other.ask(Publish(id=1, name="open"))
    assert isinstance(opened, Published)
    assert other.refused(SealedAnnounce(id=1, library=sealed, files=(SONG,))) is ErrorCode.UNKNOWN_LIBRARY
    assert other.refused(SealedAnnounce(id=1, library=opened.library, files=(SONG,))) is ErrorCode.UNKNOWN_LIBRARY
    folder = Folder("", (File(1, "a", 1, b64(bytes(32))),))
    assert owner.refused(Announce(id=1, library=sealed, folders=(folder,))) is ErrorCode.UNKNOWN_LIBRARY
    assert other.refused(Withdraw(id=1, library=sealed)) is ErrorCode.UNKNOWN_LIBRARY


@pytest.mark.parametrize(
    "bad", [SealedEntry(1, "A" * 21 + "B", MOON, BOX), SealedEntry(1, "A" * 22, MOON, "QUJDR"), entry(1, box="QUJ")]
)
def test_what_is_no_base64url_is_refused_whole(scene: Scene, bad: SealedEntry) -> None:
    owner = scene.guest()
    library = publish(owner)
    assert owner.refused(SealedAnnounce(id=1, library=library, files=(SONG, bad))) is ErrorCode.BAD_MESSAGE
    assert search(owner, MOON).hits == ()
    assert owner.refused(SealedSearch(id=1, space=OURS, tag="A" * 21 + "B")) is ErrorCode.BAD_MESSAGE


def test_limits_count_what_is_sealed_too() -> None:
    """Each weighs as much as two in the open, and more if its box is large."""
    scene = Scene(Policy(files_per_library=3, directory_files=10, libraries_per_session=2), index=NaiveIndex())
    owner, other = scene.guest(), scene.guest()
    library = publish(owner, entry(1), entry(2), entry(3))
    assert owner.refused(SealedAnnounce(id=1, library=library, files=(entry(4),))) is ErrorCode.TOO_MANY
    heavy = entry(3, box="QUJD" * 700)
    assert isinstance(owner.ask(SealedAnnounce(id=1, library=library, files=(heavy,), gone=(1, 2))), Ok)
    publish(other, entry(1), entry(2))
    second = publish(owner)
    assert owner.refused(SealedAnnounce(id=1, library=second, files=(entry(1),))) is ErrorCode.TOO_MANY
    assert owner.refused(SealedPublish(id=1, space=OURS, box=BOX)) is ErrorCode.TOO_MANY
    assert owner.refused(Publish(id=1, name="open")) is ErrorCode.TOO_MANY
    opened = other.ask(Publish(id=1, name="open"))
    assert isinstance(opened, Published)
    folder = Folder("", (File(1, "a", 1, b64(bytes(32))),))
    assert other.refused(Announce(id=1, library=opened.library, folders=(folder,))) is ErrorCode.TOO_MANY
    assert isinstance(owner.ask(SealedAnnounce(id=1, library=library, gone=(3,))), Ok)
    assert isinstance(owner.ask(SealedAnnounce(id=1, library=second, files=(entry(1),))), Ok)


def test_announcements_and_looks_are_counted_with_those_in_the_open() -> None:
    scene = Scene(Policy(announce_rate=60, search_rate=0.2), index=NaiveIndex())
    owner = scene.guest()
    library = publish(owner)
    files = tuple(entry(number) for number in range(200))
    assert isinstance(owner.ask(SealedAnnounce(id=1, library=library, files=files)), Ok)
    assert owner.refused(SealedAnnounce(id=1, library=library, files=files)) is ErrorCode.RATE_LIMITED
    shelves(owner)
    search(owner, MOON)
    assert owner.refused(SealedPeers(id=1, space=OURS)) is ErrorCode.RATE_LIMITED


def test_long_answers_come_in_pages(scene: Scene) -> None:
    owner, member = scene.guest(), scene.guest()
    files = tuple(entry(number, box=b64(number.to_bytes(2) * 3000)) for number in range(60))
    library = publish(owner, *files)
    found = search(member, MOON, limit=limits.SEARCH_HITS_MAX)
    assert found.more
    assert 0 < len(found.hits) < limits.SEARCH_HITS_MAX
    rest = search(member, MOON, skip=len(found.hits), limit=1)
    assert rest.more
    assert rest.hits[0].box == files[len(found.hits)].box
    assert not search(member, MOON, skip=59).more
    seen: list[SealedItem] = []
    while True:
        page = browse(member, library, seen[-1].place if seen else 0)
        seen += page.files
        if not page.more:
            break
    assert [item.box for item in seen] == [each.box for each in files]


def test_libraries_come_in_pages(scene: Scene) -> None:
    box = "QUJD" * 3000
    names = []
    for _ in range(8):
        owner = scene.guest()
        answer = owner.ask(SealedPublish(id=1, space=OURS, box=box))
        assert isinstance(answer, Published)
        names.append(answer.library)
    member = scene.guest()
    first = shelves(member)
    assert first.more
    rest = shelves(member, after=first.libraries[-1].library)
    assert not rest.more
    assert [shelf.library for shelf in (*first.libraries, *rest.libraries)] == sorted(names)


def key_box(name: str, content: str = "key") -> KeyBox:
    return KeyBox(b64(name.encode().ljust(16)), b64(content.encode().ljust(60)))


def keyring(guest: Guest, *boxes: KeyBox) -> tuple[KeyBox, ...]:
    answer = guest.ask(Keys(id=1, tokens=tuple(box.token for box in boxes)))
    assert isinstance(answer, Keyring), answer
    return answer.keys


def test_whoever_knows_a_token_finds_the_key_that_is_under_it(scene: Scene) -> None:
    owner, contact = scene.guest(), scene.guest()
    bob, carl, dora = key_box("bob"), key_box("carl"), key_box("dora")
    first = publish(owner, keys=(bob, carl))
    assert keyring(contact, bob, dora, bob) == (bob,)
    assert keyring(contact) == ()
    newer = key_box("bob", "new key")
    second = publish(owner, keys=(newer,))
    assert keyring(contact, bob, carl) == (newer, carl)
    assert isinstance(owner.ask(Withdraw(id=1, library=second)), Ok)
    assert keyring(contact, bob) == (bob,)
    assert isinstance(owner.ask(Withdraw(id=1, library=first)), Ok)
    assert keyring(contact, bob, carl) == ()


def test_keys_weigh_as_much_as_files() -> None:
    scene = Scene(Policy(directory_files=3, search_rate=0.2), index=NaiveIndex())
    owner = scene.guest()
    boxes = tuple(key_box(str(number)) for number in range(4))
    assert owner.refused(SealedPublish(id=1, space=OURS, box=BOX, keys=boxes)) is ErrorCode.TOO_MANY
    library = publish(owner, keys=(*boxes[:2], boxes[0]))
    assert owner.refused(SealedPublish(id=1, space=OURS, box=BOX, keys=boxes[:2])) is ErrorCode.TOO_MANY
    assert isinstance(owner.ask(Withdraw(id=1, library=library)), Ok)
    publish(owner, keys=boxes[:3])


def test_looking_for_keys_is_counted_as_a_search() -> None:
    scene = Scene(Policy(search_rate=0.2), index=NaiveIndex())
    owner = scene.guest()
    keyring(owner)
    keyring(owner)
    assert owner.refused(Keys(id=1)) is ErrorCode.RATE_LIMITED


def announcing(held: Scene, owner: Guest, turns: int) -> tuple[str, Coroutine[Any, Any, str | None]]:
    """A library of which 300 files are being announced, after so many turns of others."""
    library = publish(owner)
    owner.asked += 1
    files = tuple(entry(number) for number in range(300))
    work = held.begin(owner.connection, SealedAnnounce(id=owner.asked, library=library, files=files))
    for _ in range(turns - 1):
        work.send(None)
    return library, work


def finish(work: Coroutine[Any, Any, str | None]) -> None:
    for _ in range(100):
        try:
            work.send(None)
        except StopIteration:
            return
    raise AssertionError("it goes on for ever")


def test_others_are_answered_while_a_long_announcement_is_taken_in() -> None:
    held = Scene(index=HeldIndex())
    owner, member = held.guest(), held.guest()
    library, work = announcing(held, owner, 3)
    directory = held.hub.sessions.directory
    assert directory is not None
    assert 0 < len(browse(member, library).files) < 300
    assert (directory.totals[1], directory.entries) == (0, 300 * weight_of(entry(0)))
    finish(work)
    assert isinstance(owner.take()[-1], Ok)
    assert len(browse(member, library).files) == 300
    assert (directory.totals[1], directory.entries) == (300, 300 * weight_of(entry(0)))


@pytest.mark.parametrize("turns", [1, 3])
def test_a_library_may_end_before_it_is_announced_and_while_it_is(turns: int) -> None:
    held = Scene(index=HeldIndex())
    owner, other = held.guest(), held.guest()
    publish(other)
    library, work = announcing(held, owner, turns)
    assert isinstance(owner.ask(Withdraw(id=1, library=library)), Ok)
    finish(work)
    [answer] = owner.take()
    assert isinstance(answer, Error)
    assert answer.code is ErrorCode.UNKNOWN_LIBRARY
    directory = held.hub.sessions.directory
    assert directory is not None
    assert (directory.totals, directory.entries) == ((1, 0, 0), 0)
    assert search(other, MOON).hits == ()
