"""Connections that come while nobody, or somebody who is about to leave, waits for them."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from pypeer.connect.tcp.accepting import accept


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Listens on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.setblocking(False)
        yield made


def dial(listener: socket.socket) -> socket.socket:
    """A connection to it."""
    return socket.create_connection(listener.getsockname())


@pytest.mark.parametrize("watches", [True, False])
async def test_who_waits_gets_it(listener: socket.socket, watches: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(*_: object) -> None:
        raise NotImplementedError

    with monkeypatch.context() as patched:
        if not watches:
            patched.setattr(asyncio.get_running_loop(), "add_reader", cannot)
        waiting = asyncio.create_task(accept(listener))
        await asyncio.sleep(0)
        with dial(listener) as client, await waiting as connection:
            assert connection.getpeername() == client.getsockname()
            assert connection.gettimeout() == 0


async def test_what_is_there_already_is_taken_at_once(listener: socket.socket) -> None:
    with dial(listener) as client, await accept(listener) as connection:
        assert connection.getpeername() == client.getsockname()


@pytest.mark.parametrize("turns", range(5))
async def test_none_is_lost_with_who_waited(listener: socket.socket, turns: int) -> None:
    waiting = asyncio.create_task(accept(listener))
    await asyncio.sleep(0)
    with dial(listener) as client:
        for _ in range(turns):
            await asyncio.sleep(0)
        waiting.cancel()
        (result,) = await asyncio.gather(waiting, return_exceptions=True)
        with result if isinstance(result, socket.socket) else await accept(listener) as connection:
            assert connection.getpeername() == client.getsockname()


async def test_a_listener_that_is_closed_says_so(listener: socket.socket) -> None:
    listener.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        await accept(listener)
