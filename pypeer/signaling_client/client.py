"""The asyncio shell of the signaling client: one WebSocket at a time, kept up by a background task."""

import asyncio
import random
import time
from collections.abc import Callable
from typing import TypeVar

import aiohttp

from pypeer import __version__, proxies
from pypeer.errors import ServerError
from pypeer.identity import Identity
from pypeer.signaling_client import core
from pypeer.signaling_client.effects import Answer, Effect, Event, Hangup, Over, Push, Ready, Retry, SendText
from pypeer.signaling_client.wire import CLOSE_S, Wire
from pypeer.signaling_client.words import ProxyError, explain, page_url, unreachable
from pypeer.upgrading import Upgraded, take_over
from pypeer.websocket import WebSocket
from signaling.protocol import limits
from signaling.protocol.codes import CloseCode
from signaling.protocol.fields import IceServer
from signaling.protocol.messages import Error, Request, Success

CONNECT_S = 10.0
"""Bound of one attempt to connect: a SYN sent three times."""

START_S = 15.0
"""Bound of the first sign-in: a server that restarts is back by then, and a person still waits."""

POST_PATIENCE_S = 15.0
"""How long what nobody waits for is said again: longer, and the other side has given up what it is about."""

PushHandler = Callable[[Event], None]
_Reply = TypeVar("_Reply", bound=Success)


class SignalingClient:
    """Connection to one server.

    `start` fails at once when the server cannot be reached; afterwards the connection heals itself, and `on_ready`
    tells each later sign-in (`resumed` false: open and knock again). `on_over` tells that the server, which had let
    this peer in, does not any more.
    """

    def __init__(
        self,
        server: str,
        identity: Identity,
        on_push: PushHandler,
        on_ready: Callable[[bool], None] | None = None,
        access: str = "",
        on_over: Callable[[ServerError], None] = lambda error: None,
    ) -> None:
        self.url = page_url(server)
        self.ice: tuple[IceServer, ...] = ()
        self.caps: tuple[str, ...] = ()
        """What this server can do beyond what all can."""
        self._on_push = on_push
        self._on_ready = on_ready or (lambda _resumed: None)
        self._on_over = on_over
        self.host = self.url.host_port_subcomponent or ""
        """The server as its Host header has it."""
        self._core = core.Client(identity, self.host, f"pypeer/{__version__}", random.random, access)
        self._waiting: dict[int, asyncio.Future[Success]] = {}
        self._wire: Wire | None = None
        self._http: aiohttp.ClientSession | None = None
        self._task: asyncio.Task[None] | None = None
        self._first: asyncio.Future[None] | None = None
        self._retry_s: float | None = None
        self._error: ServerError | None = None

    @property
    def is_connected(self) -> bool:
        """Whether the server can be talked to right now."""
        return self._wire is not None and self._wire.is_open

    async def start(self) -> None:
        """Connect and sign in; raises ServerError when that fails."""
        self._http = proxies.session(self.url)
        self._first = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(), name="byway-signaling")
        try:
            async with asyncio.timeout(START_S):
                await self._first
        except TimeoutError:
            await self.close()
            raise ServerError(f"The server at {self.url} does not let anybody in: try again in a minute.") from None
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Say `bye` and close. If it is cancelled meanwhile, the connection is closed all the same, without a word."""
        self._perform(self._core.bye(time.monotonic()))
        try:
            await self._stop()
        finally:
            if self._http is not None:
                await self._http.close()
            self._fail_waiting(ServerError("The connection was closed.", "closed"))

    async def _stop(self) -> None:
        """Let the connection end, or end it when it takes too long; raises what it failed with."""
        if self._task is None:
            return
        try:
            if self._wire is not None:
                await asyncio.wait({self._task}, timeout=CLOSE_S)
        finally:
            self._task.cancel()
        await asyncio.wait({self._task})
        if not self._task.cancelled():
            self._task.result()

    async def ask(self, request: Request, reply: type[_Reply], patience: float = 0.0) -> _Reply:
        """Send a request and wait for its answer, through any number of reconnections; raises ServerError.

        If the server refuses it and says for how long, it is made again, for so many seconds of `patience`.
        """
        if self._error is not None:
            raise self._error
        ticket, effects = self._core.request(request, time.monotonic(), patience)
        future: asyncio.Future[Success] = asyncio.get_running_loop().create_future()
        self._waiting[ticket] = future
        self._perform(effects)
        answer = await future
        if not isinstance(answer, reply):
            raise ServerError(f"The server answered {type(request).__name__} with {type(answer).__name__}.", "protocol")
        return answer

    def post(self, request: Request) -> None:
        """Send a request whose answer does not matter; refused for now it is sent again, and keeps its place."""
        _, effects = self._core.request(request, time.monotonic(), POST_PATIENCE_S, ordered=True)
        self._perform(effects)

    async def dial_relay(self) -> WebSocket:
        """Another WebSocket, to the relay of the server; raises aiohttp.ClientError, OSError and TimeoutError."""
        upgraded = await self._dial("relay", limits.RELAY_SUBPROTOCOL, limits.MESSAGE_BYTES)
        return take_over(upgraded, limits.RELAY_MESSAGE_BYTES_MAX)

    async def _dial(self, name: str, protocol: str, most: int) -> Upgraded:
        assert self._http is not None
        try:
            async with asyncio.timeout(CONNECT_S):
                upgraded = await self._http.ws_connect(
                    self.url / name,
                    protocols=(protocol,),
                    max_msg_size=most,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
                )
        except proxies.connector_errors() as error:
            raise ProxyError(str(error)) from error
        assert isinstance(upgraded, Upgraded), "as the session of proxies makes them"
        return upgraded

    async def _run(self) -> None:
        while self._error is None and self._core.state is not core.State.ENDED:
            code = await self._connect_once()
            self._perform(self._core.disconnected(code))
            if self._error is None and self._retry_s is not None:
                await asyncio.sleep(self._retry_s)

    async def _connect_once(self) -> int:
        self._retry_s = None
        try:
            socket = await self._dial("ws", limits.SUBPROTOCOL, limits.MESSAGE_BYTES)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            self._fail_first(unreachable(self.url, error))
            return core.ABNORMAL
        async with socket:
            self._wire = Wire(socket, self._received, self._malformed, self._tick, self._core.deadline)
            self._core.connected(time.monotonic())
            try:
                return await self._wire.run() or core.ABNORMAL
            finally:
                self._wire = None

    def _received(self, text: str) -> None:
        self._perform(self._core.received(text, time.monotonic()))

    def _malformed(self) -> None:
        self._perform([Hangup(CloseCode.MALFORMED)])

    def _tick(self) -> None:
        self._perform(self._core.tick(time.monotonic()))

    def _perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case SendText() if self._wire is not None:
                    self._wire.put(effect.text)
                case Hangup() if self._wire is not None:
                    self._wire.hang_up(effect.code)
                case Ready():
                    self._ready(effect)
                case Answer():
                    self._answer(effect)
                case Push():
                    self._on_push(effect.message)
                case Retry():
                    self._retry_s = effect.delay
                case Over():
                    self._over(effect.error)
                case SendText() | Hangup():
                    pass  # the connection has gone; what is of use on the next one is said again there

    def _ready(self, effect: Ready) -> None:
        self.ice, self.caps = effect.welcome.ice, effect.welcome.caps
        if self._first is not None and not self._first.done():
            self._first.set_result(None)
        else:
            self._on_ready(effect.welcome.resumed)

    def _answer(self, effect: Answer) -> None:
        future = self._waiting.pop(effect.ticket, None)
        if future is None or future.done():
            return
        if isinstance(effect.message, Error):
            future.set_exception(explain(effect.message))
        else:
            future.set_result(effect.message)

    def _over(self, error: ServerError | None) -> None:
        was_in = self._first is not None and self._first.done()
        self._error = error or ServerError("The connection was closed.", "closed")
        self._fail_first(self._error)
        self._fail_waiting(self._error)
        if error is not None and was_in:
            self._on_over(error)

    def _fail_first(self, error: ServerError) -> None:
        if self._first is not None and not self._first.done():
            self._error = error
            self._first.set_exception(error)

    def _fail_waiting(self, error: ServerError) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(error)
        self._waiting.clear()
