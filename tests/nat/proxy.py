"""An HTTP proxy that only knows CONNECT, and only to port 443, as proxies of offices do. Runs at a site's router."""

import asyncio
import re
import sys
from typing import Final

from tests.nat.front import join
from tests.nat.plan import PROXY_PORT, TLS_PORT

REQUEST: Final = re.compile(rb"CONNECT ([^ ]+):(\d+) HTTP/1\.[01]\r\n")
PATIENCE_S: Final = 10.0
"""For the head of a request, and for the connection to the server."""


async def _accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            head = await reader.readuntil(b"\r\n\r\n")
            found = REQUEST.match(head)
            if found is None or int(found[2]) != TLS_PORT:
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                writer.close()
                return
            server = await asyncio.open_connection(found[1].decode(), TLS_PORT)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        writer.close()
        return
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await join((reader, writer), server)


async def main(address: str) -> None:
    """Serve for ever."""
    async with await asyncio.start_server(_accept, address, PROXY_PORT) as server:
        print("ready", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
