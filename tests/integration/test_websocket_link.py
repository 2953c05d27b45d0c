"""Links through the relay inside a WebSocket, on the real server: order, flow, TLS, and a wrong server."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeAlias

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from pypeer.links.link import LinkClosedError
from pypeer.links.websocket import EARLY_FRAMES, WebSocketLink
from pypeer.secure.keys import Role
from pypeer.secure.records import Exchange, RecordOpener, RecordSealer
from pypeer.upgrading import Upgraded, take_over
from pypeer.websocket import WebSocket
from signaling.http.app import NODE, make_app
from signaling.protocol import limits
from signaling.protocol.codec import encode
from signaling.protocol.frames import Kind, with_room
from signaling.protocol.relaying import Join
from signaling.settings import Settings
from tests.integration.test_server_process import certificate
from tests.support.signaling_client import PATIENCE_S

MOST = limits.RELAY_MESSAGE_BYTES_MAX
Pair: TypeAlias = tuple[WebSocketLink, WebSocketLink]


def keys() -> tuple[tuple[RecordSealer, RecordOpener], tuple[RecordSealer, RecordOpener]]:
    """Of both sides."""
    a, b = (Exchange(role, bytes(32), 0) for role in (Role.A, Role.B))
    return a.finish(b.public), b.finish(a.public)


async def dial(stack: AsyncExitStack, url: str, tls: ssl.SSLContext | None = None) -> WebSocket:
    """A WebSocket to the relay, as pypeer has it."""
    session = await stack.enter_async_context(aiohttp.ClientSession(ws_response_class=Upgraded))
    upgraded = await session.ws_connect(f"{url}relay", protocols=(limits.RELAY_SUBPROTOCOL,), ssl=tls or True)
    assert isinstance(upgraded, Upgraded)
    return take_over(upgraded, MOST)


async def join(stack: AsyncExitStack, app: web.Application, url: str, tls: ssl.SSLContext | None) -> list[WebSocket]:
    """Both members of a pair, joined."""
    sockets = []
    for member in "ab":
        socket = await dial(stack, url, tls)
        ticket = app[NODE].relays.offers.ticket("pair", member, 2.0**33)
        socket.send(Kind.TEXT, with_room(encode(Join(ticket=ticket, link=0, bytes=MOST)).encode()))
        sockets.append(socket)
    for socket in sockets:
        joined = await socket.receive()
        assert joined is not None
        assert joined.kind is Kind.TEXT
    return sockets


@pytest.fixture(params=["plain", "tls"])
async def links(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Pair]:
    """Two links, to each other."""
    server_tls = client_tls = None
    if request.param == "tls":
        cert, key = certificate(tmp_path)
        client_tls = ssl.create_default_context(cafile=cert)
        server_tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        server_tls.load_cert_chain(cert, key)
    app = make_app(Settings())
    server = TestServer(app, access_log=None, scheme="https" if server_tls else "http", host="127.0.0.1")
    await server.start_server(ssl=server_tls)
    async with AsyncExitStack() as stack:
        url = str(server.make_url("/")).replace("127.0.0.1", "localhost")
        a, b = await join(stack, app, url, client_tls)
        first, second = keys()
        both = WebSocketLink(a, *first, MOST), WebSocketLink(b, *second, MOST)
        yield both
        for link in both:
            await link.close()
    await server.close()


async def test_frames_arrive_in_order_whatever_their_length_and_all_before_the_end(links: Pair) -> None:
    a, b = links
    got: list[bytes | bytearray] = []
    ended = asyncio.Event()
    a.start(lambda frame: None, lambda: None)
    b.start(got.append, ended.set)
    sent = [bytes([number]) * length for number, length in enumerate((1, 125, 126, 70_000, a.frame_bytes) * 8)]
    for frame in sent:
        a.send(frame[:1], memoryview(frame)[1:])
        await a.drain()
    await a.close()
    async with asyncio.timeout(PATIENCE_S):
        await ended.wait()
    assert [bytes(frame) for frame in got] == sent
    with pytest.raises(LinkClosedError):
        b.send(b"late")


async def test_before_it_starts_little_is_read_and_nothing_is_lost(links: Pair) -> None:
    a, b = links
    a.start(lambda frame: None, lambda: None)
    sent = 400

    async def press() -> None:
        for number in range(sent):
            a.send(number.to_bytes(2), bytes(a.frame_bytes - 2))
            await a.drain()

    pressing = asyncio.create_task(press())
    async with asyncio.timeout(PATIENCE_S):
        while not b._socket.is_held:
            await asyncio.sleep(0.01)
    assert len(b._early) == EARLY_FRAMES
    got: list[int] = []
    done = asyncio.Event()

    def take(frame: bytes | bytearray) -> None:
        got.append(int.from_bytes(frame[:2]))
        if len(got) == sent:
            done.set()

    b.start(take, done.set)
    async with asyncio.timeout(PATIENCE_S):
        await done.wait()
        await pressing
    assert got == list(range(sent))


@pytest.mark.parametrize(
    "wrong",
    [b"\x82\x84mask1234", b"\x81\x02{}", b"\x82\x10" + bytes(16), b"\x83\x00", b"\x82\x7f" + b"\xff" * 8],
    ids=["masked", "text", "not sealed", "opcode", "too long"],
)
async def test_what_no_honest_server_sends_ends_the_link(wrong: bytes) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=(limits.RELAY_SUBPROTOCOL,))
        await socket.prepare(request)
        await socket.receive()
        assert request.transport is not None
        request.transport.write(wrong)
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/relay", handle)
    server = TestServer(app, access_log=None)
    await server.start_server()
    async with AsyncExitStack() as stack:
        socket = await dial(stack, str(server.make_url("/")))
        link = WebSocketLink(socket, *keys()[0], MOST)
        ended = asyncio.Event()
        link.start(lambda frame: pytest.fail("a frame"), ended.set)
        link.send(b"hello")
        async with asyncio.timeout(PATIENCE_S):
            await ended.wait()
        await link.close()
    await server.close()


async def test_a_connection_that_is_lost_after_the_handshake_is_an_error_of_aiohttp() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=(limits.RELAY_SUBPROTOCOL,))
        await socket.prepare(request)
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/relay", handle)
    async with TestServer(app, access_log=None) as server, aiohttp.ClientSession(ws_response_class=Upgraded) as session:
        upgraded = await session.ws_connect(server.make_url("/relay"), protocols=(limits.RELAY_SUBPROTOCOL,))
        assert isinstance(upgraded, Upgraded)
        upgraded.response.close()
        with pytest.raises(aiohttp.ClientConnectionError):
            take_over(upgraded, MOST)
