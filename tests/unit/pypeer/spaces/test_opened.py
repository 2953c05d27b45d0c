"""What a server says of a space is believed only where it cannot be a lie; the rest is left out, and counted."""

import msgspec
import pytest

from pypeer.finding.found import handle_of
from pypeer.finding.sought import Sought
from pypeer.secure.encoding import b64
from pypeer.spaces.keys import SpaceKeys
from pypeer.spaces.opened import Reader
from signaling.protocol.directory import Found
from signaling.protocol.kinds import Kind
from signaling.protocol.listed import Reach
from signaling.protocol.spaces import SealedFound, SealedHit, SealedShelf
from tests.unit.pypeer.spaces.samples import ADA, BOB, KEYS, ROOTS, box, file, hit, shelf

SONG = file(0)
BLUE = Sought("blue")
OTHERS = SpaceKeys(bytes(32))


def told(*hits: SealedHit, shelves: tuple[SealedShelf, ...] = (shelf(ADA), shelf(BOB))) -> SealedFound:
    return SealedFound(seq=1, re=1, hits=hits, libraries=shelves)


def read(answer: SealedFound, sought: Sought = BLUE) -> tuple[list[tuple[int, Found]], int]:
    reader = Reader(KEYS)
    found = reader.found(answer, sought)
    return found, reader.unopened


def test_an_honest_hit_is_as_one_in_the_open() -> None:
    shelves = (shelf(ADA, reach=Reach.OPEN, files=7, whole=True), shelf(BOB, ask=True, away=True))
    [(order, found)], unopened = read(told(hit(ADA, SONG, 0, 1, count=12), shelves=shelves))
    assert (order, unopened) == (0, 0)
    [song] = found.hits
    assert (song.name, song.folder, song.size, song.kind) == ("Blue Moon.mp3", "Jazz", 1000, Kind.AUDIO)
    assert (song.root, song.sources, song.count) == (b64(ROOTS[0]), (0, 1), 12)
    first, second = found.libraries
    assert (first.name, first.description, first.reach, first.files, first.whole) == (
        "Music", "what there is", Reach.OPEN, 7, True,
    )  # fmt: skip
    assert (second.peer, second.ask, second.away) == (b64(BOB.key), True, True)


def test_a_box_of_one_owner_is_not_taken_for_another_s() -> None:
    assert read(told(hit(BOB, SONG, 0))) == ([], 1)


def test_a_box_of_one_file_is_not_taken_for_another_s() -> None:
    lie = msgspec.structs.replace(hit(ADA, SONG, 0), box=box(ADA, file(1)))
    assert read(told(lie)) == ([], 1)


def test_a_box_of_a_library_is_none_of_a_file() -> None:
    lie = msgspec.structs.replace(hit(ADA, SONG, 0), box=shelf(ADA).box)
    assert read(told(lie)) == ([], 1)


def test_a_box_of_another_space_does_not_open() -> None:
    lie = msgspec.structs.replace(hit(ADA, SONG, 0), box=box(ADA, SONG, OTHERS))
    assert read(told(lie)) == ([], 1)
    assert read(told(hit(ADA, SONG, 1, 0), shelves=(shelf(BOB, keys=OTHERS), shelf(ADA)))) == (
        [(0, read(told(hit(ADA, SONG, 0), shelves=(shelf(ADA),)))[0][0][1])], 1,
    )  # fmt: skip


@pytest.mark.parametrize("bad", ["", "QUJD", "A" * 40, "A+", "A" * 208])
def test_what_is_no_box_does_not_open(bad: str) -> None:
    assert read(told(msgspec.structs.replace(hit(ADA, SONG, 0), box=bad))) == ([], 1)
    assert Reader(KEYS).shelves([msgspec.structs.replace(shelf(ADA), box=bad)]) == []


def test_a_box_that_was_changed_does_not_open() -> None:
    good = hit(ADA, SONG, 0)
    changed = good.box[:-3] + ("AAA" if good.box[-3:] != "AAA" else "BBB")
    assert read(told(msgspec.structs.replace(good, box=changed))) == ([], 1)


def test_a_member_that_seals_what_is_no_root_is_not_believed() -> None:
    lie = msgspec.structs.replace(SONG, root="A" * 42 + "B")
    assert read(told(msgspec.structs.replace(hit(ADA, SONG, 0), box=box(ADA, lie)))) == ([], 1)


def test_a_hit_without_a_source_is_none() -> None:
    for sources in ((), (2,), (7, 9)):
        assert read(told(msgspec.structs.replace(hit(ADA, SONG, 0), sources=sources))) == ([], 0)


def test_a_hit_whose_owner_s_name_does_not_open_has_no_source() -> None:
    found, unopened = read(told(hit(ADA, SONG, 0), shelves=(shelf(ADA, keys=OTHERS),)))
    assert (found, unopened) == ([], 1)


@pytest.mark.parametrize(
    ("sought", "order"),
    [
        (Sought("moon blue"), 0),
        (Sought("blue moo"), 1),
        (Sought("jazz blue"), 2),
        (Sought("jaz"), None),
        (Sought("other"), None),
        (Sought(""), None),
        (Sought("blue", kind=Kind.AUDIO, least=1000, most=1000), 0),
        (Sought("blue", kind=Kind.VIDEO), None),
        (Sought("blue", least=1001), None),
        (Sought("blue", most=999), None),
        (Sought(handle=handle_of(ROOTS[0])), 0),
        (Sought(handle=handle_of(ROOTS[1])), None),
    ],
)
def test_what_was_not_sought_is_left_out(sought: Sought, order: int | None) -> None:
    """A server may answer anything; what is narrowed down it is not even told."""
    found, unopened = read(told(hit(ADA, SONG, 0)), sought)
    assert ([each for each, _ in found], unopened) == ([order] if order is not None else [], 0)


def test_one_peer_may_be_looked_at_alone() -> None:
    answer = told(hit(ADA, SONG, 0, 1, count=9))
    [(_, found)], _ = read(answer, Sought("blue", peer=BOB.id))
    assert ([each.peer for each in found.libraries], found.hits[0].count) == ([b64(BOB.key)], 1)
    assert read(answer, Sought("blue", peer="a" * 32)) == ([], 0)


def test_files_of_a_library_are_opened_once_it_was_seen() -> None:
    reader = Reader(KEYS)
    sealed = shelf(ADA)
    assert not reader.knows(sealed.library)
    [opened] = reader.shelves([sealed, shelf(BOB, keys=OTHERS)])
    assert (opened.name, reader.unopened) == ("Music", 1)
    assert reader.knows(sealed.library)
    assert reader.files(sealed.library, [box(ADA, SONG), box(BOB, SONG), box(ADA, file(2))]) == [SONG, file(2)]
    assert reader.unopened == 2
