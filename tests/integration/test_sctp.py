"""Our association with aiortc's, which others wrote: handshakes of both kinds, bulk both ways, losses, and the end."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from aiortc import RTCDataChannel, RTCDataChannelParameters, RTCSctpTransport
from aiortc.rtcsctptransport import RTCSctpCapabilities

from pypeer.sctp.association import Association
from pypeer.sctp.handshake import State

PORT = 5000
BINARY = 53
PATIENCE_S = 60.0


class Dtls:
    """What aiortc's association needs of DTLS: packets go to `deliver`, unsealed."""

    state = "connected"

    def __init__(self, role: str, deliver: Callable[[bytes], None]) -> None:
        self._role = role
        self._deliver = deliver
        self.receiver: Any = None

    def _register_data_receiver(self, receiver: Any) -> None:
        self.receiver = receiver

    def _unregister_data_receiver(self, receiver: Any) -> None:
        self.receiver = None

    async def _send_data(self, data: bytes) -> None:
        self._deliver(data)


class Pair:
    """Ours and theirs, with a network between them that loses a part of the packets."""

    def __init__(self, loss: float, role: str) -> None:
        self.ours = Association(PORT, 256 * 1024)
        self.got: list[bytes] = []
        self.theirs_got: list[bytes] = []
        self._loss = loss
        self._random = random.Random(5)
        self._inbox: asyncio.Queue[bytes] = asyncio.Queue()
        self._news = asyncio.Event()
        self.dtls = Dtls(role, self._to_us)
        self.theirs = RTCSctpTransport(self.dtls, PORT)  # type: ignore[arg-type]
        self.channel = RTCDataChannel(self.theirs, RTCDataChannelParameters(label="x", negotiated=True, id=0))
        self.channel.on("message", self.theirs_got.append)

    def _to_us(self, packet: bytes) -> None:
        if self._random.random() >= self._loss:
            self.ours.receive(packet, self._now())
            self._news.set()

    def send(self, message: bytes) -> None:
        """From us."""
        self.ours.send(BINARY, message)
        self._news.set()

    async def run(self) -> None:
        """Carry packets until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._deliver())
            tasks.create_task(self._turns())

    async def _turns(self) -> None:
        while True:
            self.ours.tick(self._now())
            self.ours.flush(self._now())
            for packet in self.ours.packing.outgoing:
                if self._random.random() >= self._loss:
                    self._inbox.put_nowait(packet)
            self.ours.packing.outgoing = []
            self.got += [message for _, _, message in self.ours.messages()]
            self._news.clear()
            wait = min(self.ours.wake_at() - self._now(), 1.0)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(wait, 0.001)):
                    await self._news.wait()

    async def _deliver(self) -> None:
        while True:
            packet = await self._inbox.get()
            if self.dtls.receiver is not None:
                await self.dtls.receiver._handle_data(packet)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


@pytest.mark.parametrize("role", ["server", "client"], ids=["they wait", "they begin too"])
@pytest.mark.parametrize("loss", [0.0, 0.03])
async def test_with_aiortc(role: str, loss: float) -> None:
    pair = Pair(loss, role)
    running = asyncio.create_task(pair.run())
    chance = random.Random(7)
    sent = [[chance.randbytes(size) for size in (1, 1200, 65_536, 60_000, 17)] * 3 for _ in range(2)]
    async with asyncio.timeout(PATIENCE_S):
        pair.ours.start(PORT, b"", asyncio.get_running_loop().time())
        await pair.theirs.start(RTCSctpCapabilities(maxMessageSize=65_536), PORT)
        for message in sent[0]:
            pair.send(message)
        while pair.channel.readyState != "open":
            await asyncio.sleep(0.01)
        for message in sent[1]:
            pair.channel.send(message)
        while (len(pair.theirs_got), len(pair.got)) != (len(sent[0]), len(sent[1])):
            await asyncio.sleep(0.01)
        assert pair.theirs_got == sent[0]
        assert pair.got == sent[1]
        await pair.theirs.stop()
        while loss == 0 and pair.ours.state is not State.ENDED:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait({running})
