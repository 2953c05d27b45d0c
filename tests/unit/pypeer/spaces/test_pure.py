"""Keys, words, boxes, links and lists of sealed spaces, where vectors do not show it."""

import pytest

from pypeer.errors import CodeError
from pypeer.finding import found
from pypeer.finding.found import File, Folder, Hit
from pypeer.finding.sought import Sought
from pypeer.library.forms import Listed, Openly
from pypeer.library.place import in_space, in_the_open
from pypeer.secure.code import library_password
from pypeer.secure.encoding import b64, unb64
from pypeer.spaces import blinding
from pypeer.spaces.blinding import Blinder, rank
from pypeer.spaces.boxes import Boxes, SealedFile
from pypeer.spaces.form import Sealed
from pypeer.spaces.keys import SpaceKeys
from pypeer.spaces.merging import merged
from pypeer.spaces.opened import Reader
from pypeer.spaces.space import Space, clean_name, free_name, new_space, parse_link, same
from pypeer.spaces.tree import inside
from signaling.protocol import limits
from signaling.protocol.codec import encode
from signaling.protocol.directory import Announce, Publish
from signaling.protocol.listed import Reach
from signaling.protocol.spaces import SealedAnnounce, SealedFound, SealedPublish
from tests.unit.pypeer.spaces.samples import ADA, BOB, FAMILY, KEYS, ROOTS, file, hit, shelf

ROOT = b64(ROOTS[0])


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_a_key_has_32_bytes(key: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SpaceKeys(key)


def test_a_key_is_not_shown() -> None:
    assert repr(KEYS.key)[2:10] not in repr(KEYS)


def test_words_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blinding, "REMEMBERED", 3)
    blinder = Blinder(KEYS)
    for name in ("one two three four five", "two three", "six seven one"):
        assert blinder.tokens("", name) == Blinder(KEYS).tokens("", name)


def test_a_name_of_many_words_is_found_by_whole_ones() -> None:
    words = [f"word{number}" for number in range(80)]
    tokens = Blinder(KEYS).tokens("folder", " ".join(words))
    assert len(tokens) == 8 * limits.SEALED_TOKENS
    there = {tokens[at : at + 8] for at in range(0, len(tokens), 8)}
    assert there == {KEYS.whole(word) for word in words[: limits.SEALED_TOKENS]}


def test_tokens_say_nothing_by_their_order() -> None:
    blinder = Blinder(KEYS)
    assert blinder.tokens("", "one two three") == blinder.tokens("", "three one two")


def test_tokens_find_what_is_sought_and_letters_beyond_the_eighth_are_looked_at_here() -> None:
    blinder = Blinder(KEYS)
    for words in (
        "blue",
        "bl moon",
        "moon bl",
        "jazz blu",
        "blue jazz",
        "extraordinaril",
        "extraordinarilx",
        "ex",
        "x",
    ):
        for folder, name in (("Jazz", "Blue Moon"), ("", "blue extraordinarily"), ("moon/bl", "x jazz")):
            tokens = blinder.tokens(folder, name)
            has = {tokens[at : at + 8] for at in range(0, len(tokens), 8)}
            matches = all(has & set(group) for group in blinder.groups(words))
            fits = rank(words, folder, name) is not None
            assert matches == (fits or (words, name) == ("extraordinarilx", "blue extraordinarily"))


def test_the_same_is_sealed_otherwise_each_time_and_its_length_tells_little() -> None:
    boxes = Boxes(KEYS, ADA.key)
    short, longer = (SealedFile("", name, 1, ROOT) for name in ("a", "a name that is longer"))
    first = boxes.file(short)
    assert first != boxes.file(short)
    assert len(first) == len(boxes.file(SealedFile("", "abc", 1, ROOT)))
    assert len(unb64(boxes.file(longer))) == 12 + 128 + 16
    assert boxes.open_file(first) == short


def test_the_longest_path_fits_a_box() -> None:
    folder, name = "\x01" * limits.FOLDER_CHARS, "\x01" * limits.NAME_CHARS
    assert len(Boxes(KEYS, ADA.key).file(SealedFile(folder, name, 2**53 - 1, ROOT))) <= limits.BOX_CHARS


@pytest.mark.parametrize("name", ["Family", "Familie & Freunde/2", "家族", "100 %", "a:b#c?d"])
def test_a_link_is_read_as_it_was_written(name: str) -> None:
    space = Space(clean_name(name), KEYS)
    assert parse_link(space.link) == space
    assert parse_link(f"  {space.link.replace('byway-space:', 'BYWAY-SPACE://')}\n") == space


@pytest.mark.parametrize(
    "change",
    [
        lambda link: link[:-1],
        lambda link: link + "A",
        lambda link: link.replace("/", ""),
        lambda link: link[:-4] + ("AAAA" if link[-4:] != "AAAA" else "BBBB"),
        lambda link: "byway-space:" + link.partition("/")[2],
        lambda link: "byway-space:/" + link.partition("/")[2],
        lambda _: "byway-space:",
        lambda _: "byway-space:Family/AAAA",
    ],
)
def test_a_link_that_is_not_whole_is_no_other_space(change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(CodeError, match="as a whole"):
        parse_link(change(FAMILY.link))


def test_what_is_no_link_may_be_a_code() -> None:
    assert parse_link("7-guitar-sunset") is None


def test_names_are_clean_and_told_apart() -> None:
    assert clean_name("  Our\u202e  \n kin/folk ") == "Our_ _ kin_folk"
    assert len(clean_name("x" * 100)) == 64
    for bad in ("", "  "):
        with pytest.raises(ValueError, match="needs a name"):
            clean_name(bad)
    with pytest.raises(ValueError, match="means all"):
        clean_name(" ALL ")
    assert same("Our  Kin") == same("our kin")
    assert free_name("Kin", ["family"]) == "Kin"
    assert free_name("Kin", ["kin", "KIN (2)"]) == "Kin (3)"
    assert free_name("x" * 64, ["x" * 64]) == "x" * 60 + " (2)"


def test_a_new_space_has_a_key_of_its_own() -> None:
    assert new_space("Kin", 7.0, lambda size: bytes(size)) == Space("Kin", SpaceKeys(bytes(32)), 7.0)
    assert new_space("Kin", 7.0).keys != new_space("Kin", 7.0).keys


def test_a_folder_lists_what_is_in_it_as_a_server_would() -> None:
    files = [
        file(0, "b.txt", "", 1),
        file(1, "a.txt", "", 2),
        file(2, "x", "Jazz", 10),
        file(3, "y", "Jazz/Miles", 100),
        file(4, "z", "Jazzy", 1000),
    ]
    top = inside(files, "")
    assert top[:2] == [
        Folder(name="Jazz", path="Jazz", files=2, bytes=110),
        Folder(name="Jazzy", path="Jazzy", files=1, bytes=1000),
    ]
    assert [(each.name, isinstance(each, File)) for each in top[2:]] == [("a.txt", True), ("b.txt", True)]
    assert [(each.name, each.path) for each in inside(files, "Jazz")] == [("Miles", "Jazz/Miles"), ("x", "Jazz/x")]
    assert inside(files, "Jaz") == []


def hits(*roots: int, owner: int = 0) -> list[Hit]:
    who = (ADA, BOB)[owner]
    answers = [SealedFound(seq=1, re=1, hits=(hit(who, file(root), 0),), libraries=(shelf(who),)) for root in roots]
    opened = [each for answer in answers for _, each in Reader(KEYS).found(answer, Sought("blue"))]
    return [each for answer in opened for each in found.hits(answer, "Family")]


def test_hits_of_several_places_are_one_list_by_turns() -> None:
    both = merged([hits(1, 2, 3), hits(4, 2, 1, owner=1), []], 20)
    assert [unb64(b64(bytes.fromhex(hit.root)))[0] for hit in both] == [1, 4, 2, 3]
    assert [(len(hit.sources), hit.count) for hit in both] == [(2, 2), (1, 1), (2, 2), (1, 1)]
    assert both[0].sources[1].space == "Family"
    again = merged([hits(1), hits(1)], 20)
    assert [len(hit.sources) for hit in again] == [1]
    assert len(merged([hits(1, 2, 3)], 2)) == 2


LISTED = [(number, Listed(f"Jazz/{number}.mp3", number, ROOTS[number])) for number in range(3)]


def test_files_are_put_as_their_place_wants_it() -> None:
    added, make = Openly().fill(LISTED, 2)
    message = make("lib", (9,), True)
    assert isinstance(message, Announce)
    assert (added, len(message.folders[0].files), message.gone, message.whole) == ((0, 1), 2, (9,), True)
    assert Openly().fill(LISTED, 20)[0] == Sealed(KEYS, Boxes(KEYS, ADA.key)).fill(LISTED, 20)[0] == (0, 1, 2)
    added, make = Sealed(KEYS, Boxes(KEYS, ADA.key)).fill(LISTED, 2)
    sealed = make("lib", (9,), False)
    assert isinstance(sealed, SealedAnnounce)
    assert (added, [each.number for each in sealed.files], sealed.gone, sealed.whole) == ((0, 1), [0, 1], (9,), False)
    opened = Boxes(KEYS, ADA.key).open_file(sealed.files[1].box)
    assert opened == SealedFile("Jazz", "1.mp3", 1, b64(ROOTS[1]))
    assert b"Jazz" not in encode(sealed).encode()


@pytest.mark.parametrize("form", [Openly(), Sealed(KEYS, Boxes(KEYS, ADA.key))])
def test_a_message_is_filled_and_no_more(form: Openly | Sealed) -> None:
    files = [(number, Listed(f"{number}" + "x" * 200, number, bytes(32))) for number in range(1000)]
    added, make = form.fill(files, 10_000)
    assert 60_000 < len(encode(make("l" * 32, (), True))) <= limits.MESSAGE_BYTES
    assert added == tuple(range(len(added)))


def test_where_a_library_is_published_says_who_gets_in() -> None:
    place = in_the_open("Music", "all", True, Reach.OPEN)
    assert place.publish == Publish(id=1, name="Music", description="all", ask=True, reach=Reach.OPEN)
    assert (place.password("lib"), place.space) == (library_password("lib"), "")
    place = in_space(FAMILY, ADA.key, "Music", "all", False, None)
    told = place.publish
    assert isinstance(told, SealedPublish)
    assert told.space == KEYS.tag
    assert Boxes(KEYS, ADA.key).open_library(told.box).name == "Music"
    assert (place.password("lib"), place.space) == (KEYS.password("lib"), "Family")
    assert place.password("lib") != place.password("other")
