"""Whoever is cancelled at a bad moment leaves no connection to the server open."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from pypeer import proxies
from pypeer.api import Peer
from pypeer.doctor import signaling
from pypeer.identity import Identity
from signaling.http.app import make_app
from signaling.settings import Settings
from tests.support.commands import Server


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[aiohttp.ClientSession]:
    """All that the test makes with servers."""
    made: list[aiohttp.ClientSession] = []

    def noted(url: URL, session: Any = proxies.session) -> aiohttp.ClientSession:
        made.append(session(url))
        return made[-1]

    monkeypatch.setattr(proxies, "session", noted)
    return made


TURNS = 16
"""Of the event loop, after each of which a peer that leaves is cancelled: more than pass until it waits for the server
alone."""


async def interrupt(task: asyncio.Task[Any], after: int, times: int) -> None:
    """Cancel it, so many turns after its beginning, and again in those that follow; it ends."""
    for _ in range(after):
        await asyncio.sleep(0)
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    await asyncio.wait({task})


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_peer_that_is_cancelled_while_it_leaves(
    server: Server, tmp_path: Path, sessions: list[aiohttp.ClientSession], times: int
) -> None:
    cancelled = 0
    for turn in range(1, TURNS):
        peer = await Peer(server.url, identity=Identity.new()).__aenter__()
        await peer.send(text="for nobody")
        leaving = asyncio.create_task(peer.__aexit__(None, None, None))
        await interrupt(leaving, turn, times)
        cancelled += leaving.cancelled()
    assert cancelled, "it was the closing that was cancelled, not what comes after it"
    assert len(sessions) == TURNS - 1
    assert all(session.closed for session in sessions)


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_peer_that_is_cancelled_while_it_signs_in(
    server: Server, sessions: list[aiohttp.ClientSession], times: int
) -> None:
    for turn in range(1, TURNS):
        entering = asyncio.create_task(Peer(server.url, identity=Identity.new()).__aenter__())
        await interrupt(entering, turn, times)
        if not entering.cancelled():  # the server was quicker
            await entering.result().__aexit__(None, None, None)
    assert len(sessions) == TURNS - 1
    assert all(session.closed for session in sessions)


async def test_a_doctor_that_is_cancelled_while_the_server_keeps_an_answer(
    sessions: list[aiohttp.ClientSession],
) -> None:
    """A fault: the server never says whether it relays."""
    asked = asyncio.Event()

    @web.middleware
    async def hold(request: web.Request, handler: Any) -> web.StreamResponse:
        if request.path == "/relay":
            asked.set()
            await asyncio.Event().wait()
        return await handler(request)  # type: ignore[no-any-return]

    app = make_app(Settings())
    app.middlewares.append(hold)
    async with TestServer(app, access_log=None) as held:
        examining = asyncio.create_task(signaling.sign_in(str(held.make_url("/"))))
        await asked.wait()
        await interrupt(examining, after=0, times=1)
    assert examining.cancelled()
    assert [session.closed for session in sessions] == [True, True]
