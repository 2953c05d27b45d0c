"""A client of the server for tests: it signs in, asks, and hands over what arrives, over a real WebSocket."""

import asyncio
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec
from yarl import URL

from pypeer.identity import Identity
from signaling.protocol import limits
from signaling.protocol.access import proof
from signaling.protocol.codec import decode_server, encode
from signaling.protocol.encoding import b64, unb64
from signaling.protocol.fields import Message, Resume
from signaling.protocol.messages import Request, ServerMessage
from signaling.protocol.rendezvous import Knock, Met, Open, Opened
from signaling.protocol.sign_in import Challenge, Hello, Welcome

PATIENCE_S = 60.0
"""How long to wait for a message on a busy machine."""


class SignalingClient:
    """Use as `async with SignalingClient(url) as client`; it is connected then, and `sign_in` does the rest."""

    def __init__(self, url: str | URL, identity: Identity | None = None, access: str = "", **options: Any) -> None:
        self.url = URL(url)
        self._access = access
        self.identity = identity or Identity.new()
        self.socket: aiohttp.ClientWebSocketResponse
        self.welcome: Welcome
        self.seen = 0
        self.asked = 0
        self._options: dict[str, Any] = {"protocols": (limits.SUBPROTOCOL,), "max_msg_size": 0} | options
        self._session: aiohttp.ClientSession | None = None
        self._pushed: asyncio.Queue[ServerMessage] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        try:
            self.socket = await self._session.ws_connect(self.url / "ws", **self._options)
        except BaseException:
            await self._session.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self.socket.close()
        await self._session.close()

    async def break_off(self) -> None:
        """Lose the connection without a word."""
        assert self._session is not None
        self.socket._response.connection.transport.abort()  # type: ignore[union-attr]
        await self._session.close()

    async def reconnect(self) -> Welcome:
        """Connect again and go on with the session."""
        await self.__aenter__()
        return await self.sign_in(Resume(token=self.welcome.token, seen=self.seen))

    async def sign_in(self, resume: Resume | None = None, host: str | None = None) -> Welcome:
        """Sign the challenge; returns what the server says to it."""
        challenge = await self.receive()
        assert isinstance(challenge, Challenge)
        await self.send(self.hello(challenge, resume, host))
        welcome = await self.receive()
        assert isinstance(welcome, Welcome), welcome
        self.welcome = welcome
        if not welcome.resumed:
            self.seen = self.asked = 0
        return welcome

    def hello(self, challenge: Challenge, resume: Resume | None = None, host: str | None = None) -> Hello:
        """The answer to a challenge."""
        host = host or self.url.host_port_subcomponent or ""
        statement = limits.SIGN_IN_CONTEXT + unb64(challenge.nonce) + host.encode()
        sig = b64(self.identity.sign(statement))
        key = b64(self.identity.key)
        access = proof(self._access, unb64(challenge.nonce), key, host) if self._access else None
        return Hello(v=1, client="test/1", key=key, host=host, sig=sig, resume=resume, access=access)

    async def send(self, message: Message | str) -> None:
        """Send a message, or any text."""
        await self.socket.send_str(message if isinstance(message, str) else encode(message))

    async def receive(self) -> ServerMessage:
        """The next message."""
        message = await asyncio.wait_for(self.socket.receive(), PATIENCE_S)
        assert message.type is aiohttp.WSMsgType.TEXT, (message, self.socket.close_code)
        decoded = decode_server(message.data)
        self.seen = getattr(decoded, "seq", None) or self.seen
        return decoded

    async def closed(self) -> int:
        """Read up to the end; returns the close code."""
        while True:
            message = await asyncio.wait_for(self.socket.receive(), PATIENCE_S)
            if message.type is not aiohttp.WSMsgType.TEXT:
                return self.socket.close_code or 1006

    async def ask(self, request: Request) -> ServerMessage:
        """Ask and get the answer; what is pushed meanwhile comes from `pushed` later."""
        self.asked += 1
        await self.send(msgspec.structs.replace(request, id=self.asked))
        while True:
            message = await self.receive()
            if getattr(message, "re", None) == self.asked:
                return message
            self._pushed.put_nowait(message)

    async def pushed(self) -> ServerMessage:
        """The next message that is no answer."""
        return await self.receive() if self._pushed.empty() else self._pushed.get_nowait()

    async def open(self, locator: str | None = None) -> str:
        """Open a code."""
        opened = await self.ask(Open(id=1, locator=locator))
        assert isinstance(opened, Opened), opened
        return opened.locator

    async def knock(self, locator: str) -> Met:
        """Knock at a code that is there."""
        met = await self.ask(Knock(id=1, locator=locator))
        assert isinstance(met, Met), met
        return met
