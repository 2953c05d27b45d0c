"""Relayed links that are restarted: what is in use serves until there is something new."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pypeer.connect.options import ConnectOptions, Relaying
from pypeer.connect.servers import Relay, Servers, Transport
from pypeer.secure.keys import Role
from signaling.relay.turn import credentials
from tests.integration.test_turn import SECRET
from tests.support.commands import Server, free_port, running_server
from tests.support.linked import PATIENCE_S, Side, joined, links

A = "127.0.0.1"
ONLY = ConnectOptions(relaying=Relaying.ONLY)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Server, int]]:
    """A server that relays, and its port for that."""
    port = free_port()
    where = ("--turn-port", str(port), "--stun-alt-port", "0", "--stun-address", A)
    options = (*where, "--turn-secret", SECRET, "--turn-allow-peer", "127.0.0.0/8")
    with running_server(tmp_path, *options) as server:
        yield server, port


def side(role: Role, port: int) -> Side:
    """One side, which has nothing but the relay."""
    member = "a" if role is Role.A else "b"
    name, password = credentials.make(SECRET, "pair", member, time.time() + 600)
    return Side(role, Servers(relays=(Relay(A, port, Transport.UDP, name, password),)), ONLY)


async def test_a_restart_that_comes_to_nothing_does_not_cut_the_relayed_path(server: tuple[Server, int]) -> None:
    a, b = side(Role.A, server[1]), side(Role.B, server[1])
    async with joined(a, b):
        one, _ = await links(a, b)
        heard, b.connector.handle = b.connector.handle, lambda message: None  # type: ignore[method-assign]
        live = a.connector._live
        assert live is not None
        before = live.transport.selected
        live.restart()
        await asyncio.sleep(0.5)  # longer than gathering takes
        one.send(b"during")
        async with asyncio.timeout(PATIENCE_S):
            assert await b.frames.get() == b"during"
        assert live.transport.selected is before
        b.connector.handle = heard  # type: ignore[method-assign]
        live.restart()
        async with asyncio.timeout(PATIENCE_S):
            while live.transport.selected is before:
                await asyncio.sleep(0.02)
        one.send(b"after")
        async with asyncio.timeout(PATIENCE_S):
            assert await b.frames.get() == b"after"
