"""How much the directory takes, how often, in which form, and how long its answers are."""

import msgspec
import pytest

from signaling.core.announced import fault_of
from signaling.core.policy import Policy
from signaling.protocol import limits
from signaling.protocol.codec import encode
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import Announce, Ask, Browse, Here, Peers, Publish
from signaling.protocol.listed import File, Folder
from signaling.protocol.messages import Error, Ok
from signaling.protocol.rendezvous import Met
from tests.support.naive_index import NaiveIndex, root
from tests.support.scene import Scene
from tests.unit.signaling.core.publishing import FOLDERS, PICTURE, SONG, browse, publish, search, shelves


@pytest.fixture
def scene() -> Scene:
    return Scene(index=NaiveIndex())


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
    told: list[str] = []
    after, more, pages = None, True, 0
    while more:
        here = guest.ask(Peers(id=1, after=after))
        assert isinstance(here, Here)
        assert len(encode(here)) <= limits.MESSAGE_BYTES
        told += [shelf.library for shelf in here.libraries]
        after, more, pages = told[-1], here.more, pages + 1
    assert told == sorted(set(told))
    assert len(told) == 61
    assert 1 < pages < 4


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
