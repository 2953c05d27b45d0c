"""The directory of a server in this process, on real sockets."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from signaling.http.app import make_app
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import (
    Announce,
    Ask,
    Asked,
    Browse,
    Found,
    Here,
    Listing,
    Peers,
    Publish,
    Published,
    Search,
)
from signaling.protocol.encoding import b64
from signaling.protocol.kinds import Kind
from signaling.protocol.listed import File, Folder, Item, Subfolder
from signaling.protocol.messages import Bye, Error, Ok
from signaling.protocol.rendezvous import Met, Signal, Signaled
from signaling.settings import Settings
from tests.support.signaling_client import SignalingClient as Client

ROOT = b64(bytes(range(32)))
SONG = File(1, "Blue Moon.mp3", 1000, ROOT)
PICTURE = File(2, "IMG_1234.jpg", 50, b64(bytes(32)))
FOLDERS = (Folder("music/jazz", (SONG,)), Folder("", (PICTURE,)))


async def serve(**settings: object) -> TestServer:
    server = TestServer(make_app(Settings(**settings)), access_log=None)  # type: ignore[arg-type]
    await server.start_server()
    return server


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A server as it is without any option."""
    server = await serve()
    yield str(server.make_url("/"))
    await server.close()


async def publish(client: Client, *folders: Folder) -> str:
    published = await client.ask(Publish(id=1, name="shelf"))
    assert isinstance(published, Published), published
    assert isinstance(await client.ask(Announce(id=1, library=published.library, folders=folders, whole=True)), Ok)
    return published.library


async def search(client: Client, words: str) -> Found:
    found = await client.ask(Search(id=1, words=words))
    assert isinstance(found, Found), found
    return found


async def test_what_one_publishes_another_finds_looks_into_and_asks_for(url: str) -> None:
    async with Client(url) as owner, Client(url) as guest:
        await owner.sign_in()
        assert limits.CAP_DIRECTORY in (await guest.sign_in()).caps
        library = await publish(owner, *FOLDERS)
        found = await search(guest, "moon")
        [hit], [shelf] = found.hits, found.libraries
        assert (hit.name, hit.folder, hit.root, hit.kind) == ("Blue Moon.mp3", "music/jazz", ROOT, Kind.AUDIO)
        assert (hit.sources, hit.count, shelf.library, shelf.files, shelf.whole) == ((0,), 1, library, 2, True)
        here = await guest.ask(Peers(id=1))
        assert isinstance(here, Here)
        assert here.libraries == (shelf,)
        listing = await guest.ask(Browse(id=1, library=library))
        assert isinstance(listing, Listing)
        assert listing.folders == (Subfolder("music", 1, 1000),)
        assert listing.files == (Item("IMG_1234.jpg", 50, PICTURE.root),)
        met = await guest.ask(Ask(id=1, library=library))
        assert isinstance(met, Met)
        asked = await owner.pushed()
        assert isinstance(asked, Asked)
        assert (asked.pair, asked.library, asked.peer) == (met.pair, library, b64(guest.identity.key))
        assert len({met.relay, asked.relay, None}) == 3
        assert isinstance(await guest.ask(Signal(id=1, pair=met.pair, body="aGk")), Ok)
        assert isinstance(await owner.pushed(), Signaled)


async def test_after_bye_nothing_of_it_is_found(url: str) -> None:
    async with Client(url) as owner, Client(url) as guest:
        await owner.sign_in()
        await guest.sign_in()
        library = await publish(owner, *FOLDERS)
        await owner.send(Bye())
        await owner.closed()
        assert (await search(guest, "moon")).hits == ()
        answer = await guest.ask(Browse(id=1, library=library))
        assert isinstance(answer, Error)
        assert answer.code is ErrorCode.UNKNOWN_LIBRARY


async def test_metrics_tell_what_is_there(url: str) -> None:
    async with Client(url) as owner, ClientSession() as session:
        await owner.sign_in()
        await publish(owner, *FOLDERS)
        await search(owner, "moon")
        await search(owner, "sun")
        async with session.get(f"{url}metrics") as answer:
            lines = (await answer.text()).splitlines()
    for name, value in (("libraries", 1), ("shared_files", 2), ("shared_folders", 3)):
        assert f"byway_{name} {value}.0" in lines
    for outcome in ("found", "nothing"):
        assert f'byway_searches_total{{outcome="{outcome}"}} 1.0' in lines


async def test_a_server_may_do_without() -> None:
    server = await serve(directory_off=True)
    async with Client(str(server.make_url("/"))) as client:
        assert limits.CAP_DIRECTORY not in (await client.sign_in()).caps
        answer = await client.ask(Peers(id=1))
        assert isinstance(answer, Error)
        assert answer.code is ErrorCode.NO_DIRECTORY
    await server.close()
