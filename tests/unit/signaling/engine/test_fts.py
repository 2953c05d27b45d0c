"""The index over SQLite: against one that is a few lines long, with what people and hostile programs make up."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.engine import entries, finding
from signaling.engine.finding import expressions, tokens
from signaling.engine.fts import FtsIndex, available
from signaling.engine.index import Counted, Matches, Query
from signaling.protocol import limits
from signaling.protocol.directory import File, Folder, Item, Kind, Subfolder
from signaling.protocol.encoding import b64
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
async def index() -> AsyncIterator[FtsIndex]:
    index = FtsIndex(fail)
    for library in (1, 2, 3):
        index.begin(library)
    yield index
    index.close()


async def fill(index: FtsIndex, library: int, *paths: str) -> None:
    """Announce files, each with its path; their numbers and roots count from 1."""
    folders = []
    for number, path in enumerate(paths, 1):
        folder, _, name = path.rpartition("/")
        folders.append(Folder(folder, (File(number, name, number, root(number)),)))
    assert await index.announce(library, folders, (), MOST)


async def names(index: FtsIndex, words: str, **narrower: object) -> list[str]:
    found = await index.search(query(words, **narrower))  # type: ignore[arg-type]
    return [match.name for match in found.matches]


def test_this_python_has_what_it_needs() -> None:
    assert available()


@pytest.mark.parametrize(
    "words", ["img", "1234", "jpg", "JPG", "IMG_1234", "img_1234.jpg", "1234 img", "holid", "été", "ETE"]
)
async def test_a_picture_is_found_by_each_part_of_its_name(index: FtsIndex, words: str) -> None:
    await fill(index, 1, "holidays/e\u0301te\u0301/IMG_1234.jpg", "other.txt")
    assert await names(index, words) == ["IMG_1234.jpg"]


async def test_all_words_have_to_be_there_and_only_the_last_may_be_begun(index: FtsIndex) -> None:
    await fill(index, 1, "a/blue moon.mp3", "a/moonlight.mp3", "blue/x.mp3")
    assert await names(index, "blue moo") == ["blue moon.mp3"]
    assert await names(index, "moo blue") == []
    assert await names(index, "moon red") == []


async def test_names_come_before_folders_and_whole_words_before_begun_ones(index: FtsIndex) -> None:
    await fill(index, 1, "moon/x.txt", "moonlight.txt", "full moon.txt", "moonshine/y.txt")
    assert await names(index, "moon") == ["full moon.txt", "moonlight.txt", "x.txt", "y.txt"]


async def test_words_of_name_and_folder_together(index: FtsIndex) -> None:
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
async def test_what_is_no_word_finds_nothing_and_harms_nothing(index: FtsIndex, words: str) -> None:
    await fill(index, 1, "moon.txt")
    assert await names(index, words) == []
    assert await names(index, "moon") == ["moon.txt"]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=limits.SEARCH_CHARS))
def test_nothing_that_is_typed_fails(words: str) -> None:
    async def scene() -> None:
        index = FtsIndex(fail)
        index.begin(1)
        name = words.replace("/", "").replace("\0", "")[:200] or "x"
        await index.announce(1, [Folder("", (File(1, name, 1, root(1)),))], (), MOST)
        found = await index.search(query(words, kind=Kind.OTHER, libraries=(1, 2)))
        await index.search(query(words))
        index.close()
        assert not found.matches or tokens(words)

    asyncio.run(scene())


def test_words_are_quoted_each_once() -> None:
    assert tokens("a-b a_c  (d) 1.5 हिन्दी e\u0301") == ["a", "b", "c", "d", "1", "5", "ह", "न", "द", "é"]
    assert expressions(query(" - ")) == []
    assert expressions(query("a b", kind=Kind.AUDIO, libraries=(3, 4)))[1] == (
        'name : ("a" AND "b" *) AND tags : ("\uac01") AND tags : ("七一" OR "丄一")'
    )


async def test_a_handle_finds_one_root(index: FtsIndex) -> None:
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


async def test_pages_of_hits_and_how_many_there_are_at_most(index: FtsIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "VISITED", 100)
    await fill(index, 1, *(f"moon {number}.txt" for number in range(150)))
    first = await index.search(query("moon", limit=50))
    second = await index.search(query("moon", skip=50, limit=49))
    last = await index.search(query("moon", skip=80, limit=50))
    assert [(len(each.matches), each.more) for each in (first, second, last)] == [(50, True), (49, True), (20, False)]
    assert len({match.root for match in (*first.matches, *second.matches)}) == 99


async def test_a_library_has_so_many_files_and_what_is_too_many_changes_nothing(index: FtsIndex) -> None:
    files = [File(number, f"moon {number}", 10, root(number)) for number in range(250)]
    assert await index.announce(1, [Folder("a/b", tuple(files[:200]))], (), 200) == Counted(200, 2000, 3)
    assert await index.announce(1, [Folder("", tuple(files[199:201]))], (), 200) is None
    assert len(await names(index, "200")) == 0
    assert await index.announce(1, [Folder("", tuple(files[199:201]))], (7, 9999), 200) == Counted(200, 2000, 3)
    assert await index.announce(1, (), [*range(250), 0, 1], 200) == Counted(0, 0, 0)
    assert await index.browse(1, "", "") == await index.browse(1, "a", "")


async def test_a_name_at_which_a_page_ended_is_a_files_unless_only_a_folder_has_it(
    index: FtsIndex, monkeypatch: pytest.MonkeyPatch
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


async def test_folders_are_known_whether_they_are_remembered_or_not(
    index: FtsIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "RECENT", 1)
    await fill(index, 1, "a/1", "b/2", "a/3", "b/c/4")
    folders = (Subfolder("a", 2, 4), Subfolder("b", 2, 6))
    assert (await index.browse(1, "", "")).folders == folders


async def test_what_ended_is_gone_at_once_and_forgotten_afterwards(index: FtsIndex) -> None:
    await fill(index, 1, *(f"f{number % 7}/moon {number}.txt" for number in range(700)))
    await fill(index, 2, "moon 0.txt")
    index.end(1)
    [match] = (await index.search(query("moon"))).matches
    assert match.libraries == (2,)
    await index.announce(1, (), (), MOST)
    for table, left in (("item", 1), ("folder", 1)):
        assert index._entries.database.execute(f"select count(*) from {table}").fetchone() == (left,)
    assert index._entries.database.execute("select count(*) from idx where idx match 'moon'").fetchone() == (1,)
    assert index._entries._folders.keys() == {2}


async def test_one_that_ends_while_it_is_announced_leaves_nothing(index: FtsIndex) -> None:
    files = tuple(File(number, f"moon {number}", 1, root(number)) for number in range(limits.ANNOUNCED_FILES))
    announcing = asyncio.create_task(index.announce(1, [Folder("a", files)], (), MOST))
    await asyncio.sleep(0)
    index.end(1)
    counted = await announcing
    assert counted is not None
    await index.announce(1, (), (), MOST)
    assert index._entries.database.execute("select count(*) from item").fetchone() == (0,)
    assert index._entries.database.execute("select count(*) from folder").fetchone() == (0,)


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


@settings(max_examples=150, deadline=None)
@given(st.lists(CHANGES, max_size=8), st.lists(QUERIES, max_size=6), st.lists(BROWSES, max_size=4))
def test_it_is_as_the_naive_one(
    changes: list[tuple[object, ...]], queries: list[Query], browses: list[tuple[int, str, str]]
) -> None:
    async def scene() -> None:
        index, naive = FtsIndex(fail), NaiveIndex()
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
            assert _sorted(await index.search(asked_now)) == _sorted(await naive.search(asked_now)), asked_now
        for place, path, after in browses:
            one, two = [await each.browse(numbers[place], path, after) for each in (index, naive)]
            assert (one.folders, sorted(one.files, key=_item)) == (two.folders, sorted(two.files, key=_item))
        index.close()

    asyncio.run(scene())


def _renumbered(asked: Query, numbers: dict[int, int]) -> Query:
    libraries = None if asked.libraries is None else tuple(numbers[place] for place in asked.libraries)
    return query(asked.words, asked.handle, asked.kind, asked.least, asked.most, libraries, asked.skip, asked.limit)


def _sorted(found: Matches) -> object:
    """What is promised: hits in their order; sources in any."""
    return [(m.root, m.size, m.name, m.folder, sorted(m.libraries)) for m in found.matches], found.more


def _item(item: Item) -> tuple[str, int, str]:
    return item.name, item.size, item.root
