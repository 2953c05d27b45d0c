"""The packed index is as one that is a few lines long, whatever comes, goes and is asked."""

import asyncio

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from signaling.engine.index import Match, Query
from signaling.engine.packed import PackedIndex
from signaling.protocol.encoding import b64
from signaling.protocol.kinds import Kind
from signaling.protocol.listed import File, Folder, Item
from tests.support.naive_index import NaiveIndex, root
from tests.unit.signaling.engine.packing import fail, query

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
