"""The packed index: against one that is a few lines long, with what people and hostile programs make up."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Generator, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from signaling.engine import block, entries, finding, postings, turns
from signaling.engine.index import Counted, Match, Query
from signaling.engine.packed import PackedIndex
from signaling.protocol import limits
from signaling.protocol.encoding import b64
from signaling.protocol.kinds import Kind
from signaling.protocol.listed import File, Folder, Item, Subfolder
from signaling.protocol.words import words
from tests.support.naive_index import NaiveIndex

MOST = 10_000


def fail(error: Exception) -> None:
    raise error


def root(number: int) -> str:
    return b64(number.to_bytes(32))


def query(
    words: str = "",
    handle: bytes | None = None,
    kind: Kind | None = None,
    least: int | None = None,
    most: int | None = None,
    libraries: tuple[int, ...] | None = None,
    skip: int = 0,
    limit: int = 20,
) -> Query:
    return Query(words, handle, kind, least, most, libraries, skip, limit)


@pytest.fixture
async def index() -> AsyncIterator[PackedIndex]:
    index = PackedIndex(fail)
    for library in (1, 2, 3):
        index.begin(library)
    yield index
    index.close()


async def fill(index: PackedIndex, library: int, *paths: str) -> None:
    """Announce files, each with its path; their numbers and roots count from 1."""
    folders = []
    for number, path in enumerate(paths, 1):
        folder, _, name = path.rpartition("/")
        folders.append(Folder(folder, (File(number, name, number, root(number)),)))
    assert await index.announce(library, folders, (), MOST)


async def names(index: PackedIndex, asked: str, **narrower: object) -> list[str]:
    found = await index.search(query(asked, **narrower))  # type: ignore[arg-type]
    return [match.name for match in found.matches]


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


def test_words_are_folded_and_named_once() -> None:
    assert words("a-b a_c  (d) 1.5 B/X e\u0301") == ["a", "c", "d", "1", "5", "b", "x", "e"]
    assert words("Straße ÉTÉ") == ["strasse", "ete"]
    assert words("हिन्दी") == ["हिन्दी"]
    assert words(" - ") == []


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
    await _tidied(index)
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
    await _tidied(index)
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
    await _tidied(index)
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
    await _tidied(index)
    assert [type(fault) for fault in faults] == [ZeroDivisionError]
    index.begin(2)
    await fill(index, 2, "moon")
    index.end(2)
    index.close()
    await asyncio.sleep(0)
    assert len(faults) == 1


async def _tidied(index: PackedIndex) -> None:
    if index._clearing is not None:
        await index._clearing


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


# --- as the naive one ------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["moon.mp3", "Blue_Moon.jpg", "blue.txt", "MOONS", "a moon b.mp3", "été 1.jpg", "ete2.jpg", "x1-moon.txt", "b"]
)
PATHS = st.sampled_from(["", "moon", "moon/blue", "moon/blue/été", "b", "a b/c_d"])
FILES = st.builds(File, st.integers(0, 12), NAMES, st.integers(0, 3), st.integers(1, 6).map(root))
LIBRARIES = st.integers(1, 3)
CHANGES = st.one_of(
    st.tuples(
        st.just("announce"),
        LIBRARIES,
        st.lists(st.builds(Folder, PATHS, st.lists(FILES, max_size=4).map(tuple)), max_size=4),
        st.lists(st.integers(0, 12), max_size=3),
    ),
    st.tuples(st.just("end"), LIBRARIES),
)
QUERIES = st.builds(
    query,
    words=st.lists(
        st.sampled_from(["moon", "mo", "blue", "b", "a", "jpg", "mp3", "ete", "1", "c", "d", "été", "-"]), max_size=3
    ).map(" ".join),
    kind=st.sampled_from([None, None, Kind.AUDIO, Kind.PICTURE, Kind.OTHER]),
    least=st.sampled_from([None, 1]),
    most=st.sampled_from([None, 2]),
    libraries=st.sampled_from([None, None, (1,), (2, 3)]),
    handle=st.sampled_from([None, None, None, bytes(10)]),
    skip=st.integers(0, 2),
    limit=st.integers(1, 4),
)
BROWSES = st.tuples(LIBRARIES, PATHS, st.one_of(st.just(""), st.sampled_from(["moon", "b", "blue", "moon.mp3"])))


REPEATED = Query("moon mo moon", None, None, None, None, None, 0, 1)
"""The last word is the one that may be only begun, whether it came before or not."""


@example([("announce", 1, [Folder("", (File(0, "moon.mp3", 0, b64(bytes(32))),))], [])], [REPEATED], [])
@settings(max_examples=150, deadline=None)
@given(st.lists(CHANGES, max_size=8), st.lists(QUERIES, max_size=6), st.lists(BROWSES, max_size=4))
def test_it_is_as_the_naive_one(
    changes: list[tuple[object, ...]], queries: list[Query], browses: list[tuple[int, str, str]]
) -> None:
    async def scene() -> None:
        index, naive = PackedIndex(fail), NaiveIndex()
        numbers = {1: 1, 2: 2, 3: 3}
        for library in numbers.values():
            index.begin(library)
            naive.begin(library)
        for change in changes:
            match change:
                case ("announce", int(place), list(folders), list(gone)):
                    counted = await index.announce(numbers[place], folders, gone, 6)
                    assert counted == await naive.announce(numbers[place], folders, gone, 6)
                case ("end", int(place)):
                    for each in (index, naive):
                        each.end(numbers[place])
                        each.begin(numbers[place] + 10)
                    numbers[place] += 10
                case _:
                    raise AssertionError(change)
        for asked in queries:
            asked_now = _renumbered(asked, numbers)
            await _compare(index, naive, asked_now)
        for place, path, after in browses:
            one, two = [await each.browse(numbers[place], path, after) for each in (index, naive)]
            assert (one.folders, sorted(one.files, key=_item)) == (two.folders, sorted(two.files, key=_item))
        index.close()

    asyncio.run(scene())


def _renumbered(asked: Query, numbers: dict[int, int]) -> Query:
    libraries = None if asked.libraries is None else tuple(numbers[place] for place in asked.libraries)
    return query(asked.words, asked.handle, asked.kind, asked.least, asked.most, libraries, asked.skip, asked.limit)


async def _compare(index: PackedIndex, naive: NaiveIndex, asked: Query) -> None:
    """What is promised: each root once, in the best way in which it matches, with all that have it; and pages of it."""
    everything = replace(asked, skip=0, limit=1000)
    found = (await index.search(everything)).matches
    ways = [naive.way(everything, match.root) for match in found]
    assert ways == sorted(ways), asked
    expected = (await naive.search(everything)).matches
    assert {_known(match) for match in found} == {_known(match) for match in expected}, asked
    for match in found:
        as_told = {
            each.library
            for each in naive.best(everything, match.root)
            if (each.size, each.name, each.folder) == (match.size, match.name, match.folder)
        }
        assert as_told & set(match.named), asked
    page = await index.search(asked)
    assert page.matches == found[asked.skip : asked.skip + asked.limit]
    assert page.more is (len(found) > asked.skip + asked.limit)


def _known(match: Match) -> tuple[str, tuple[int, ...]]:
    return match.root, tuple(sorted(match.libraries))


def _item(item: Item) -> tuple[str, int, str]:
    return item.name, item.size, item.root


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
