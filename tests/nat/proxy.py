"""A proxy at a site's router: HTTP that only knows CONNECT, to any port or to 443 only; or SOCKS 5, by microsocks."""

import asyncio
import contextlib
import re
import socket
import sys
from functools import partial
from typing import Final

from tests.nat.front import join
from tests.nat.plan import PROXY_PORT, SOCKS_PORT, TLS_PORT
from tests.nat.sites import Out

REQUEST: Final = re.compile(rb"CONNECT ([^ ]+):(\d+) HTTP/1\.[01]\r\n")
PATIENCE_S: Final = 10.0
"""For the head of a request, and for the connection to the server."""

STEP_S: Final = 0.05
"""How often microsocks is tried until it listens."""


async def _accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, only: int | None = None) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            head = await reader.readuntil(b"\r\n\r\n")
            found = REQUEST.match(head)
            if found is None or only not in (None, int(found[2])):
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                writer.close()
                return
            server = await asyncio.open_connection(found[1].decode().strip("[]"), int(found[2]))
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        writer.close()
        return
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await join((reader, writer), server)


async def _connect(address: str, only: int | None) -> None:
    async with await asyncio.start_server(partial(_accept, only=only), address, PROXY_PORT) as server:
        print("ready", flush=True)
        await server.serve_forever()


async def _socks(address: str) -> None:
    quiet = asyncio.subprocess.DEVNULL
    command = ("microsocks", "-i", address, "-p", str(SOCKS_PORT))
    process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
    while process.returncode is None:
        with contextlib.suppress(OSError), socket.create_connection((address, SOCKS_PORT)):
            print("ready", flush=True)
            break
        await asyncio.sleep(STEP_S)
    await process.wait()


async def main(out: Out, address: str) -> None:
    """Serve for ever."""
    if out is Out.SOCKS:
        await _socks(address)
    else:
        await _connect(address, TLS_PORT if out is Out.PROXY_443 else None)


if __name__ == "__main__":
    asyncio.run(main(Out(sys.argv[1]), sys.argv[2]))
