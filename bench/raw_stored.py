"""The bare channel of bench.raw_link with what every receiver of files has to do, and nothing of pypeer's transfer.

The sender reads a file and hashes its chunks; the receiver hashes them, compares, writes, and flushes in the end. As in
a transfer, threads read and write up to a MiB at a time beside the event loop, which hashes. Run by bench.transfer:
what a transfer costs beyond this is pypeer's.
"""

import asyncio
import json
import os
import sys
from typing import Final

from bench.processes import MIB, now
from bench.raw_link import Side, run
from pypeer.protocol import limits
from pypeer.secure.keys import Role
from pypeer.transfer.merkle import HASH_BYTES, chunk_hash

CHUNK: Final = limits.CHUNK_BYTES


async def send(size: int, path: str) -> None:
    """Send so many bytes of a file, each chunk behind its hash; the next MiB is read meanwhile."""
    side = Side(Role.A)
    listening = asyncio.create_task(side.listen())
    side.connector.connect()
    link = await side.link
    link.start(lambda frame: None, lambda: None)
    handle = os.open(path, os.O_RDONLY)
    reading = asyncio.create_task(asyncio.to_thread(os.pread, handle, MIB, 0))
    for offset in range(MIB, size + MIB, MIB):
        block = memoryview(await reading)
        reading = asyncio.create_task(asyncio.to_thread(os.pread, handle, MIB, offset))
        for chunk in (block[at : at + CHUNK] for at in range(0, len(block), CHUNK)):
            link.send(chunk_hash(chunk, size), chunk)
            await link.drain()
    await reading
    await listening
    await side.connector.close()


async def receive(size: int, path: str) -> None:
    """Take so many bytes, and tell how long it took from the first on until they are on the disk."""
    side = Side(Role.B)
    listening = asyncio.create_task(side.listen())
    link = await side.link
    came: list[memoryview] = []
    news = asyncio.Event()
    began = 0.0

    def take(frame: bytes) -> None:
        nonlocal began
        began = began or now()
        chunk = memoryview(frame)[HASH_BYTES:]
        if chunk_hash(chunk, size) != frame[:HASH_BYTES]:
            raise SystemExit("a chunk does not match its hash")
        came.append(chunk)
        news.set()

    link.start(take, news.set)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    written = 0
    while written < size:
        await news.wait()
        batch = came[: MIB // CHUNK]
        del came[: len(batch)]
        written += await asyncio.to_thread(os.pwritev, handle, batch, written)
        if not came:
            news.clear()
    await asyncio.to_thread(os.fsync, handle)
    print(json.dumps({"seconds": now() - began}), flush=True)
    await listening
    await side.connector.close()


if __name__ == "__main__":
    run({"send": send, "receive": receive}[sys.argv[1]](int(sys.argv[2]), sys.argv[3]))
