"""Flows by a relay, or without one, for bench.relay_load.

Plain sockets that send ChannelData, many datagrams with one call of the kernel (UDP_SEGMENT), and read one with each
call, whoever sent them: so it costs the same beside each server, and less than any of them. A flow has only so many
datagrams under way; what is lost is noticed and sent again later, as by SCTP, so the rate is what the server can carry
and not what its buffers can hold. Only bytes that arrived count.
"""

import random
import socket
import struct
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from bench.processes import MIB
from pypeer.connect.turn.client import TurnClient
from pypeer.connect.turn.signing import Credentials
from pypeer.connect.turn.words import Effect, Ended, Granted, ToServer
from signaling.datagrams import SOL_UDP, UDP_SEGMENT
from signaling.protocol.values import Address
from signaling.relay.turn import credentials

HOST: Final = "127.0.0.1"
SECRET: Final = "bench"
PAYLOAD_BYTES: Final = 1200
"""Of a datagram of DTLS."""

SINGLY: Final = "singly" in sys.argv
"""Whether each datagram is sent with a call of its own, as most programs do. On a loopback nothing is put together
then, where a network interface may do so."""

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
    sent: int = 0
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
        self.sent += count

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
    flow.arrived = flow.under_way = flow.sent = 0
    return flow
