"""In the background, the side that sends data is the one that gives way, whichever side wished it, on every road."""

import asyncio
import os
import socket
import struct
import sys
from pathlib import Path

import pytest

from pypeer.links.giving_way import GivingWay, give_way
from pypeer.links.link import Link
from pypeer.links.tls import TlsLink
from pypeer.sctp.control import BACKGROUND, FOREGROUND
from pypeer.secure.keys import Role
from pypeer.transfer.deciding import accept_all
from pypeer.transfer.effects import Outcome
from pypeer.transfer.sending import SendSession
from pypeer.transfer.session import ReceiveSession
from pypeer.transfer.sources import scan
from tests.support import calls, linked
from tests.support.memory_link import link_pair

TCP_INFO = 11
PACING_AT = 112
"""Where struct tcp_info has the rate that the program allows."""

UNLIMITED = 2**64 - 1

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells and paces")


async def over(near: Link, far: Link, source: Path, into: Path, *, sends: bool, gets: bool) -> None:
    """A whole session over these two ends."""
    sender = SendSession(await scan([source]), "s", lambda event: None, background=sends)
    receiver = ReceiveSession(into, accept_all, lambda event: None, background=gets)
    sender.attach(near)
    receiver.attach(far)
    outcomes = await asyncio.gather(sender.wait(), receiver.wait())
    assert all(isinstance(each, Outcome) and not each.failed for each in outcomes)
    assert (into / source.name).read_bytes() == source.read_bytes()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(os.urandom(3_000_000))
    return path


@pytest.mark.parametrize(("sends", "gets"), [(False, False), (True, False), (False, True)])
async def test_the_wish_of_either_side_reaches_the_one_that_sends(
    source: Path, tmp_path: Path, sends: bool, gets: bool
) -> None:
    near, far = link_pair()
    await over(near, far, source, tmp_path / "into", sends=sends, gets=gets)
    assert near.gives_way is (sends or gets)


async def test_a_data_channel_gives_way_and_carries_all(source: Path, tmp_path: Path) -> None:
    a, b = linked.Side(Role.A), linked.Side(Role.B)
    async with linked.joined(a, b):
        far, near = await asyncio.gather(a.link, b.link)
        outbox = near._channel.association._outbox
        assert outbox is not None
        assert outbox._make_control is FOREGROUND
        await over(near, far, source, tmp_path / "into", sends=False, gets=True)
        assert outbox._make_control is BACKGROUND


def allowed(link: TlsLink) -> int:
    """Bytes a second that the kernel sends at most over this link."""
    assert link._transport is not None
    connection = link._transport.get_extra_info("socket")
    return int(struct.unpack_from("=Q", connection.getsockopt(socket.IPPROTO_TCP, TCP_INFO, 512), PACING_AT)[0])


@only_linux
async def test_tcp_gives_way_and_carries_all(source: Path, tmp_path: Path) -> None:
    a, b = calls.Caller(Role.A), calls.Caller(Role.B)
    async with calls.joined(a, b):
        far, near = await asyncio.gather(a.link, b.link)
        assert allowed(near) == UNLIMITED
        await over(near, far, source, tmp_path / "into", sends=False, gets=True)
        assert 0 < allowed(near) < UNLIMITED


@only_linux
async def test_a_connection_that_is_closed_or_none_of_tcp_is_left_alone() -> None:
    one, other = socket.socketpair()
    with one, other:
        GivingWay(one).cancel()
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    giving = give_way(writer)
    assert giving is not None
    writer.close()
    await writer.wait_closed()
    while giving._timer is not None:
        await asyncio.sleep(0.01)
    giving.cancel()
    server.close()


@only_linux
async def test_a_connection_to_a_peer_shares_as_most_do_whatever_this_system_prefers() -> None:
    available = Path("/proc/sys/net/ipv4/tcp_available_congestion_control").read_text().split()
    if "cubic" not in available or os.geteuid() != 0:
        pytest.skip("this system has no CUBIC, or lets only its administrator choose")
    a, b = calls.Caller(Role.A), calls.Caller(Role.B)
    async with calls.joined(a, b):
        for link in await asyncio.gather(a.link, b.link):
            assert link._transport is not None
            connection = link._transport.get_extra_info("socket")
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).startswith(b"cubic")
