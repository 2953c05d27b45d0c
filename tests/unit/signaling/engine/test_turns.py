"""What waits for the thread of the index, and in which order it comes."""

import asyncio
import threading

import pytest

from signaling.engine.turns import Job, Turns, Work, Worker


def steps(log: list[str], name: str, count: int) -> Work[str]:
    for number in range(count):
        log.append(f"{name}{number}")
        yield
    return name


def run_out(turns: Turns) -> None:
    """Do all that there is."""
    while turns:
        job = turns.take()
        try:
            next(job.work)
        except StopIteration:
            turns.back(job, over=True)
        else:
            turns.back(job, over=False)


def test_quick_jobs_come_first_and_long_ones_by_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.engine.turns.RUN", 2)
    log: list[str] = []
    turns = Turns()
    turns.add(Job(steps(log, "a", 3), name=1))
    turns.add(Job(steps(log, "b", 2), name=2))
    turns.add(Job(steps(log, "then", 1), name=1))
    turns.add(Job(steps(log, "q", 2)))
    turns.add(Job(steps(log, "r", 1)))
    run_out(turns)
    assert log == ["q0", "q1", "r0", "a0", "a1", "b0", "b1", "a2", "then0"]
    assert not turns


def test_what_is_quick_does_not_hold_the_rest_up_for_ever() -> None:
    log: list[str] = []
    turns = Turns()
    turns.add(Job(steps(log, "a", 1), name=1))
    for number in range(5):
        turns.add(Job(steps(log, f"q{number}", 0)))
    turns.add(Job(steps(log, "last", 1)))
    run_out(turns)
    assert log == ["a0", "last0"]


def test_one_that_comes_meanwhile_is_not_lost() -> None:
    log: list[str] = []
    turns = Turns()
    turns.add(Job(steps(log, "a", 0), name=1))
    job = turns.take()
    turns.add(Job(steps(log, "b", 1), name=1))
    turns.back(job, over=True)
    run_out(turns)
    assert log == ["b0"]


async def test_answers_and_failures_come_to_who_waits() -> None:
    faults: list[Exception] = []
    worker = Worker("test", faults.append)

    def fails() -> Work[None]:
        yield
        raise ValueError("no")

    assert await worker.ask(steps([], "a", 2)) == "a"
    with pytest.raises(ValueError, match="no"):
        await worker.ask(fails(), name=1)
    worker.leave(fails(), name=1)
    assert await worker.ask(steps([], "b", 1), name=1) == "b"
    assert [str(fault) for fault in faults] == ["no"]
    worker.close()


async def test_nobody_waits_for_what_was_given_up() -> None:
    worker = Worker("test", lambda _: None)
    hold = threading.Event()

    def held() -> Work[None]:
        yield
        hold.wait(20)

    waiting = asyncio.create_task(worker.ask(held()))
    await asyncio.sleep(0)
    waiting.cancel()
    hold.set()
    assert await worker.ask(steps([], "a", 1)) == "a"
    assert waiting.cancelled()
    worker.close()


def test_a_loop_that_has_ended_does_not_end_the_thread() -> None:
    worker = Worker("test", lambda _: None)
    hold = threading.Event()

    def held() -> Work[None]:
        yield
        hold.wait(20)

    async def give_up() -> None:
        task = asyncio.create_task(worker.ask(held()))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(give_up())
    hold.set()
    assert asyncio.run(worker.ask(steps([], "a", 1))) == "a"
    worker.close()


def test_one_that_is_closed_begins_nothing() -> None:
    worker = Worker("test", lambda _: None)
    worker.close()
    worker.leave(steps([], "a", 1), name=1)  # type: ignore[arg-type]
    assert not worker._thread.is_alive()
