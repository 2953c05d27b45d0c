"""Taking connections from a listening socket such that none is lost when whoever waits is cancelled.

`loop.sock_accept` accepts before it tells: a task that is cancelled in between leaves a connection that nobody closes.
"""

import asyncio
import socket


async def accept(listener: socket.socket) -> socket.socket:
    """The next connection; raises OSError."""
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            try:
                await _readable(listener)
            except NotImplementedError:
                return await _told(listener)
        else:
            connection.setblocking(False)
            return connection


async def _readable(watched: socket.socket) -> None:
    """Raises NotImplementedError where the event loop cannot watch a socket (Windows)."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(watched, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(watched)


async def _told(listener: socket.socket) -> socket.socket:
    connection, _ = await asyncio.get_running_loop().sock_accept(listener)
    return connection
