"""What is read of a real connection, and the rates that follow from it."""

import socket
import struct
import sys
import time
from collections import deque

import pytest

from pypeer.links.tcp_info import (
    ACKED_AT,
    INFO_BYTES,
    LOOK_S,
    RATE_LEAST,
    RTT_WORD,
    SENT_AT,
    Background,
    Info,
    read,
)

TCP_INFO = 11


def test_what_is_too_short_or_not_measured_yet_says_nothing() -> None:
    assert read(bytes(INFO_BYTES - 1)) is None
    assert read(bytes(INFO_BYTES)) is None


def test_all_is_found_at_its_place() -> None:
    data = bytearray(INFO_BYTES)
    struct.pack_into("=I", data, 8 + 4 * RTT_WORD, 50_000)
    struct.pack_into("=Q", data, ACKED_AT, 1001)
    struct.pack_into("=QQ", data, SENT_AT, 5000, 500)
    struct.pack_into("=I", data, 16, 1448)
    struct.pack_into("=I", data, 100, 3)
    assert read(bytes(data)) == Info(1448, 0.05, 4500, 1001, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="struct tcp_info is a thing of Linux")
def test_this_kernel_tells_it_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as near:
        far, _ = server.accept()
        with far:
            near.sendall(bytes(1000))
            far.recv(1000, socket.MSG_WAITALL)
            info = None
            for _ in range(100):
                info = read(near.getsockopt(socket.IPPROTO_TCP, TCP_INFO, 512))
                if info is not None and info.acked > 1000:
                    break
                time.sleep(0.01)
    assert info is not None
    assert (info.sent, info.acked, info.retransmitted) == (1000, 1001, 0)
    assert 0 < info.rtt < 1
    assert 500 < info.segment <= 65_535


class Line:
    """A connection over a line of so many bytes a second, whose sender always has data; packets wait as they must."""

    def __init__(self, rate: float, rtt: float) -> None:
        self.background = Background()
        self.rate, self.rtt = rate, rtt
        self.allowed = 100_000.0
        self.sent = self.through = self.queue = 0.0
        self.told: deque[tuple[float, float]] = deque([(0.0, 0.0)])
        """When it will be known at the sender that so much has come through."""
        self.lost = 0
        self.now = 0.0

    def run(self, seconds: float, others: float = 0.0) -> float:
        """`others` is how long a queue somebody else keeps, in seconds. What was sent of what could be."""
        until, before = self.now + seconds, self.through
        step = 0.005
        while self.now < until:
            self.now += step
            self.sent += self.allowed * step
            self.through += min(self.rate * step, self.sent - self.through)
            self.queue = (self.sent - self.through) / self.rate
            self.told.append((self.now + self.rtt + others, self.through))
            while self.told[1][0] <= self.now:
                self.told.popleft()
            rtt = self.rtt + self.queue + others
            info = Info(1448, rtt, int(self.sent), int(self.told[0][1]) + 1, self.lost)
            self.allowed = self.background.look(info, self.now)
        return (self.through - before) / (self.rate * seconds)


def test_alone_it_fills_the_line_and_keeps_the_queue_short() -> None:
    line = Line(1_000_000, 0.04)
    line.run(20)
    assert line.run(20) > 0.85
    assert line.queue < 0.15


def test_in_a_queue_of_others_it_sends_next_to_nothing_and_comes_back() -> None:
    line = Line(1_000_000, 0.04)
    line.run(10)
    line.run(5, others=0.2)
    assert line.run(10, others=0.2) < 0.1
    line.run(20)
    assert line.run(20) > 0.85


def test_losses_slow_it_down_once_a_round_trip() -> None:
    line = Line(1_000_000, 0.04)
    line.run(10)
    before = line.allowed
    for _ in range(2):
        line.lost += 5
        line.run(0.01)
    line.run(0.08)
    assert before / 3 < line.allowed < before / 1.5


def test_it_is_looked_at_as_often_as_the_round_trip_asks_and_never_stands_still() -> None:
    background = Background()
    looks = [background.wait(Info(1448, rtt, 0, 0, 0)) for rtt in (0.0001, 0.04, 3.0)]
    assert looks == pytest.approx([LOOK_S[0], 0.005, LOOK_S[1]])
    assert background.look(Info(500, 8.0, 0, 0, 0), 0.0) >= RATE_LEAST
