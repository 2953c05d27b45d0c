"""The hub with what it needs to run: a clock, random numbers, wires, counters, and an end."""

import asyncio
import os
import time
from collections.abc import Callable
from itertools import count
from typing import Final

from aiohttp import WSMessage, WSMsgType, web
from msgspec.structs import asdict

from pypeer.websocket import WebSocket
from signaling import __version__
from signaling.core.control import Control
from signaling.core.effects import Close, Count, Effect, Fault, Flagged, Observe, Send
from signaling.core.hub import Hub
from signaling.engine.memory import MemoryEngine
from signaling.engine.packed import PackedIndex
from signaling.http.admission import Admission, RefusedError
from signaling.http.metrics import Metrics
from signaling.http.relayed import Relayed
from signaling.http.relays import Relays
from signaling.http.wire import Wire
from signaling.http.wires import Wires
from signaling.logs import hide, line, log
from signaling.protocol.codes import CloseCode
from signaling.relay.rooms import Rooms
from signaling.settings import Settings

TICK_S: Final = 1.0
"""How late a time-out may be: nothing depends on less than a second."""

RESTART_S: Final = 1.0
"""Nobody comes back sooner after a restart: a process takes about as long to start."""

TRY_FOR_S: Final = 300.0
"""How long clients are asked to keep trying after a restart: a deployment that went wrong is noticed by then."""


class Node:
    """One running server."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
        entropy: Callable[[int], bytes] = os.urandom,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.metrics = Metrics()
        self.relays = Relays(settings, entropy)
        self._index = None if settings.directory_off else PackedIndex(self._fault)
        self.hub = Hub(
            settings,
            MemoryEngine,
            entropy,
            wall,
            self._carry_out,
            settings.names,
            label=f"byway/{__version__}",
            ice=self.relays.ice,
            relays=self.relays.of_pair,
            index=self._index,
        )
        self.admission = Admission(settings, self.hub.sessions.engine)
        self.relayed = Relayed(Rooms(self.relays.accounts, self.relays.stats), self.relays.whose, clock)
        if not settings.relay_off:
            self.metrics.relay(self.relays.stats)
        self._settings = settings
        self._clock = clock
        self._numbers = count(1)
        self.wires = Wires()

    async def admit(self, request: web.Request, protocol: str) -> str:
        """The address a WebSocket counts by, if it may be opened; raises RefusedError."""
        address = self.admission.address(request)
        try:
            if self.hub.draining:
                raise RefusedError(503, "draining", "the server restarts: come back in a moment", wait=RESTART_S)
            await self.admission.admit(request, address, protocol, self._clock())
        except RefusedError as error:
            self.metrics.rejections.labels(error.reason).inc()
            log.info(line("rejected", reason=error.reason, ip=hide(address)))
            raise
        return address

    async def serve(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, address: str, dialled: str
    ) -> None:
        """Carry one WebSocket from its handshake to its end."""
        number = next(self._numbers)
        wire = Wire(socket, transport)
        self.wires.add(number, wire)
        self.metrics.connections.inc()
        self.admission.opened(address)
        log.debug(line("connected", connection=number, ip=hide(address)))
        try:
            self.hub.connect(number, address, dialled, self._clock())
            await wire.run(lambda message: self._receive(number, message))
        finally:
            await self.hub.disconnect(number, self._clock())
            self._forget(number, address, wire.closed_with)

    async def serve_relayed(self, socket: WebSocket, address: str) -> None:
        """Carry one WebSocket of a relayed pair from its handshake to its end."""
        self.metrics.connections.inc()
        self.admission.opened(address)
        code: int = CloseCode.INTERNAL
        try:
            code = await self.relayed.serve(socket)
        finally:
            self.admission.closed(address)
            self.metrics.closed(code)

    async def tick(self) -> None:
        """Let the hub know the time, now."""
        await self.hub.tick(self._clock())
        self.relayed.tick()

    async def run_clock(self) -> None:
        """Let the hub know the time, forever."""
        while True:
            await asyncio.sleep(TICK_S)
            try:
                await self.tick()
            except Exception as error:
                self._fault(error)

    async def govern(self, control: Control) -> None:
        """What the operator has decided holds from now on."""
        await self.hub.govern(control, self._clock())

    def close(self) -> None:
        """Let go of what is not the garbage collector's."""
        if self._index is not None:
            self._index.close()

    async def drain(self) -> None:
        """Let everybody go: told when to come back, closed in batches, and waited for until the deadline."""
        spread = self._settings.restart_spread
        log.info(line("draining", connections=len(self.wires), seconds=self._settings.drain))
        self.hub.drain(RESTART_S, spread, TRY_FOR_S)
        try:
            async with asyncio.timeout(self._settings.drain):
                await self._close_all()
        except TimeoutError:
            log.warning(line("drain-timeout", connections=len(self.wires)))

    async def render_metrics(self) -> bytes:
        """The text of /metrics."""
        totals = await self.hub.sessions.engine.totals(self._clock())
        directory = self.hub.sessions.directory
        shared = (0, 0, 0) if directory is None else directory.totals
        flagged = 0 if directory is None else len(directory.flags)
        return self.metrics.render(len(self.wires), len(self.hub.sessions), totals, (*shared, flagged))

    async def _close_all(self) -> None:
        await self.wires.close(CloseCode.RESTARTING)
        self.relayed.close()
        await self.wires.wait_closed()
        await self.relayed.wait_closed()

    async def _receive(self, number: int, message: WSMessage) -> None:
        """Handle one message; the next is not read before."""
        await self._throttle(number)
        try:
            if message.type is WSMsgType.TEXT:
                began = self._clock()
                kind = await self.hub.receive(number, message.data, began)
                if kind is not None:
                    self.metrics.handled(kind, self._clock() - began)
            else:
                await self.hub.malformed(number, self._clock())
        except Exception as error:
            self._fault(error)
            await self.hub.close(number, CloseCode.INTERNAL, self._clock())

    async def _throttle(self, number: int) -> None:
        """Leave the connection unread for as long as the core says; timers may ring a little early."""
        wait = self.hub.throttle(number, self._clock())
        while wait:
            await asyncio.sleep(wait)
            wait = self.hub.throttle(number, self._clock())

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Send():
                wire = self.wires.get(effect.connection)
                if wire is not None and not wire.put(effect.text):
                    self.metrics.overflows.inc()
            case Close():
                wire = self.wires.get(effect.connection)
                if wire is not None:
                    wire.close(effect.code)
            case Count():
                self.metrics.count(effect)
            case Observe():
                self.metrics.observe(effect)
            case Flagged():
                log.warning(line("flagged", **asdict(effect)))
            case Fault():
                self._fault(effect.error)

    def _fault(self, error: Exception) -> None:
        self.metrics.faults.inc()
        log.error(line("fault", error=error), exc_info=error)

    def _forget(self, number: int, address: str, code: int) -> None:
        self.wires.remove(number)
        self.admission.closed(address)
        self.metrics.closed(code)
        log.debug(line("closed", connection=number, code=int(code), ip=hide(address)))
