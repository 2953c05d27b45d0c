"""The loop of the commands says nothing of a connection that uvloop closes twice, and everything else."""

import asyncio
import logging

import pytest

from pypeer.loops import handle, loop_factory

CLOSED = "unable to perform operation on <TCPTransport closed=True reading=False 0x1>; the handler is closed"


def _fail(text: str) -> None:
    raise RuntimeError(text)


async def _later(text: str) -> None:
    asyncio.get_running_loop().call_soon(_fail, text)
    await asyncio.sleep(0)


@pytest.mark.parametrize(("text", "told"), [(CLOSED, False), ("something else", True)])
def test_what_is_told(text: str, told: bool, caplog: pytest.LogCaptureFixture) -> None:
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.get_loop().set_exception_handler(handle)
        runner.run(_later(text))
    assert any(record.levelno >= logging.ERROR for record in caplog.records) is told
