"""A bare relay of WebSockets and its two clients, nothing sealed or checked: the yardstick. Run by bench.websocket.

`relay` prints its port and passes on each message of the first client to the second; the receiver prints the seconds.
"""

import asyncio
import json
import sys
from typing import Final

import aiohttp
from aiohttp import web

from bench.processes import now
from pypeer.protocol.frames import DATA_HEADER_BYTES
from pypeer.protocol.limits import CHUNK_BYTES
from pypeer.secure.records import TAG_BYTES

MESSAGE: Final = bytes(CHUNK_BYTES + DATA_HEADER_BYTES + TAG_BYTES)
"""As large as what Byway sends there."""

LARGEST: Final = 1024 * 1024


async def relay() -> None:
    """Serve one pair, for ever."""
    waiting: asyncio.Queue[web.WebSocketResponse] = asyncio.Queue()

    async def accept(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False, max_msg_size=LARGEST)
        await socket.prepare(request)
        if request.path == "/receive":
            waiting.put_nowait(socket)
            await socket.receive()
            return socket
        other = await waiting.get()
        async for message in socket:
            await other.send_bytes(message.data)
        return socket

    app = web.Application()
    app.router.add_get("/{what}", accept)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await runner.cleanup()


async def send(port: int, size: int) -> None:
    """Send `size` bytes."""
    async with aiohttp.ClientSession() as session, session.ws_connect(f"http://127.0.0.1:{port}/send") as socket:
        for _ in range(0, size, len(MESSAGE)):
            await socket.send_bytes(MESSAGE)
        await asyncio.to_thread(sys.stdin.readline)


async def receive(port: int, size: int) -> None:
    """Count `size` bytes."""
    url = f"http://127.0.0.1:{port}/receive"
    async with aiohttp.ClientSession() as session, session.ws_connect(url, max_msg_size=LARGEST) as socket:
        print("ready", flush=True)
        got, began = 0, 0.0
        while got < size:
            got += len(await socket.receive_bytes())
            began = began or now()
        print(json.dumps({"seconds": now() - began}), flush=True)


if __name__ == "__main__":
    role, *numbers = sys.argv[1:]
    asyncio.run(relay() if role == "relay" else {"send": send, "receive": receive}[role](*map(int, numbers)))
