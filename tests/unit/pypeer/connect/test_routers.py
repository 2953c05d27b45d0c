"""Routers that map ports, asked over real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from pypeer.connect.mapping import routers, wire
from pypeer.connect.mapping.routers import MappingError
from pypeer.connect.mapping.wire import NONCE_BYTES, Granted, Protocol, Wish
from tests.nat import gateway_wire
from tests.nat.gateway import Datagrams

WISH = Wish(Protocol.UDP, ("127.0.0.1", 5000), 120, bytes(NONCE_BYTES))
LEASE = gateway_wire.Lease("192.88.99.9", 6000, 120, 1)


@asynccontextmanager
async def router(monkeypatch: pytest.MonkeyPatch, answer: Callable[[bytes], bytes | None]) -> AsyncIterator[None]:
    """One on loopback that answers datagrams so, and no search."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind(("127.0.0.1", 0))
    monkeypatch.setattr(routers, "router_of", lambda host: host)
    monkeypatch.setattr(wire, "PORT", bound.getsockname()[1])
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Datagrams(lambda data, _: answer(data)), sock=bound)
    yield
    transport.close()


async def test_a_router_that_is_busy_gets_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes notice of the third try only."""
    asked: list[bytes] = []

    def answer(data: bytes) -> bytes | None:
        asked.append(data)
        return gateway_wire.pcp_lease(data, LEASE) if len(asked) > 2 else None

    async with router(monkeypatch, answer):
        assert await routers.ask(WISH) == Granted("192.88.99.9", 6000, 120)
    assert len(set(asked)) == 1


async def test_a_router_that_refuses_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with router(monkeypatch, lambda data: gateway_wire.pcp_refusal(data, 2, 1)):
        with pytest.raises(MappingError, match=r"PCP 2"):
            await routers.ask(WISH)


async def test_silence_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routers, "PAUSES_S", (0.01, 0.01))
    async with router(monkeypatch, lambda data: None):
        with pytest.raises(MappingError, match="silence"):
            await routers.ask(WISH)
