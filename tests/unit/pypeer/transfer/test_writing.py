"""What is stored is what was verified, in the order in which it was wanted."""

import asyncio
import contextlib
from collections.abc import Sequence

from pypeer.protocol import limits
from pypeer.protocol.messages import Entry
from pypeer.transfer import merkle
from pypeer.transfer.storing import Conclude, Corrupt, Store, Stored, StoreEffect, StoreResult
from pypeer.transfer.writing import Writing

SIZE = 12 * limits.CHUNK_BYTES
ENTRIES = [Entry(path="f", size=SIZE)]


def chunk(number: int) -> Store:
    data = bytearray([number]) * limits.CHUNK_BYTES
    return Store(0, number, data, merkle.chunk_hash(data, SIZE))


async def written(effects: Sequence[StoreEffect], results: int) -> tuple[list[StoreEffect], list[StoreResult]]:
    """What was performed and what was told, once there are so many results."""
    performed: list[StoreEffect] = []
    told: list[StoreResult] = []
    enough = asyncio.Event()

    def perform(batch: Sequence[StoreEffect]) -> list[StoreResult]:
        performed.extend(batch)
        return [Stored(effect.file, effect.chunk) for effect in batch if isinstance(effect, Store)]

    def tell(some: Sequence[StoreResult]) -> None:
        told.extend(some)
        if len(told) >= results:
            enough.set()

    writing = Writing(perform, ENTRIES, tell)
    task = asyncio.create_task(writing.run())
    for effect in effects:
        writing.put(effect)
    async with asyncio.timeout(10):
        await enough.wait()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return performed, told


async def test_what_is_wrong_is_told_and_never_written() -> None:
    wrong = chunk(1)
    assert isinstance(wrong.data, bytearray)
    wrong.data[5] ^= 1
    performed, told = await written([chunk(0), wrong, chunk(2)], 3)
    assert [effect.chunk for effect in performed if isinstance(effect, Store)] == [0, 2]
    assert set(told) == {Stored(0, 0), Corrupt(0, 1), Stored(0, 2)}


async def test_more_than_a_thread_gets_at_once_is_done_in_order() -> None:
    effects: list[StoreEffect] = [*map(chunk, range(12)), Conclude()]
    performed, told = await written([Conclude(), *effects], 12)
    assert performed[:13] == [Conclude(), *effects[:12]]
    assert told == [Stored(0, number) for number in range(12)]


async def test_what_comes_turn_by_turn_is_written_together() -> None:
    batches: list[int] = []
    ended = asyncio.Event()

    def perform(batch: Sequence[StoreEffect]) -> list[StoreResult]:
        batches.append(len(batch))
        return [Stored(effect.file, effect.chunk) for effect in batch if isinstance(effect, Store)]

    def tell(some: Sequence[StoreResult]) -> None:
        if Stored(0, 5) in some:
            ended.set()

    writing = Writing(perform, ENTRIES, tell)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        task = group.create_task(writing.run())
        for number in range(4):
            writing.put(chunk(number))
            await asyncio.sleep(0)
        writing.put(chunk(4))
        writing.put(chunk(5))
        await ended.wait()
        task.cancel()
    assert batches == [4, 2]
