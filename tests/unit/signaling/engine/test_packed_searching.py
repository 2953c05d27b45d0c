"""What the packed index finds, in which order, and what hostile programs make up."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.engine import block, entries, finding
from signaling.engine.packed import PackedIndex
from signaling.protocol import limits
from signaling.protocol.encoding import b64
from signaling.protocol.kinds import Kind
from signaling.protocol.listed import File, Folder
from signaling.protocol.words import words
from tests.support.naive_index import root
from tests.unit.signaling.engine.packing import MOST, fail, fill, names, query


@pytest.mark.parametrize(
    "words", ["img", "1234", "jpg", "JPG", "IMG_1234", "img_1234.jpg", "1234 img", "holid", "été", "ETE"]
)
async def test_a_picture_is_found_by_each_part_of_its_name(index: PackedIndex, words: str) -> None:
    await fill(index, 1, "holidays/e\u0301te\u0301/IMG_1234.jpg", "other.txt")
    assert await names(index, words) == ["IMG_1234.jpg"]


async def test_all_words_have_to_be_there_and_only_the_last_may_be_begun(index: PackedIndex) -> None:
    await fill(index, 1, "a/blue moon.mp3", "a/moonlight.mp3", "blue/x.mp3")
    assert await names(index, "blue moo") == ["blue moon.mp3"]
    assert await names(index, "moo blue") == []
    assert await names(index, "moon red") == []


async def test_names_come_before_folders_and_whole_words_before_begun_ones(index: PackedIndex) -> None:
    await fill(index, 1, "moon/x.txt", "moonlight.txt", "full moon.txt", "moonshine/y.txt")
    assert await names(index, "moon") == ["full moon.txt", "moonlight.txt", "x.txt", "y.txt"]


async def test_words_of_name_and_folder_together(index: PackedIndex) -> None:
    await fill(index, 1, "paris/2019/tower.jpg", "rome/2019/tower.jpg")
    found = await index.search(query("paris tower"))
    assert [(match.name, match.folder) for match in found.matches] == [("tower.jpg", "paris/2019")]


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "...",
        '"',
        "'; drop table item; --",
        "*",
        "AND",
        "OR NOT",
        "name : x",
        "NEAR(",
        "\u0301",
        "丁一",
        "\uac00",
        "🎈",
        "^x",
        "{}",
        "mo\u19b0on",
    ],
)
async def test_what_is_no_word_finds_nothing_and_harms_nothing(index: PackedIndex, words: str) -> None:
    await fill(index, 1, "moon.txt")
    assert await names(index, words) == []
    assert await names(index, "moon") == ["moon.txt"]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=limits.SEARCH_CHARS))
def test_nothing_that_is_typed_fails_and_each_name_is_found_by_itself(typed: str) -> None:
    async def scene() -> None:
        index = PackedIndex(fail)
        index.begin(1)
        name = typed.replace("/", "").replace("\0", "")[:200] or "x"
        await index.announce(1, [Folder("", (File(1, name, 1, root(1)),))], (), MOST)
        await index.search(query(typed, kind=Kind.OTHER, libraries=(1, 2)))
        found = await index.search(query(name))
        index.close()
        assert bool(found.matches) is bool(words(name))

    asyncio.run(scene())


async def test_a_handle_finds_one_root(index: PackedIndex) -> None:
    low, high = b"\0" * 10 + b"\xff" * 22, b"\xff" * 32
    files = (File(1, "a.mp3", 5, b64(low)), File(2, "b.mp3", 6, b64(high)))
    await index.announce(1, [Folder("", files)], (), MOST)
    await index.announce(2, [Folder("x", (files[0],))], (), MOST)
    found = await index.search(query(handle=low[:10]))
    assert [(match.root, match.named, match.libraries) for match in found.matches] == [(b64(low), (1,), (1, 2))]
    assert await names(index, "", handle=high[:10]) == ["b.mp3"]
    assert await names(index, "", handle=high[:10], kind=Kind.AUDIO) == ["b.mp3"]
    assert await names(index, "", handle=high[:10], kind=Kind.TEXT) == []
    assert await names(index, "", handle=high[:10], most=5) == []
    assert await names(index, "", handle=bytes(9) + b"\1") == []


async def test_pages_of_hits_and_how_many_there_are_at_most(
    index: PackedIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "LOOKED", 3)
    await fill(index, 1, *(f"moon {number}.txt" for number in range(150)))
    first = await index.search(query("moon", limit=50))
    second = await index.search(query("moon", skip=50, limit=49))
    last = await index.search(query("moon", skip=80, limit=50))
    assert [(len(each.matches), each.more) for each in (first, second, last)] == [(50, True), (46, False), (16, False)]
    assert len({match.root for match in (*first.matches, *second.matches)}) == 3 * block.BLOCK


async def test_many_copies_in_one_block_are_one_source(index: PackedIndex) -> None:
    files = tuple(File(number, f"{name}.txt", 1, root(1)) for number, name in enumerate(("moon", "sun", "moon")))
    for library in (1, 2):
        assert await index.announce(library, [Folder("", files)], (), MOST)
    [match] = (await index.search(query("moon"))).matches
    assert (match.name, match.named, match.libraries) == ("moon.txt", (1, 2), (1, 2))


async def test_roots_that_are_made_to_be_looked_up_alike_cost_no_more_than_others(
    index: PackedIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    rooted = block.Block.rooted

    def counted(self: block.Block, begun: str) -> Sequence[int]:
        looked.append(self.segment.library)
        return rooted(self, begun)

    monkeypatch.setattr(block.Block, "rooted", counted)
    forged = [b64(bytes(10) + number.to_bytes(22)) for number in range(40 * block.BLOCK_LEAST)]
    files = [File(number, f"moon {number}", 1, root) for number, root in enumerate(forged)]
    folders = [Folder(str(at), tuple(files[at : at + block.BLOCK_LEAST])) for at in range(0, len(files), 8)]
    assert await index.announce(1, folders, (), MOST)
    assert await index.announce(2, [Folder("", (File(1, "sun", 1, forged[-1]),))], (), MOST)
    [match] = (await index.search(query("sun"))).matches
    assert match.libraries == (2,), "of who forges only the first blocks are looked into"
    assert looked == [*([1] * entries.ALIKE_OF_ONE), 2]
    [match] = (await index.search(query(f"moon {len(files) - 1}"))).matches
    assert match.libraries == (1, 2), "who forges keeps nobody out"
    looked.clear()
    monkeypatch.setattr(entries, "ALIKE", 2)
    assert len((await index.search(query(handle=bytes(10), limit=1))).matches) == 1
    assert looked == 2 * [1, 1], "for the handle, and for who else has what it finds"


async def test_a_word_of_a_folder_counts_beside_the_words_of_a_name_only_where_it_is_needed(
    index: PackedIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(index, 1, "paris/2019/tower.jpg", "rome/2019/tower.jpg", "paris/paris tower.jpg")
    assert await names(index, "paris tower") == ["paris tower.jpg", "tower.jpg"]
    await fill(index, 2, "romeo.txt")
    monkeypatch.setattr(finding, "WORTH", 0)
    assert await names(index, "paris rom") == []
    assert await names(index, "paris tow") == ["paris tower.jpg", "tower.jpg"]
    assert await names(index, "2019 par") == ["tower.jpg"]


def test_who_else_has_it_is_told_of_those_alone_who_are_searched() -> None:
    async def scene() -> None:
        index = PackedIndex(fail)
        for library in (1, 2):
            index.begin(library)
            await index.announce(library, [Folder("", (File(1, "moon.mp3", 1, root(1)),))], (), MOST)
        [match] = (await index.search(query("moon", libraries=(1,)))).matches
        index.close()
        assert match.libraries == (1,)

    asyncio.run(scene())
