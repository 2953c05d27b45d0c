"""Libraries whose owners are asked about each request, and what the API gives of what is found."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex
from typing import Final

import pytest

from pypeer.api import Peer
from pypeer.errors import CodeError, DeclinedError, PeerError
from pypeer.events import Announced, Event, Waiting, Wished
from pypeer.finding.found import File, Folder, Hit
from pypeer.finding.sought import Sought
from pypeer.identity import Identity
from pypeer.library.host import Consent
from pypeer.library.library import Library
from signaling.protocol.kinds import Kind
from tests.support.commands import Server

PATIENCE_S: Final = 60.0


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def word() -> str:
    """Nobody else has it in a name."""
    return f"w{token_hex(6)}"


@pytest.fixture
async def here(server: Server) -> AsyncIterator[Peer]:
    """Who looks and fetches."""
    async with Peer(server.url, identity=Identity.new(), name="Ada") as peer:
        yield peer


@pytest.fixture
async def there(server: Server) -> AsyncIterator[Peer]:
    """Who publishes."""
    async with Peer(server.url, identity=Identity.new(), name="Bob") as peer:
        yield peer


@pytest.fixture
async def third(server: Server) -> AsyncIterator[Peer]:
    """Another who does."""
    async with Peer(server.url, identity=Identity.new()) as peer:
        yield peer


async def share(peer: Peer, folder: Path, consent: Consent | None = None) -> Library:
    """Publish a folder; returns once all of it is found."""
    library = await peer.share([folder], name=folder.name, consent=consent)
    events = []
    async with asyncio.timeout(PATIENCE_S):
        async for event in library:
            events.append(event)
            if isinstance(event, Announced) and event.whole:
                return library
    raise AssertionError(f"it ended: {events}")


def text_of(name: str) -> bytes:
    """What such a file holds: the same for one word, and for no other, whoever else is at this server still."""
    return name.partition(".")[0].partition(" ")[0].encode()


def folder_with(path: Path, name: str) -> Path:
    (path / "sub").mkdir(parents=True)
    (path / name).write_bytes(text_of(name))
    (path / "sub" / "other.bin").write_bytes(os.urandom(100))
    return path


class Answering:
    """An owner who answers this, once told to."""

    def __init__(self, answer: bool) -> None:
        self.asked: list[Wished] = []
        self.answer = answer
        self.may = asyncio.Event()

    async def __call__(self, wished: Wished) -> bool:
        self.asked.append(wished)
        await self.may.wait()
        return self.answer


async def get(here: Peer, what: str | Hit, into: Path, why: str = "") -> list[Event]:
    """Fetch it, and give all events; raises PeerError."""
    async with asyncio.timeout(PATIENCE_S), here.get(what, into, why=why) as fetch:
        events = [event async for event in fetch]
        await fetch.wait()
        return events


async def test_what_is_found_is_fetched(here: Peer, there: Peer, word: str, tmp_path: Path) -> None:
    await share(there, folder_with(tmp_path / word, f"{word}.txt"))
    [hit] = await here.search(word)
    assert (hit.name, hit.size, hit.count) == (f"{word}.txt", len(word), 1)
    await get(here, hit, tmp_path / "got")
    assert (tmp_path / "got" / hit.name).read_bytes() == word.encode()
    [library] = [each for each in await here.libraries() if each.name == word]
    assert library.peer == there.identity.id
    folder, file = await here.browse(library)
    assert isinstance(folder, Folder)
    assert isinstance(file, File)
    assert (folder.name, file.handle) == ("sub", hit.handle)
    [below] = await here.browse(word, "sub")
    assert below.name == "other.bin"
    assert await here.search(Sought(word, kind=Kind.VIDEO)) == []
    with pytest.raises(CodeError, match="all who have it"):
        here.get(hit, also=["7-guitar-sunset"])


async def test_the_owner_sees_who_wants_what_and_why(here: Peer, there: Peer, word: str, tmp_path: Path) -> None:
    owner = Answering(True)
    await share(there, folder_with(tmp_path / word, f"{word}.txt"), owner)
    [hit] = await here.search(word)
    assert hit.sources[0].ask
    async with asyncio.timeout(PATIENCE_S), here.get(hit, tmp_path / "got", why="for the class") as fetch:
        events = []
        async for event in fetch:
            events.append(event)
            if isinstance(event, Waiting):
                owner.may.set()
        await fetch.wait()
    [wished] = owner.asked
    assert (wished.peer, wished.name, wished.why) == (here.identity.id, "Ada", "for the class")
    assert [event.peer for event in events if isinstance(event, Waiting)] == [there.identity.id]
    assert (tmp_path / "got" / hit.name).read_bytes() == word.encode()


async def test_a_no_is_a_no(here: Peer, there: Peer, word: str, tmp_path: Path) -> None:
    owner = Answering(False)
    owner.may.set()
    await share(there, folder_with(tmp_path / word, f"{word}.txt"), owner)
    [hit] = await here.search(word)
    for what in (hit, f"byway:{there.identity.id}/sub"):
        with pytest.raises(DeclinedError) as caught:
            await get(here, what, tmp_path / "got")
        assert (caught.value.status, caught.value.code) == (3, "declined")
    assert len(owner.asked) == 2
    assert not (tmp_path / "got").exists() or not any((tmp_path / "got").iterdir())


async def test_who_has_to_be_asked_holds_up_nobody(
    here: Peer, there: Peer, third: Peer, word: str, tmp_path: Path
) -> None:
    owner = Answering(True)
    await share(there, folder_with(tmp_path / f"{word}-1", f"{word}.txt"), owner)
    await share(third, folder_with(tmp_path / f"{word}-2", f"{word} too.txt"))
    [hit] = await here.search(word)
    assert hit.count == 2
    await get(here, hit, tmp_path / "got")
    assert owner.asked == []


async def test_if_all_say_no_or_are_gone_the_no_is_told(
    here: Peer, there: Peer, third: Peer, word: str, tmp_path: Path
) -> None:
    owner = Answering(False)
    await share(there, folder_with(tmp_path / f"{word}-1", f"{word}.txt"), owner)
    other = await share(third, folder_with(tmp_path / f"{word}-2", f"{word} too.txt"), Answering(True))
    [hit] = await here.search(word)
    fetching = asyncio.create_task(get(here, hit, tmp_path / "got"))
    async with asyncio.timeout(PATIENCE_S):
        while not owner.asked:
            await asyncio.sleep(0.01)
    owner.may.set()
    await other.stop()
    with pytest.raises(PeerError) as caught:
        await fetching
    assert caught.value.code == "declined"
