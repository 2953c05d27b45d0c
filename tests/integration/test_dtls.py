"""What datagrams carry: records one by one, several in one, repeated, cut and forged."""

import asyncio
from typing import cast

import pytest

from pypeer.connect.description import Description, Setup
from pypeer.connect.ice.checks import Credentials
from pypeer.connect.path import PathTransport
from pypeer.links.dtls import Dtls

PATIENCE_S = 60.0
PACKETS = [b"one", bytes(9000), b"three", bytes(5000), b"five"]


class Road:
    """What DTLS uses of a path: datagrams in memory."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.inbox: asyncio.Queue[bytes] = asyncio.Queue()
        self.other: Road | None = None

    async def _recv(self) -> bytes:
        return await self.inbox.get()

    async def _send(self, data: bytes) -> None:
        self.send(data)

    def send(self, data: bytes) -> None:
        assert self.other is not None
        self.other.inbox.put_nowait(data)


def described(dtls: Dtls, setup: Setup) -> Description:
    return Description(Credentials("ufrag", "p" * 22), dtls.fingerprints, setup)


async def connected() -> tuple[Dtls, Dtls]:
    roads = Road("controlling"), Road("controlled")
    roads[0].other, roads[1].other = roads[1], roads[0]
    near, far = (Dtls(cast("PathTransport", road)) for road in roads)
    async with asyncio.timeout(PATIENCE_S):
        done = await asyncio.gather(
            near.secure(described(far, Setup.PASSIVE), Setup.ACTIVE),
            far.secure(described(near, Setup.ACTIVE), Setup.PASSIVE),
        )
    assert all(done)
    return near, far


@pytest.mark.parametrize("together", [1, 2, 3, 5])
async def test_records_of_one_datagram(together: int) -> None:
    near, far = await connected()
    records = near.sealed(PACKETS)
    assert len(records) == len(PACKETS)
    joined = [b"".join(records[at : at + together]) for at in range(0, len(records), together)]
    assert far.opened(joined) == PACKETS
    assert far.opened(near.sealed([b"next"])) == [b"next"], "nothing was left behind"


async def test_what_is_no_record_keeps_nothing_back() -> None:
    near, far = await connected()
    records = near.sealed(PACKETS)
    forged = bytes([*records[1][:-1], records[1][-1] ^ 1])
    assert far.opened([records[0], records[0], forged, records[2][:9], records[2]]) == [b"one", b"three"]
    assert far.opened([records[1][:-5]]) == []
    assert far.opened(near.sealed([b"next"])) == [b"next"]
