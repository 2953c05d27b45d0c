"""Load for a TURN server, in a process of its own: `python -m bench.relay_load PORT PID`, for bench.relay.

Plain sockets that send ChannelData, many datagrams with one call of the kernel (UDP_SEGMENT), and read one with each
call, whoever sent them: so it costs the same beside each server, and less than any of them. A flow has only so many
datagrams under way; what is lost is noticed and sent again later, as by SCTP, so the rate is what the server can carry
and not what its buffers can hold. Only bytes that arrived count.
"""

import json
import os
import random
import select
import socket
import struct
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Final

from bench.processes import MIB
from pypeer.connect.turn.client import TurnClient
from pypeer.connect.turn.signing import Credentials
from pypeer.connect.turn.words import Effect, Ended, Granted, ToServer
from signaling.protocol.stun import Address
from signaling.relay.reader import SOL_UDP, UDP_SEGMENT
from signaling.relay.turn import credentials

HOST: Final = "127.0.0.1"
SECRET: Final = "bench"
PAYLOAD_BYTES: Final = 1200
"""Of a datagram of DTLS."""

BATCH, WINDOW = 16, 64
"""Datagrams sent at once, and under way, of the one flow: less than the smallest buffer on the way."""

SMALL_BYTES, SMALL_COUNT = 100, 3000
"""Datagrams whose time is taken, one after the other."""

RATE_MIB: Final = 30
"""Equal load at which processor time is compared: below what the slowest carries."""

PAIRS, PAIR_WINDOW, PAIR_PATIENCE_S = 200, 2, 0.1
"""At once, with so many datagrams under way each; without any news for so long they count as lost."""

SINGLY: Final = "singly" in sys.argv
"""Whether each datagram is sent with a call of its own, as most programs do. On a loopback nothing is put together
then, where a network interface may do so."""

SECONDS: Final = 4.0
"""Of each measurement."""

RECEIVE_TIMEOUT: Final = struct.pack("ll", 0, 50_000)
"""As `struct timeval`: after it, what is under way counts as lost."""


class Leg:
    """One client of the server, with an allocation."""

    def __init__(self, server: Address, pair: str, member: str) -> None:
        self.socket = plain()
        self.socket.connect(server)
        made = credentials.make(SECRET, pair, member, time.time() + 600)
        self._client = TurnClient(Credentials(*made), False, random.randbytes)
        self.relayed: Address = ("", 0)
        self._perform(self._client.start(time.monotonic()))
        while not self.relayed[1]:
            self._hear()

    def bind(self, peer: Address) -> bytes:
        """A channel to a peer; returns a datagram for it, ready to be sent."""
        self._perform(self._client.send(peer, b"\x16", time.monotonic()))
        while (wrapped := self._client.wrap(peer, bytes(PAYLOAD_BYTES))) is None:
            self._hear()
        return wrapped

    def _hear(self) -> None:
        """Take what comes; where nothing does, ask again."""
        with suppress(BlockingIOError):
            self._perform(self._client.receive(self.socket.recv(2048), time.monotonic()))
        self._perform(self._client.tick(time.monotonic()))

    def _perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, ToServer):
                self.socket.send(effect.data)
            elif isinstance(effect, Granted):
                self.relayed = effect.relayed[-1]
            elif isinstance(effect, Ended):
                raise SystemExit(f"no allocation: {effect.reason}")


@dataclass(eq=False)
class Flow:
    """One way by the relay: what is sent at `source` arrives at `sink`."""

    source: socket.socket
    sink: socket.socket
    datagram: bytes
    under_way: int = 0
    arrived: int = 0
    heard: float = 0.0

    def send(self, count: int) -> None:
        """Send so many: with one call, or each with its own."""
        if SINGLY:
            for _ in range(count):
                self.source.send(self.datagram)
        else:
            segment = len(self.datagram).to_bytes(2, sys.byteorder)
            self.source.sendmsg([self.datagram] * count, [(SOL_UDP, UDP_SEGMENT, segment)])
        self.under_way += count

    def receive(self) -> bool:
        """Take one; false if none comes."""
        try:
            self.sink.recv_into(_buffer)
        except BlockingIOError:
            return False
        self.under_way = max(0, self.under_way - 1)
        self.arrived += 1
        return True


_buffer: Final = bytearray(65_536)


def plain() -> socket.socket:
    """A socket of the load: blocking, but not for long."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * MIB)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, RECEIVE_TIMEOUT)
    made.bind((HOST, 0))
    return made


def between_clients(server: Address, name: str = "pair") -> Flow:
    """From one member of a pair to the other, both at the relay."""
    a, b = Leg(server, name, "a"), Leg(server, name, "b")
    b.bind(a.relayed)
    datagram = a.bind(b.relayed)
    return _drained(Flow(a.socket, b.socket, datagram))


def to_peer(server: Address) -> Flow:
    """From a client to a peer without a relay."""
    a, peer = Leg(server, "outside", "a"), plain()
    return _drained(Flow(a.socket, peer, a.bind(peer.getsockname())))


def direct() -> Flow:
    """Without a server: what latency is counted from."""
    source, sink = plain(), plain()
    source.connect(sink.getsockname())
    return Flow(source, sink, bytes(PAYLOAD_BYTES))


def _drained(flow: Flow) -> Flow:
    flow.sink.setblocking(False)
    while flow.receive():
        pass
    flow.sink.setblocking(True)
    flow.arrived = flow.under_way = 0
    return flow


def capacity(flow: Flow) -> float:
    """MiB a second, as fast as it goes."""
    before, began = flow.arrived, time.perf_counter()
    while (now := time.perf_counter()) < began + SECONDS:
        if flow.under_way + BATCH <= WINDOW:
            flow.send(BATCH)
        if not flow.receive():
            flow.under_way = 0
    return (flow.arrived - before) * PAYLOAD_BYTES / MIB / (now - began)


def cost(flow: Flow, process: int) -> float:
    """Seconds of processor that the server takes for a GiB at RATE_MIB."""
    pause = BATCH * PAYLOAD_BYTES / (RATE_MIB * MIB)
    before, used, due = flow.arrived, cpu_s(process), time.perf_counter()
    end = due + SECONDS
    flow.sink.setblocking(False)
    while due < end:
        while time.perf_counter() < due:
            flow.receive()
        flow.send(BATCH)
        due += pause
    flow.sink.setblocking(True)
    while flow.receive():
        pass
    return (cpu_s(process) - used) / ((flow.arrived - before) * PAYLOAD_BYTES / MIB / 1024)


def latencies(flow: Flow) -> tuple[float, float]:
    """Median and 99th percentile, in microseconds, from one end to the other."""
    times = []
    small = flow.datagram[:2] + SMALL_BYTES.to_bytes(2, "big") + bytes(SMALL_BYTES)
    for _ in range(SMALL_COUNT):
        began = time.perf_counter()
        flow.source.send(small)
        if flow.receive():
            times.append((time.perf_counter() - began) * 1e6)
    return median(times), quantiles(times, n=100)[98]


def fairness(flows: Sequence[Flow]) -> tuple[float, float]:
    """MiB a second of all together, and the slowest's share of the mean."""
    ready = select.epoll()
    by_file = {flow.sink.fileno(): flow for flow in flows}
    for flow in flows:
        flow.sink.setblocking(False)
        ready.register(flow.sink, select.EPOLLIN)
    began = time.perf_counter()
    while (now := time.perf_counter()) < began + SECONDS:
        for file, _ in ready.poll(0.01):
            while by_file[file].receive():
                by_file[file].heard = now
            by_file[file].send(PAIR_WINDOW - by_file[file].under_way)
        for flow in flows:
            if now - flow.heard > PAIR_PATIENCE_S:
                flow.under_way, flow.heard = 0, now
                flow.send(PAIR_WINDOW)
    arrived = [flow.arrived for flow in flows]
    return sum(arrived) * PAYLOAD_BYTES / MIB / (now - began), min(arrived) / mean(arrived)


def cpu_s(process: int) -> float:
    """Seconds of processor that all threads of a process have used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(server: Address, process: int) -> dict[str, float]:
    """All of it."""
    pair, outside = between_clients(server), to_peer(server)
    bare, relayed = latencies(direct()), latencies(pair)
    found = {
        "pair": capacity(pair),
        "peer": capacity(outside),
        "cost_pair": cost(pair, process),
        "cost_peer": cost(outside, process),
        "median": relayed[0] - bare[0],
        "p99": relayed[1] - bare[1],
    }
    found["together"], found["slowest"] = fairness([between_clients(server, f"p{n}") for n in range(PAIRS)])
    return found


if __name__ == "__main__":
    print(json.dumps(measure((HOST, int(sys.argv[1])), int(sys.argv[2]))))
