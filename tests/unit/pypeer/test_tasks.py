"""Sets of tasks."""

import asyncio
import logging

import pytest

from pypeer.tasks import Tasks


async def fail() -> None:
    raise ValueError("broken")


async def test_what_a_task_fails_with_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks("gathering")
    with caplog.at_level(logging.WARNING, "byway"):
        tasks.spawn(fail())
        await tasks.wait()
    assert caplog.messages == ["gathering: broken"]


async def test_all_are_ended_together_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks("gathering")
    for _ in range(3):
        tasks.spawn(asyncio.sleep(60))
    await asyncio.sleep(0)
    tasks.cancel()
    await asyncio.wait_for(tasks.wait(), 5)
    assert caplog.messages == []
