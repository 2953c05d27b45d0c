"""Asking the directory: pages are followed to their end, and no further than is asked for; a server without one."""

from collections.abc import Callable

import pytest

from pypeer.errors import AbsentError, ServerError
from pypeer.finding.sought import HITS_MAX, Sought
from signaling.protocol.directory import Browse, Found, Here, Listing, Peers, Search
from signaling.protocol.kinds import Kind
from signaling.protocol.listed import Shelf, Subfolder
from signaling.protocol.messages import Request
from tests.unit.pypeer.finding import samples
from tests.unit.pypeer.finding.samples import ROOTS, hit, item, shelf
from tests.unit.pypeer.finding.script import Scripted

HITS = [hit(bytes([number % 256, number // 256]) * 16, 0) for number in range(1, 400)]


def searching(request: Request) -> Found:
    """A server with so many hits."""
    assert isinstance(request, Search)
    end = request.skip + request.limit
    return samples.found(*HITS[request.skip : end], more=end < len(HITS))


async def test_searches_go_on_to_the_limit() -> None:
    server = Scripted(searching)
    found = await server.directory.search(Sought("film", kind=Kind.VIDEO, least=5, most=9), 120)
    assert len(found) == 120
    assert [(each.skip, each.limit) for each in server.asked if isinstance(each, Search)] == [
        (0, 50),
        (50, 50),
        (100, 20),
    ]
    first = server.asked[0]
    assert isinstance(first, Search)
    assert (first.words, first.kind, first.least, first.most) == ("film", Kind.VIDEO, 5, 9)


async def test_searches_end_where_there_is_no_more() -> None:
    server = Scripted(searching)
    assert len(await server.directory.search(Sought("film"), 1000)) == len(HITS)
    server = Scripted(lambda request: samples.found(more=True))
    assert await server.directory.search(Sought("film")) == []
    assert len(server.asked) == 1


async def test_what_is_searched_for_is_unicode_and_short_enough() -> None:
    server = Scripted(searching)
    await server.directory.search(Sought("\udcff" + "x" * 200))
    first = server.asked[0]
    assert isinstance(first, Search)
    assert first.words == "?" + "x" * 127


def pages(*answers: list[Shelf]) -> Callable[[Request], Here]:
    after = {None: 0} | {each[-1].library: number + 1 for number, each in enumerate(answers) if each}

    def answer(request: Request) -> Here:
        assert isinstance(request, Peers)
        number = after[request.after]
        return Here(seq=1, re=1, libraries=tuple(answers[number]), more=number + 1 < len(answers))

    return answer


async def test_all_libraries_are_listed_once() -> None:
    server = Scripted(pages([shelf(0), shelf(1)], [shelf(1), shelf(2)]))
    assert [each.library for each in await server.directory.libraries()] == ["lib0", "lib1", "lib2"]


async def test_a_server_without_an_end_comes_to_one() -> None:
    again = Scripted(lambda request: Here(seq=1, re=1, libraries=(shelf(0),), more=True))
    assert len(await again.directory.libraries()) == 1
    assert len(again.asked) == 2
    nothing = Scripted(lambda request: Here(seq=1, re=1, more=True))
    assert await nothing.directory.libraries() == []
    listing = Listing(seq=1, re=1, files=(item("a"),), more=True)
    folder = Scripted(lambda request: listing)
    assert len(await folder.directory.browse("lib")) == 2


async def test_a_folder_is_listed_page_by_page() -> None:
    def answer(request: Request) -> Listing:
        assert isinstance(request, Browse)
        assert (request.library, request.path) == ("lib", "a")
        if not request.after:
            return Listing(seq=1, re=1, folders=(Subfolder("b", 1, 1), Subfolder("c", 1, 1)), more=True)
        assert request.after == "c"
        return Listing(seq=1, re=1, files=(item("x"),))

    server = Scripted(answer)
    assert [each.name for each in await server.directory.browse("lib", "a")] == ["b", "c", "x"]


async def test_a_server_that_keeps_none() -> None:
    server = Scripted(searching, caps=())
    with pytest.raises(ServerError, match="keeps no directory") as caught:
        await server.directory.search(Sought("film"))
    assert (caught.value.code, caught.value.retry, server.asked) == ("no-directory", False, [])
    for code in ("no-directory", "unknown-type"):
        server = Scripted(lambda request, code=code: ServerError("no", code))  # type: ignore[misc]
        with pytest.raises(ServerError, match="keeps no directory"):
            await server.directory.libraries()


async def test_what_else_may_be_answered() -> None:
    with pytest.raises(AbsentError, match="not here any more"):
        await Scripted(lambda request: ServerError("gone", "unknown-library")).directory.browse("lib")
    with pytest.raises(ServerError, match="too often"):
        await Scripted(lambda request: ServerError("too often", "rate-limited")).directory.libraries()
    with pytest.raises(ServerError, match="cannot be") as caught:
        await Scripted(lambda request: samples.found(hit(ROOTS[0], 9))).directory.search(Sought("x"))
    assert caught.value.code == "protocol"


def test_a_search_leads_no_further_than_the_contract() -> None:
    assert HITS_MAX == 1000
