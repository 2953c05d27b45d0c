"""Sockets of datagrams: read in batches and by turns, written together, closed while they are read."""

import asyncio
import errno
import socket
import sys
from collections.abc import Callable
from typing import Any, Final

import pytest

from signaling.datagrams import SOL_UDP, UDP_SEGMENT, Handler, Reader, bind, runs
from signaling.watching import BATCH, Alone, Together, Watch
from tests.support.commands import PATIENCE_S

A: Final = "127.0.0.1"


async def test_a_socket_is_read_in_batches_and_survives_errors() -> None:
    found: list[bytes] = []
    with bind(A, 0) as peer:
        with bind(A, 0) as nobody:
            nowhere = nobody.getsockname()
        one = bind(A, 0)
        reader = Reader(one, lambda datagrams, _: found.extend(datagrams))
        assert reader.send(b"x", nowhere)
        for n in range(2 * BATCH):
            peer.sendto(bytes((n,)), one.getsockname())
        async with asyncio.timeout(PATIENCE_S):
            while len(found) < 2 * BATCH:
                await asyncio.sleep(0)
        assert not reader.send(b"x", (A, 0))
        reader.close()


async def test_what_has_arrived_is_handled_by_source_in_order_but_the_first_at_once() -> None:
    found: list[tuple[list[bytes], Any]] = []
    with bind(A, 0) as first, bind(A, 0) as second:
        one = bind(A, 0)
        for n in range(3):
            for peer in (first, second):
                peer.sendto(bytes((n,)), one.getsockname())
        reader = Reader(one, lambda datagrams, source: found.append((datagrams, source)))
        async with asyncio.timeout(PATIENCE_S):
            while len(found) < 3:
                await asyncio.sleep(0)
        reader.close()
        assert found == [
            ([b"\0"], first.getsockname()),
            ([b"\0", b"\1", b"\2"], second.getsockname()),
            ([b"\1", b"\2"], first.getsockname()),
        ]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems put nothing together")
async def test_what_was_sent_together_is_read_as_what_it_was() -> None:
    found: list[list[bytes]] = []
    with bind(A, 0) as peer:
        one = bind(A, 0)
        reader = Reader(one, lambda datagrams, _: found.append(datagrams))
        sent = [bytes((n,)) * 100 for n in range(10)] + [b"last"]
        segment = (100).to_bytes(2, sys.byteorder)
        peer.sendmsg(sent, [(SOL_UDP, UDP_SEGMENT, segment)], 0, one.getsockname())
        peer.sendto(b"alone", one.getsockname())
        async with asyncio.timeout(PATIENCE_S):
            while [b"alone"] not in found:
                await asyncio.sleep(0)
        assert [data for datagrams in found for data in datagrams] == [*sent, b"alone"]
        reader.close()


SIZES: Final = [*[7] * 40, 3, 7, 0, 7, 7, 9, 60_000, 60_000, 5]
"""Full batches, smaller ones at and before the end, larger ones, and as large as can be."""

RUNS: Final = [[7] * 32, [*[7] * 8, 3], [7], [0], [7, 7], [9], [60_000], [60_000, 5]]
"""What of them leaves together on Linux."""


class Stubborn(socket.socket):
    """One whose network cannot take several at once."""

    reason = errno.EINVAL

    def sendmsg(self, *_: Any) -> int:
        raise OSError(self.reason, "no")


@pytest.mark.parametrize("kind", [socket.socket, Stubborn])
async def test_what_is_sent_together_arrives_in_order_however_it_leaves(kind: type[socket.socket]) -> None:
    with bind(A, 0) as peer:
        reader = Reader(kind(socket.AF_INET, socket.SOCK_DGRAM), lambda _data, _source: None)
        sent = [bytes((number,)) * size for number, size in enumerate(SIZES)]
        assert reader.send_all(sent, peer.getsockname()) == 0
        sent += [b"alike"] * 3
        assert reader.send_all(sent[-3:], peer.getsockname()) == 0
        peer.settimeout(PATIENCE_S)
        assert [peer.recv(65_535) for _ in sent] == sent
        reader.close()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems send each by itself")
def test_what_leaves_with_one_call() -> None:
    found = [[len(each) for each in run] for run in runs([bytes(size) for size in SIZES])]
    assert found == RUNS


async def test_what_the_network_does_not_take_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stubborn, "reason", errno.EAGAIN)
    reader = Reader(Stubborn(socket.AF_INET, socket.SOCK_DGRAM), lambda _data, _source: None)
    assert reader.send_all([b"x"] * 3, (A, 9)) == 3
    assert reader.send_all([b"x"], (A, 0)) == 1
    reader.close()


def told(found: list[int], number: int) -> Handler:
    """Notes that number for each datagram."""

    def handle(datagrams: list[bytes], _: object) -> None:
        found.extend([number] * len(datagrams))

    return handle


WATCHES: Final = [Alone, *([Together] if sys.platform == "linux" else [])]


@pytest.mark.parametrize("kind", WATCHES)
async def test_a_socket_may_be_closed_by_what_it_or_another_reads(kind: Callable[[], Watch]) -> None:
    found: list[bytes] = []
    watch = kind()
    with bind(A, 0) as peer:
        ones = [bind(A, 0) for _ in range(2)]

        def handle(datagrams: list[bytes], _: object) -> None:
            found.extend(datagrams)
            for each in readers:
                each.close()

        readers = [Reader(one, handle, watch) for one in ones]
        for one in ones * 3:
            peer.sendto(b"x", one.getsockname())
        async with asyncio.timeout(PATIENCE_S):
            while not found:
                await asyncio.sleep(0.01)
    assert found == [b"x"]


@pytest.mark.parametrize("kind", WATCHES)
async def test_many_sockets_have_turns(kind: Callable[[], Watch]) -> None:
    """One that has much holds up none of the others, and all that has come is read; a watch can be used again."""
    watch = kind()
    for _ in range(2):
        found: list[int] = []
        with bind(A, 0) as peer:
            ones = [bind(A, 0) for _ in range(4)]
            readers = [Reader(one, told(found, n), watch) for n, one in enumerate(ones)]
            for n, one in enumerate(ones):
                for _ in range(3 * BATCH if n == 0 else 2):
                    peer.sendto(b"x", one.getsockname())
            async with asyncio.timeout(PATIENCE_S):
                while len(found) < 3 * BATCH + 6:
                    await asyncio.sleep(0)
            for each in readers:
                each.close()
        assert sorted(found) == sorted([0] * 3 * BATCH + [1, 2, 3] * 2)
        assert {1, 2, 3} < set(found[: 2 * BATCH])


@pytest.mark.skipif(sys.platform != "linux", reason="epoll")
async def test_the_first_of_each_comes_before_the_second_of_any() -> None:
    watch = Together()
    found: list[int] = []
    with bind(A, 0) as peer:
        ones = [bind(A, 0) for _ in range(3)]
        for one in ones * 2:
            peer.sendto(b"x", one.getsockname())
        readers = [Reader(one, told(found, n), watch) for n, one in enumerate(ones)]
        async with asyncio.timeout(PATIENCE_S):
            while len(found) < 6:
                await asyncio.sleep(0)
        for each in readers:
            each.close()
    assert sorted(found[:3]) == [0, 1, 2]
