"""A server that keeps all that it is told, and may answer otherwise than it should about sealed spaces.

It is the real one, in this process, with another hand at two places.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp.test_utils import TestServer

from signaling.http.app import NODE, make_app
from signaling.protocol.messages import Reply
from signaling.protocol.spaces import SealedLook
from signaling.settings import Settings

Tamper = Callable[[Reply], Reply]
"""What is answered, to what is answered instead."""


@dataclass
class NosyServer:
    """`url` is its address, `heard` every message of its clients."""

    url: str
    heard: list[str] = field(default_factory=list)
    tamper: Tamper = lambda reply: reply


@asynccontextmanager
async def nosy_server() -> AsyncIterator[NosyServer]:
    """Such a server while the block lasts."""
    app = make_app(Settings())
    server = TestServer(app, access_log=None)
    await server.start_server()
    nosy = NosyServer(str(server.make_url("/")))
    hub = app[NODE].hub
    assert hub.sessions.directory is not None
    spaces = hub.sessions.directory.spaces
    receive, look = hub.receive, spaces.look

    async def listening(number: int, text: str | bytes, now: float) -> None:
        nosy.heard.append(text if isinstance(text, str) else text.decode())
        await receive(number, text, now)

    def answering(request: SealedLook) -> Reply:
        return nosy.tamper(look(request))

    hub.receive = listening  # type: ignore[method-assign]
    spaces.look = answering  # type: ignore[method-assign]
    try:
        yield nosy
    finally:
        await server.close()
