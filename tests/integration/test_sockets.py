"""The sockets of a link on loops that can watch one, and on those that cannot (Windows)."""

import asyncio

import pytest

from pypeer.connect.sockets import Sockets
from signaling.protocol.values import Address

HOST = "127.0.0.1"
SENT = [b"a" * 1000] * 5 + [b"b" * 10]


@pytest.mark.parametrize("watches", [True, False])
async def test_what_is_sent_together_arrives_one_by_one(watches: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[bytes] = asyncio.Queue()

    def take(base: int, source: Address, datagrams: list[bytes]) -> None:
        for each in datagrams:
            arrived.put_nowait(each)

    def cannot(*_: object) -> None:
        raise NotImplementedError

    if not watches:
        monkeypatch.setattr(loop, "add_reader", cannot)
    one, other = Sockets(lambda *_: None), Sockets(take)
    opened = await one.open(HOST), await other.open(HOST)
    assert opened[0] is not None
    assert opened[1] is not None
    one.send_all(opened[0][0], (HOST, opened[1][1]), SENT)
    one.send(opened[0][0], (HOST, opened[1][1]), b"hops", ttl=3)
    async with asyncio.timeout(60):
        assert [await arrived.get() for _ in range(len(SENT) + 1)] == [*SENT, b"hops"]
    one.close()
    other.close()
