"""What comes into the packed index and goes, by turns with others; and its folders."""

import asyncio
from collections import Counter
from collections.abc import Generator

import pytest

from signaling.engine import entries, finding, postings, turns
from signaling.engine.index import Counted
from signaling.engine.packed import PackedIndex
from signaling.protocol.listed import File, Folder, Item, Subfolder
from tests.support.naive_index import root
from tests.unit.signaling.engine.packing import MOST, fill, names, query, tidied


async def test_a_library_has_so_many_files_and_what_is_too_many_changes_nothing(index: PackedIndex) -> None:
    files = [File(number, f"moon {number}", 10, root(number)) for number in range(250)]
    assert await index.announce(1, [Folder("a/b", tuple(files[:200]))], (), 200) == Counted(200, 2000, 3)
    assert await index.announce(1, [Folder("", tuple(files[199:201]))], (), 200) is None
    assert len(await names(index, "200")) == 0
    assert await index.announce(1, [Folder("", tuple(files[199:201]))], (7, 9999), 200) == Counted(200, 2000, 3)
    assert await index.announce(1, (), [*range(250), 0, 1], 200) == Counted(0, 0, 0)
    assert await index.browse(1, "", "") == await index.browse(1, "a", "")


async def test_a_name_at_which_a_page_ended_is_a_files_unless_only_a_folder_has_it(
    index: PackedIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "PAGE", 2)
    await fill(index, 1, "a/1", "b/2", "c/3", "b", "d")
    first = await index.browse(1, "", "")
    assert first.folders == (Subfolder("a", 1, 1), Subfolder("b", 1, 2))
    assert first.more
    assert (await index.browse(1, "", "a")).folders == (Subfolder("b", 1, 2), Subfolder("c", 1, 3))
    ambiguous = await index.browse(1, "", "b")
    assert (ambiguous.folders, ambiguous.files) == ((), (Item("d", 5, root(5)),))
    last = await index.browse(1, "", "c")
    assert (last.folders, [item.name for item in last.files], last.more) == ((), ["b", "d"], False)
    assert (await index.browse(1, "b", "")).files == (Item("2", 2, root(2)),)
    assert (await index.browse(1, "b/c/d", "")).files == ()
    assert (await index.browse(7, "", "")).files == ()


async def test_what_ended_is_gone_at_once_and_forgotten_afterwards(
    index: PackedIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "UNTIDY_LEAST", 5)
    monkeypatch.setattr(postings, "SWEPT", 10)
    await fill(index, 1, *(f"f{number % 7}/moon {number}.txt" for number in range(700)))
    await fill(index, 2, "moon 0.txt")
    index.end(1)
    [match] = (await index.search(query("moon"))).matches
    assert match.libraries == (2,)
    await tidied(index)
    held = index._entries
    assert [len(each) for each in (held.names, held.about, held.roots)] == [3, 1, 1]
    assert list(held.names.begun("")) == ["0", "moon", "txt"]
    assert len(held.blocks) == 1
    await fill(index, 2, "moon 0.txt", "7.txt")
    assert list(held.names.begun("7")) == ["7"]


async def test_roots_are_forgotten_soon_and_words_when_it_is_worth_it(index: PackedIndex) -> None:
    await fill(index, 1, "moon 0.txt", "moon 1.txt")
    await fill(index, 2, "moon 0.txt")
    index.end(1)
    await tidied(index)
    held = index._entries
    assert (len(held.roots), list(held.names.of("1")), len(held.blocks)) == (1, [0], 1)
    assert await names(index, "moon") == ["moon 0.txt"]
    assert await names(index, "moon 1") == []


async def test_who_announces_one_by_one_and_changes_much_has_few_segments(index: PackedIndex) -> None:
    for number in range(300):
        folder = Folder(f"f{number % 3}", (File(number, f"moon {number}", 1, root(number)),))
        assert await index.announce(1, (folder,), (), MOST)
    held = index._entries.libraries[1]
    assert len(held.segments) < 12
    assert await index.announce(1, (), range(0, 300, 2), MOST) == Counted(150, 150, 4)
    assert 150 <= sum(map(len, held.segments)) < 200
    found = await names(index, "moon 17")
    assert found[0] == "moon 17"
    assert set(found[1:]) == {"moon 171", "moon 173", "moon 175", "moon 177", "moon 179"}
    assert set(await names(index, "moon 18")) == {"moon 181", "moon 183", "moon 185", "moon 187", "moon 189"}


async def test_others_have_their_turn_between_parts_of_an_announcement(index: PackedIndex) -> None:
    announcing = asyncio.create_task(index.announce(1, _moons(700), (), MOST))
    given: Counter[int] = Counter()
    there: dict[int, int] = {}
    while not announcing.done():
        await asyncio.sleep(0)
        parts = sum([len(await names(index, f"moon {last}")) for last in (233, 467, 699)])
        given[parts] += 1
        if parts not in there:
            there[parts] = index._entries.counted(1).files
    assert await announcing == Counted(700, 700, 3)
    assert there == {0: 0, 1: 234, 2: 468, 3: 700}
    assert all(given[parts] >= turns.TURNS for parts in (0, 1, 2))


async def test_others_have_their_turn_in_long_work_and_one_comes_after_the_other(index: PackedIndex) -> None:
    done: list[str] = []

    def work(name: str) -> Generator[None, None, str]:
        for part in range(3):
            done.append(f"{name}{part}")
            yield
        return name

    both = asyncio.gather(index.in_turns(work("a")), index.in_turns(work("b")))
    seen: list[int] = []
    while not both.done():
        await asyncio.sleep(0)
        seen.append(len(done))
    assert list(await both) == ["a", "b"]
    assert done == ["a0", "a1", "a2", "b0", "b1", "b2"]
    assert all(seen.count(count) >= turns.TURNS for count in range(1, 7))


async def test_two_announcements_at_once_keep_to_what_a_library_may_have(index: PackedIndex) -> None:
    both = await asyncio.gather(*(index.announce(1, _moons(700, since), (), 1000) for since in (0, 700)))
    assert both == [Counted(700, 700, 3), None]
    assert await index.announce(1, _moons(700), (), 1000) == Counted(700, 700, 3)


async def test_a_library_may_end_while_it_is_announced(index: PackedIndex) -> None:
    announcing = asyncio.create_task(index.announce(1, _moons(700), (), MOST))
    while not await names(index, "moon"):
        await asyncio.sleep(0)
    index.end(1)
    assert await announcing == Counted(0, 0, 0)
    assert await names(index, "moon") == []
    await tidied(index)
    assert (len(index._entries.blocks), len(index._entries.roots)) == (0, 0)


def _moons(count: int, since: int = 0) -> list[Folder]:
    """Files in folders of two sizes, of which one is larger than what is announced at once."""
    files = tuple(File(number, f"moon {number}", 1, root(number)) for number in range(since, since + count))
    return [Folder("a", files[:50]), Folder("b", files[50:])]


async def test_one_that_has_ended_takes_nothing(index: PackedIndex) -> None:
    index.end(1)
    assert await index.announce(1, [Folder("", (File(1, "moon", 1, root(1)),))], (), MOST) == Counted(0, 0, 0)
    assert await names(index, "moon") == []


async def test_a_sweep_that_fails_is_told_and_one_that_is_under_way_ends_with_the_index(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faults: list[Exception] = []
    monkeypatch.setattr(entries, "UNTIDY_LEAST", 0)
    index = PackedIndex(faults.append)
    index.begin(1)
    await fill(index, 1, "moon")
    monkeypatch.setattr(postings.Postings, "sweep", lambda *_: 1 / 0)
    index.end(1)
    await tidied(index)
    assert [type(fault) for fault in faults] == [ZeroDivisionError]
    index.begin(2)
    await fill(index, 2, "moon")
    index.end(2)
    index.close()
    await asyncio.sleep(0)
    assert len(faults) == 1
