"""One large transfer between two programs of the laboratory, in which something happens."""

import asyncio
import hashlib
import os
from typing import Final

from tests.nat.driver import Driver

MIB: Final = 1024 * 1024
WITHIN_S: Final = 120.0
"""A cut is noticed after seconds, then another path has to be found; on a busy machine all of that takes longer."""


async def begin(sender: Driver, receiver: Driver, size: int) -> None:
    """Start both programs, and a transfer of so many bytes."""
    await asyncio.gather(sender.start(), receiver.start())
    source = sender.folder / "large.bin"
    source.write_bytes(os.urandom(size))
    sender.tell(do="send", paths=[str(source)])
    code = (await sender.until("ready", WITHIN_S))["code"]
    receiver.tell(do="get", code=code, into=str(receiver.folder / "got"))


async def end(sender: Driver, receiver: Driver) -> None:
    """Wait for its end: what came is what was sent."""
    last = await receiver.when(lambda event: event["event"] in ("done", "error"), WITHIN_S)
    assert last["event"] == "done", receiver.events[-5:]
    source, got = sender.folder / "large.bin", receiver.folder / "got" / "large.bin"
    assert hashlib.sha256(got.read_bytes()).digest() == hashlib.sha256(source.read_bytes()).digest()
    await asyncio.gather(sender.stop(), receiver.stop())
