"""The server in this process, on a real socket, and what is asked of it by hand."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from signaling.http.app import NODE, make_app
from signaling.protocol import limits
from signaling.settings import Settings
from tests.support.signaling_client import PATIENCE_S, SignalingClient


class Site:
    """A server under test, with a clock that is moved by hand, unless it is to `run`."""

    def __init__(self, run: bool = False, **settings: Any) -> None:
        self.now = 1000.0
        self.app = make_app(Settings(**settings), clock=time.monotonic if run else lambda: self.now)
        self.server = TestServer(self.app, access_log=None)

    @property
    def url(self) -> str:
        """Its address."""
        return str(self.server.make_url("/"))

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        await self.app[NODE].tick()

    async def idle(self) -> None:
        """Wait until nobody is connected."""
        async with asyncio.timeout(PATIENCE_S):
            while self.app[NODE].admission.total:
                await asyncio.sleep(0.01)


StartSite = Callable[..., Awaitable[Site]]
"""Starts one, with these settings."""


def handshake(site: Site, **headers: str) -> bytes:
    """An upgrade request by hand."""
    lines = {
        "Host": f"{site.server.host}:{site.server.port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": limits.SUBPROTOCOL,
    } | headers
    return ("GET /ws HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n").encode()


async def rejected(site: Site, **options: Any) -> int:
    """The HTTP status with which a WebSocket is refused."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        async with SignalingClient(site.url, **options):
            pass
    return caught.value.status


async def metrics(site: Site) -> str:
    """The text of /metrics."""
    async with aiohttp.ClientSession() as session, session.get(f"{site.url}metrics") as response:
        assert response.headers["Content-Type"].startswith("text/plain")
        return await response.text()
