"""Taking connections from a listening socket such that none is lost when whoever waits is cancelled.

`loop.sock_accept` accepts before it tells: a task that is cancelled in between leaves a connection that nobody closes.
Where a loop cannot watch a socket (Windows), there is nothing else, and that can happen.
"""

import asyncio
import socket

from pypeer.loops import readable


async def accept(listener: socket.socket) -> socket.socket:
    """The next connection; raises OSError."""
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            try:
                await readable(listener)
            except NotImplementedError:
                return await _told(listener)
        else:
            connection.setblocking(False)
            return connection


async def _told(listener: socket.socket) -> socket.socket:
    connection, _ = await asyncio.get_running_loop().sock_accept(listener)
    return connection
