"""Pypeer's own data channel between two processes, and nothing above it: what a transfer over it can reach at most.

Run by bench.transfer. Each side prints what it has to tell the other as lines of JSON and reads the other's; the
receiver prints the seconds that it took, in the end. Its heap is as that of the commands (pypeer.heap).
"""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Final

import msgspec

from bench.processes import now
from pypeer import heap
from pypeer.connect.connector import Connector
from pypeer.connect.gathering import Gathering
from pypeer.connect.options import ConnectOptions
from pypeer.connect.servers import Servers
from pypeer.links.webrtc import WebRtcLink
from pypeer.loops import loop_factory
from pypeer.protocol import limits
from pypeer.protocol.frames import DATA_HEADER_BYTES
from pypeer.protocol.sealed import Candidate, Description, Network, SealedMessage
from pypeer.secure.keys import Role

FRAME: Final = bytes(limits.CHUNK_BYTES + DATA_HEADER_BYTES)
"""As large as those of a transfer."""

Told = Description | Candidate | Network
DECODER: Final = msgspec.json.Decoder(Told)


class Side:
    """One side: its connector, and the link once there is one."""

    def __init__(self, role: Role) -> None:
        self.link: asyncio.Future[WebRtcLink] = asyncio.get_running_loop().create_future()
        options = ConnectOptions(tcp=False)
        self.connector = Connector(
            role, _tell, self.link.set_result, self.link.set_exception, lambda: Gathering(Servers(), options)
        )

    async def listen(self) -> None:
        """Hear what the other side tells, until it tells no more."""
        while line := await asyncio.to_thread(sys.stdin.readline):
            self.connector.handle(DECODER.decode(line))


def _tell(message: SealedMessage) -> None:
    print(msgspec.json.encode(message).decode(), flush=True)


async def send(size: int) -> None:
    """Send so many bytes."""
    side = Side(Role.A)
    listening = asyncio.create_task(side.listen())
    side.connector.connect()
    link = await side.link
    link.start(lambda frame: None, lambda: None)
    for _ in range(0, size, len(FRAME)):
        link.send(FRAME)
        await link.drain()
    await listening
    await side.connector.close()


async def receive(size: int) -> None:
    """Count so many bytes, from the first on."""
    side = Side(Role.B)
    listening = asyncio.create_task(side.listen())
    done = asyncio.Event()
    link = await side.link
    link.start(_counter(size, done), done.set)
    await done.wait()
    await listening
    await side.connector.close()


def _counter(size: int, done: asyncio.Event) -> Callable[[bytes], None]:
    """Takes frames, and prints how long they took once all are there."""
    got, began = 0, 0.0

    def count(frame: bytes) -> None:
        nonlocal got, began
        began = began or now()
        got += len(frame)
        if got >= size and not done.is_set():
            print(json.dumps({"seconds": now() - began}), flush=True)
            done.set()

    return count


def run(side: Coroutine[Any, Any, None]) -> None:
    """Run one side, in the loop that commands run in, and with their heap."""
    heap.settle()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(side)


if __name__ == "__main__":
    run({"send": send, "receive": receive}[sys.argv[1]](int(sys.argv[2])))
