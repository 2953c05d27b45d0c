"""What a peer loads before its code is there, and what while it waits for whoever has been told it."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.support.commands import PATIENCE_S, Server, environment

LATER: Final = {"OpenSSL", "aioice", "aiortc", "pypeer.linking", "pypeer.transfer.sending", "spake2"}
"""What only whoever has met another peer needs."""

NEVER: Final = {
    "pypeer.contacts.inbox",
    "pypeer.doctor.examine",
    "pypeer.fetching",
    "pypeer.finding.finder",
    "pypeer.library.library",
    "pypeer.spaces.store",
}
"""What sending by a code has no use for."""

SEND: Final = """
import asyncio, sys, pypeer
async def send():
    async with pypeer.Peer(sys.argv[1]) as peer:
        await peer.send(text="hello")
        print(*sys.modules)
        while "pypeer.linking" not in sys.modules or not hasattr(sys.modules["pypeer.linking"], "Linking"):
            await asyncio.sleep(0.05)
        print(*sys.modules)
asyncio.run(send())
"""


def test_nobody_waits_for_their_code_until_all_is_loaded(server: Server, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SEND, server.url],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        check=True,
        timeout=PATIENCE_S,
    )
    first, then = (set(line.split()) for line in ended.stdout.splitlines())
    assert not first & (LATER | NEVER)
    assert then >= LATER
    assert not then & NEVER
