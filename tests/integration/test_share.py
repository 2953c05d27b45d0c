"""Libraries at a real server, by real peers: published, followed, asked for, served, and published again."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from pypeer.api import Peer
from pypeer.errors import DeclinedError, PeerError
from pypeer.events import Announced, Counted, Declined, Done, Event, Failed, LibraryOpen, Skipped, Wished
from pypeer.identity import Identity
from pypeer.library.library import Library
from pypeer.protocol.sealed import Want, Wanted
from signaling.protocol.encoding import unb64
from tests.support.asker import Asker
from tests.support.commands import PATIENCE_S, ROOT, Command, Server, environment, running_server

Start = Callable[..., Command]


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A folder with things that are to be found, and things that are not."""
    files = {
        "a.txt": b"one",
        "Jazz/Miles/So What.flac": os.urandom(600_000),
        "Jazz/cover.jpg": b"picture",
        "empty.dat": b"",
        ".ssh/id_rsa": b"key",
        "server.pem": b"key",
        "film.mkv.part": b"half",
        "Jazz/draft.raw": b"draft",
    }
    for path, data in files.items():
        (tmp_path / "Music" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "Music" / path).write_bytes(data)
    return tmp_path / "Music"


@pytest.fixture
async def peer(server: Server) -> AsyncIterator[Peer]:
    """Whoever shares."""
    async with Peer(server.url, identity=Identity.new(), name="Owner") as peer:
        yield peer


@pytest.fixture
async def asker(server: Server) -> AsyncIterator[Asker]:
    """Whoever asks."""
    async with Asker(server.url) as asker:
        yield asker


async def until(library: Library, found: Callable[[Event], bool]) -> Event:
    """The next event of a library of which this is true."""
    async with asyncio.timeout(PATIENCE_S):
        async for event in library:
            if found(event):
                return event
    raise AssertionError("the library ended")


def holds(files: int) -> Callable[[Event], bool]:
    """Whether others find so many files, and that is all."""
    return lambda event: isinstance(event, Announced) and event.whole and event.files == files


def is_a(kind: type[Event]) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, kind)


def by_root(root: str, name: str) -> Want:
    return Want(files=(Wanted(root=unb64(root).hex(), name=name),))


async def test_a_folder_is_found_looked_into_and_fetched(peer: Peer, asker: Asker, music: Path, tmp_path: Path) -> None:
    library = await peer.share([music], name="Musik", description="all of it", ignore=["*.raw"])
    await until(library, holds(4))
    [shelf] = [each for each in await asker.libraries() if each.library == library.id]
    assert (shelf.name, shelf.description, shelf.ask) == ("Musik", "all of it", False)
    assert (shelf.files, shelf.whole) == (4, True)
    assert set(await asker.files(library.id)) == {"a.txt", "empty.dat"}
    assert set(await asker.files(library.id, "Jazz")) == {"cover.jpg"}
    assert await asker.search("so what") == ["So What.flac"]
    item = (await asker.files(library.id, "Jazz/Miles"))["So What.flac"]
    outcome = await asker.get(library.id, by_root(item.root, "what.flac"), tmp_path / "got")
    assert outcome.files == 1
    assert (tmp_path / "got" / "what.flac").read_bytes() == (music / "Jazz/Miles/So What.flac").read_bytes()
    wished = await until(library, is_a(Wished))
    assert isinstance(wished, Wished)
    assert (wished.title, wished.files, wished.name, wished.ask) == ("what.flac", 1, "Anna", False)
    await until(library, is_a(Done))
    async with asyncio.timeout(PATIENCE_S):
        while library.serving:
            await asyncio.sleep(0.02)
    assert library.delivered == 1
    await library.stop()
    assert library.id not in [each.library for each in await asker.libraries()]


async def test_who_was_led_to_another_library_than_asked_for_is_refused(
    peer: Peer, asker: Asker, music: Path, tmp_path: Path
) -> None:
    """By a server that lies. It is no guess at anything."""
    library = await peer.share([music], name="Musik")
    with pytest.raises(PeerError) as caught:
        await asker.get(library.id, Want(folder="Jazz"), tmp_path / "got", taken_for="another")
    assert caught.value.code == "broken"


async def test_a_folder_of_a_library_comes_as_it_is(peer: Peer, asker: Asker, music: Path, tmp_path: Path) -> None:
    library = await peer.share([music], name="Musik")
    await until(library, holds(5))
    await asker.get(library.id, Want(folder="Jazz"), tmp_path / "got")
    got = tmp_path / "got" / "Jazz"
    assert {path.relative_to(got).as_posix() for path in got.rglob("*") if path.is_file()} == {
        "Miles/So What.flac",
        "cover.jpg",
        "draft.raw",
    }
    assert (got / "cover.jpg").stat().st_mtime_ns == (music / "Jazz/cover.jpg").stat().st_mtime_ns
    await asker.get(library.id, Want(folder=""), tmp_path / "all")
    assert (tmp_path / "all" / "Musik" / "a.txt").read_bytes() == b"one"


async def test_several_folders_are_each_under_their_name(peer: Peer, asker: Asker, tmp_path: Path) -> None:
    for path in ("x/Docs", "y/Docs", "Books"):
        (tmp_path / path).mkdir(parents=True)
        (tmp_path / path / "a.txt").write_bytes(path.encode())
    library = await peer.share([tmp_path / each for each in ("x/Docs", "y/Docs", "Books")], name="All")
    await until(library, holds(3))
    for folder in ("Docs", "Docs (2)", "Books"):
        assert set(await asker.files(library.id, folder)) == {"a.txt"}


async def test_changes_are_followed(peer: Peer, asker: Asker, music: Path, tmp_path: Path) -> None:
    library = await peer.share([music], name="Musik")
    await until(library, holds(5))
    (music / "new.txt").write_bytes(b"new")
    await until(library, holds(6))
    before = (await asker.files(library.id))["new.txt"].root
    (music / "new.txt").write_bytes(b"newer")
    (music / "Jazz").rename(music / "Blues")
    (music / "a.txt").unlink()
    async with asyncio.timeout(PATIENCE_S):
        while True:
            files = await asker.files(library.id)
            if "new.txt" in files and files["new.txt"].root != before and "a.txt" not in files:
                break
            await until(library, is_a(Announced))
    assert set(await asker.files(library.id, "Blues")) == {"cover.jpg", "draft.raw"}
    assert await asker.files(library.id, "Jazz") == {}
    await asker.get(library.id, by_root(files["new.txt"].root, "got.txt"), tmp_path / "got")
    assert (tmp_path / "got/got.txt").read_bytes() == b"newer"


async def test_what_is_not_there_any_more_is_said(peer: Peer, asker: Asker, music: Path, tmp_path: Path) -> None:
    library = await peer.share([music], name="Musik")
    await until(library, holds(5))
    with pytest.raises(PeerError):
        await asker.get(library.id, Want(files=(Wanted(root="1" * 64, name="a"),)), tmp_path / "got")
    failed = await until(library, is_a(Failed))
    assert isinstance(failed, Failed)
    assert failed.code == "file-vanished"


async def test_nothing_is_published_without_a_yes(peer: Peer, asker: Asker, music: Path, server: Server) -> None:
    seen: list[Counted] = []

    async def refuse(counted: Counted) -> bool:
        seen.append(counted)
        return False

    with pytest.raises(DeclinedError):
        await peer.share([music], name="Nothing", confirm=refuse)
    assert (seen[0].files, seen[0].name, seen[0].server) == (5, "Nothing", server.url)
    assert seen[0].folders == str(music)
    assert "Nothing" not in [each.name for each in await asker.libraries()]


async def test_an_owner_is_asked_and_may_decline(peer: Peer, asker: Asker, music: Path, tmp_path: Path) -> None:
    answers = iter([False, True])
    wishes: list[Wished] = []

    async def consent(wished: Wished) -> bool:
        wishes.append(wished)
        return next(answers)

    library = await peer.share([music], name="Musik", consent=consent)
    await until(library, holds(5))
    root = (await asker.files(library.id))["a.txt"].root
    want = Want(files=(Wanted(root=unb64(root).hex(), name="a.txt"),), why="for the choir")
    with pytest.raises(PeerError):
        await asker.get(library.id, want, tmp_path / "got")
    declined = await until(library, is_a(Declined))
    assert isinstance(declined, Declined)
    assert declined.reason == "no"
    assert not (tmp_path / "got").exists()
    await asker.get(library.id, want, tmp_path / "got")
    assert (tmp_path / "got/a.txt").read_bytes() == b"one"
    assert [(each.why, each.title, each.ask) for each in wishes] == [("for the choir", "a.txt", True)] * 2


async def test_who_asks_and_goes_away_is_forgotten(peer: Peer, server: Server, music: Path, tmp_path: Path) -> None:
    asked, over = asyncio.Event(), asyncio.Event()

    async def consent(wished: Wished) -> bool:
        asked.set()
        try:
            return await asyncio.Future()
        finally:
            over.set()

    library = await peer.share([music], name="Musik", consent=consent)
    await until(library, holds(5))
    async with Asker(server.url) as asker:
        root = (await asker.files(library.id))["a.txt"].root
        asking = asyncio.create_task(asker.get(library.id, by_root(root, "a.txt"), tmp_path / "got"))
        async with asyncio.timeout(PATIENCE_S):
            await asked.wait()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    async with asyncio.timeout(PATIENCE_S):
        await over.wait()
    declined = await until(library, is_a(Declined))
    assert isinstance(declined, Declined)
    assert declined.reason == "unanswered"


async def test_a_restart_hashes_nothing_again(server: Server, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Peer(server.url, identity=Identity.new()) as peer:
        await until(await peer.share([music], name="Musik"), holds(5))
    monkeypatch.setattr("pypeer.library.hashing.Batch.step", lambda self: pytest.fail("hashed again"))
    async with Peer(server.url, identity=Identity.new()) as peer:
        await until(await peer.share([music], name="Musik"), holds(5))


async def test_what_cannot_be_announced_is_said(peer: Peer, asker: Asker, music: Path) -> None:
    (music / "two\nlines.txt").write_bytes(b"x")
    library = await peer.share([music], name="Musik")
    skipped = await until(library, is_a(Skipped))
    assert isinstance(skipped, Skipped)
    assert "cannot be shown" in skipped.message
    await until(library, holds(5))


async def test_after_the_server_has_forgotten_all_is_published_again(tmp_path: Path, music: Path) -> None:
    with running_server(tmp_path / "first") as first:
        port = first.port
        async with Peer(first.url, identity=Identity.new()) as peer:
            library = await peer.share([music], name="Musik")
            await until(library, holds(5))
            before = library.id
            await asyncio.to_thread(first.stop)
            second = await asyncio.to_thread(Server, tmp_path / "second", port=port)
            try:
                opened = await until(library, is_a(LibraryOpen))
                assert isinstance(opened, LibraryOpen)
                assert opened.library == library.id != before
                await until(library, holds(5))
                async with Asker(second.url) as asker:
                    assert set(await asker.files(library.id)) == {"a.txt", "empty.dat"}
                    await asker.get(library.id, Want(folder="Jazz"), tmp_path / "got")
            finally:
                await library.stop()
                await asyncio.to_thread(second.stop)


async def test_a_server_without_a_directory_says_so(tmp_path: Path, music: Path) -> None:
    with running_server(tmp_path / "server", "--directory-off") as server:
        async with Peer(server.url, identity=Identity.new()) as peer:
            with pytest.raises(PeerError, match="no directory"):
                await peer.share([music], name="Musik")


async def test_a_folder_that_is_gone_is_found_no_more_and_comes_back(peer: Peer, asker: Asker, music: Path) -> None:
    library = await peer.share([music], name="Musik")
    await until(library, holds(5))
    music.rename(music.with_name("away"))
    await until(library, holds(0))
    music.with_name("away").rename(music)
    await until(library, holds(5))


# The command


def test_the_command_publishes_and_withdraws(pypeer: Start, music: Path) -> None:
    command = pypeer("share", music, "--name", "Musik", "--ignore", "*.raw")
    counted = command.until("counted")
    assert (counted["files"], counted["name"]) == (4, "Musik")
    library = command.until("library")
    assert library["most"] > 4
    while not command.until("announced")["whole"]:
        pass
    assert command.events[-1] == {"event": "announced", "files": 4, "total": 4, "whole": True}
    assert command.interrupt() == 130


def test_the_command_says_what_is_wrong(pypeer: Start, music: Path) -> None:
    assert pypeer("share", music / "a.txt", "--name", "x").end() == 2
    assert pypeer("share", music, "--name", "x" * 65).end() == 2
    assert pypeer("share", music).end() == 2


async def test_a_script_answers_on_standard_input(server: Server, asker: Asker, music: Path, tmp_path: Path) -> None:
    arguments = ["share", str(music), "--name", "Musik", "--ask", "--json", "--server", server.url]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "pypeer",
        *arguments,
        cwd=ROOT,
        env=environment(tmp_path / "script"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    try:
        library = str((await _until(process, "library"))["library"])
        while not (await _until(process, "announced")).get("whole"):
            pass
        getting = asyncio.create_task(asker.get(library, Want(folder="Jazz"), tmp_path / "got"))
        asked = await _until(process, "asked")
        assert (asked["folder"], asked["ask"], asked["name"]) == ("Jazz", True, "Anna")
        answer = json.dumps({"session": asked["session"], "accept": True})
        process.stdin.write(f"nonsense\n{answer}\n".encode())
        await process.stdin.drain()
        await getting
        assert (tmp_path / "got/Jazz/cover.jpg").read_bytes() == b"picture"
    finally:
        process.terminate()
        await process.wait()


async def _until(process: asyncio.subprocess.Process, kind: str) -> dict[str, Any]:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        while line := await process.stdout.readline():
            event: dict[str, Any] = json.loads(line)
            if event["event"] == kind:
                return event
    raise AssertionError(f"no {kind}")


def test_what_two_share_is_found_and_fetched_from_both(pypeer: Start, music: Path, tmp_path: Path) -> None:
    """All by commands; each sends slowly, so that neither is done before the other is drawn from."""
    (tmp_path / "Copy").mkdir()
    data = os.urandom(6 * 2**20)
    for path in ("Music/Jazz/Miles/So What.flac", "Copy/another name.flac"):
        (tmp_path / path).write_bytes(data)
    sharers = [pypeer("share", tmp_path / each, "--name", each, "--limit", "2M") for each in ("Music", "Copy")]
    for sharer in sharers:
        while not sharer.until("announced").get("whole"):
            pass
    search = pypeer("search", "flac")
    assert search.end() == 0
    get = pypeer("get", search.one("hit")["handle"], "-o", tmp_path / "got")
    assert get.end() == 0
    [path] = get.one("done")["into"]  # called as at one of them
    assert Path(path).read_bytes() == data
    assert get.kinds() >= {"source", "done"}
    for sharer in sharers:
        assert sharer.until("asked")["files"] == 1
        assert sharer.until("done")["sent"] > 0
