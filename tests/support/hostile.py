"""A server that does not keep to its part: it reads, alters, repeats, swaps keys and guesses.

It speaks just enough of the contract for two real peers to sign in and meet, and passes every body through `tamper`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import msgspec
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from pypeer.secure.encoding import b64, unb64
from signaling.protocol import limits
from signaling.protocol.codec import decode_client, encode
from signaling.protocol.fields import Message
from signaling.protocol.messages import Ok, Ping, Request
from signaling.protocol.rendezvous import Knock, Knocked, Left, Met, Open, Opened, Signal, Signaled
from signaling.protocol.sign_in import Challenge, Hello, Welcome

PAIR = "pair"
LOCATOR = "7"

Tamper = Callable[[str, bytes], list[tuple[str, bytes]]]
"""Who sent a body (`a` knocked, `b` opened) and the body, to what is delivered to whom."""


def honest(sender: str, body: bytes) -> list[tuple[str, bytes]]:
    """Deliver to the other."""
    return [("b" if sender == "a" else "a", body)]


@dataclass(slots=True)
class _Client:
    socket: web.WebSocketResponse
    key: str
    seq: int = 0

    async def push(self, message: Message) -> None:
        self.seq += 1
        await self.socket.send_str(encode(msgspec.structs.replace(message, seq=self.seq)))


@dataclass(slots=True)
class HostileServer:
    """Use as `async with HostileServer(tamper) as server`, then `server.url`."""

    tamper: Tamper = honest
    key_for: dict[str, bytes] = field(default_factory=dict)
    """Lies about keys: what `a` or `b` is told instead of the other's real key."""
    seen: list[tuple[str, bytes]] = field(default_factory=list)
    """Every body that passed, with its sender."""
    knocks: int = 0
    passed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after each body."""
    _clients: dict[str, _Client] = field(default_factory=dict)
    _server: TestServer | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/ws", self._serve)
        self._server = TestServer(app)
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        await self._server.close()

    @property
    def url(self) -> str:
        """Its address."""
        assert self._server is not None
        return str(self._server.make_url("/"))

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=(limits.SUBPROTOCOL,))
        await socket.prepare(request)
        await socket.send_str(encode(Challenge(v=1, nonce=b64(bytes(32)), server="hostile")))
        client = _Client(socket, "")
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._handle(client, message.data)
        return socket

    async def _handle(self, client: _Client, text: str) -> None:
        match decode_client(text):
            case Hello() as hello:
                client.key = hello.key
                welcome = Welcome(
                    session="s", token="t", resumed=False, received=0, ping=25, idle=60, grace=60, server="hostile"
                )
                await client.socket.send_str(encode(welcome))
            case Ping():
                pass
            case request if isinstance(request, Request):
                await self._request(client, request)
            case _:
                await client.socket.close()

    async def _request(self, client: _Client, request: Request) -> None:
        match request:
            case Open():
                self._clients["b"] = client
                await client.push(Opened(seq=1, re=request.id, locator=LOCATOR, ttl=600))
            case Knock():
                await self._knock(client, request)
            case Signal():
                await client.push(Ok(seq=1, re=request.id))
                sender = "a" if self._clients.get("a") is client else "b"
                body = unb64(request.body)
                self.seen.append((sender, body))
                for target, delivered in self.tamper(sender, body):
                    await self.deliver(target, delivered, request.pair)
                self.passed.set()
            case _:
                await client.push(Ok(seq=1, re=request.id))

    async def _knock(self, client: _Client, knock: Knock) -> None:
        self.knocks += 1
        self._clients["a"] = client
        opener = self._clients["b"]
        told_a = b64(self.key_for["a"]) if "a" in self.key_for else opener.key
        await client.push(Met(seq=1, re=knock.id, pair=PAIR, peer=told_a))
        await self.knock_at_b(unb64(client.key))

    async def knock_at_b(self, key: bytes, pair: str = PAIR) -> None:
        """Tell the one who waits that somebody with this key knocked."""
        told_b = self.key_for.get("b", key)
        await self._clients["b"].push(Knocked(seq=1, pair=pair, locator=LOCATOR, peer=b64(told_b)))

    async def deliver(self, target: str, body: bytes, pair: str = PAIR) -> None:
        """Give a body to `a` or `b`."""
        await self._clients[target].push(Signaled(seq=1, pair=pair, body=b64(body)))

    async def forget(self, target: str, pair: str = PAIR) -> None:
        """Tell one side that the other left."""
        await self._clients[target].push(Left(seq=1, pair=pair))
