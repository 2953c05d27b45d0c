"""Long work of the event loop, which nobody else waits for."""

import asyncio
from collections.abc import Iterator

import pytest

from signaling.engine import turns
from signaling.engine.turns import LoopTurns

PATIENCE_S = 60.0


@pytest.fixture
def faults() -> list[Exception]:
    return []


@pytest.fixture
def held(faults: list[Exception], monkeypatch: pytest.MonkeyPatch) -> LoopTurns:
    monkeypatch.setattr(turns, "BREAK_S", 0.0)
    return LoopTurns(faults.append)


async def test_what_nobody_waits_for_is_done_one_after_the_other_and_others_have_their_turn(held: LoopTurns) -> None:
    done: list[str] = []
    over = asyncio.Event()

    def work(name: str) -> Iterator[None]:
        for part in range(3):
            done.append(f"{name}{part}")
            yield

    async def other() -> None:
        while not over.is_set():
            done.append("other")
            await asyncio.sleep(0)

    def last() -> Iterator[None]:
        over.set()
        yield

    for each in (work("a"), work("b"), last()):
        held.afterwards(each)
    async with asyncio.timeout(PATIENCE_S):
        await other()
    steps = [f"{name}{part}" for name in "ab" for part in range(3)]
    assert [each for each in done if each != "other"] == steps
    assert all(done[done.index(step) + 1] == "other" for step in steps)


async def test_work_that_fails_is_told_and_what_is_behind_it_is_done(held: LoopTurns, faults: list[Exception]) -> None:
    over = asyncio.Event()

    def failing() -> Iterator[None]:
        yield
        raise ValueError

    def work() -> Iterator[None]:
        yield
        over.set()

    held.afterwards(failing())
    held.afterwards(work())
    async with asyncio.timeout(PATIENCE_S):
        await over.wait()
    assert [type(fault) for fault in faults] == [ValueError]


async def test_what_is_left_when_it_closes_is_let_go(held: LoopTurns, faults: list[Exception]) -> None:
    done: list[int] = []

    def work() -> Iterator[None]:
        for part in range(1000):
            done.append(part)
            yield

    held.close()
    held.afterwards(work())
    held.close()
    for _ in range(10):
        await asyncio.sleep(0)
    assert (done, faults) == ([], [])
