"""The application: which path is answered by what.

/ws          the WebSocket of peers
/relay       the WebSocket through which a pair is relayed
/            the page, with /assets/, /sw.js and /shell.js
/healthz     the process lives
/readyz      it takes new connections: 503 once it ends
/metrics     for Prometheus, unless it has an address of its own
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from aiohttp import hdrs, web

from pypeer.websocket import WebSocket
from signaling.http import page
from signaling.http.admission import RefusedError
from signaling.http.headers import SecurityHeaders
from signaling.http.node import Node
from signaling.http.wire import CLOSE_S
from signaling.protocol import limits
from signaling.settings import Settings

NODE = web.AppKey("NODE", Node)
SETTINGS = web.AppKey("SETTINGS", Settings)

FRAME_BYTES = 2 * limits.MESSAGE_BYTES
"""What is read at all: twice what is allowed, so that the one who sends too much is told so in the contract's terms."""


def make_app(
    settings: Settings, clock: Callable[[], float] = time.monotonic, page_folder: Path = page.FOLDER
) -> web.Application:
    """The server as an aiohttp application; `clock` gives seconds that never go back."""
    app = web.Application()
    app[SETTINGS] = settings
    app[NODE] = Node(settings, clock)
    app.on_response_prepare.append(SecurityHeaders(settings))
    app.cleanup_ctx.append(_run_clock)
    app.router.add_get("/ws", _websocket)
    app.router.add_get("/relay", _relay)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", _readyz)
    if settings.metrics_address is None:
        app.router.add_get("/metrics", _metrics)
    page.add_routes(app, page.load(settings, page_folder))
    return app


def make_metrics_app(app: web.Application) -> web.Application:
    """An application with /metrics of another one, for an address of its own."""
    metrics = web.Application()
    metrics[NODE] = app[NODE]
    metrics.router.add_get("/metrics", _metrics)
    return metrics


async def _websocket(request: web.Request) -> web.StreamResponse:
    node, transport = request.app[NODE], request.transport
    try:
        socket, address = await _open(request, limits.SUBPROTOCOL, FRAME_BYTES)
    except RefusedError as error:
        return _refuse(error)
    await node.serve(socket, transport, address, request.host)
    return socket


async def _relay(request: web.Request) -> web.StreamResponse:
    node, transport = request.app[NODE], request.transport
    try:
        if request.app[SETTINGS].relay_off:
            raise RefusedError(404, "relay-off", "this server does not relay")
        socket, address = await _open(request, limits.RELAY_SUBPROTOCOL, limits.RELAY_MESSAGE_BYTES_MAX)
    except RefusedError as error:
        return _refuse(error)
    if transport is not None:
        # Nothing has been read since the handshake: nobody else had a turn.
        await node.serve_relayed(WebSocket(transport, limits.RELAY_MESSAGE_BYTES_MAX), address)
    return socket


async def _open(request: web.Request, protocol: str, most: int) -> tuple[web.WebSocketResponse, str]:
    """The WebSocket that was asked for, with messages of so many bytes at most, and the address it counts by."""
    # What aiohttp calls the most is the least that it refuses.
    socket = web.WebSocketResponse(
        protocols=(protocol,), timeout=2 * CLOSE_S, compress=False, max_msg_size=most + 1, decode_text=False
    )
    if not socket.can_prepare(request):
        raise web.HTTPUpgradeRequired(text="this address is for WebSockets\n", headers={hdrs.UPGRADE: "websocket"})
    address = await request.app[NODE].admit(request, protocol)
    await socket.prepare(request)
    return socket, address


def _refuse(error: RefusedError) -> web.Response:
    headers = {} if error.wait is None else {hdrs.RETRY_AFTER: str(max(1, round(error.wait)))}
    return web.Response(status=error.status, text=f"{error}\n", headers=headers)


async def _healthz(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def _readyz(request: web.Request) -> web.Response:
    if request.app[NODE].hub.draining:
        return web.Response(status=503, text="draining\n")
    return web.Response(text="ready\n")


async def _metrics(request: web.Request) -> web.Response:
    body = await request.app[NODE].render_metrics()
    return web.Response(body=body, headers={hdrs.CONTENT_TYPE: "text/plain; version=0.0.4; charset=utf-8"})


async def _run_clock(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(app[NODE].run_clock())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    app[NODE].close()
