"""Where two commands of a benchmark run: on one machine, or at the ends of a line of 1 Gbit/s, short or long (20 ms).

The short one is a pair of veth devices; the long one is two TUN devices, one in a namespace for either end, and a
process that holds back what passes between them. The kernel's tbf before each limits the rate. Packets pass as between
the kernel and a network card: it cuts up large ones (IFF_VNET_HDR, TSO), or its driver puts small ones together
(GRO). So Python can carry a gigabit. Takes root, and Linux.
"""

import contextlib
import ctypes
import fcntl
import gc
import os
import select
import socket
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Final

from bench.processes import ROOT
from tests.nat import netns

TUNSETIFF: Final = 0x400454CA
TUNSETOFFLOAD: Final = 0x400454D0
IFF_TUN: Final = 0x0001
IFF_NO_PI: Final = 0x1000
IFF_VNET_HDR: Final = 0x4000
OFFLOADS: Final = 0x01 | 0x02 | 0x04
"""Checksums, and TCP over IPv4 and IPv6. All from linux/if_tun.h."""

SIOCETHTOOL: Final = 0x8946
ETHTOOL_SGRO: Final = 0x2C
"""From linux/sockios.h and linux/ethtool.h."""

PACKET_BYTES: Final = 70_000
"""More than a large packet with its header."""

BURST_BYTES: Final = 128 * 1024
"""What tbf lets through at once: a large packet, and one more."""

SWITCH_BYTES: Final = 1024 * 1024
"""Queue of a short line: what a small switch has for a port."""

BATCH: Final = 16
"""Packets read from one end before the other has its turn."""

DEVICE_PACKETS: Final = 4096
"""Queue of a device while the process is elsewhere: what is dropped, tbf drops."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the two commands run: the sender's address, and what a command line of each begins with."""

    name: str
    address: str = "127.0.0.1"
    near: tuple[str, ...] = ()
    far: tuple[str, ...] = ()
    mbit: float | None = None
    """Rate of the line; none if there is none."""


LOOPBACK: Final = Ends("loopback")


@contextlib.contextmanager
def long_line(mbit: float, rtt_ms: float) -> Iterator[Ends]:
    """Two namespaces with a line between them, while the block lasts."""
    _add_namespaces()
    carrier = subprocess.Popen(
        [sys.executable, "-m", "bench.line", str(rtt_ms / 2000)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert carrier.stdout is not None
        if carrier.stdout.readline() != b"ready\n":
            raise netns.LabError("the long line did not start")
        _join(mbit, round(mbit * 1e6 / 8 * rtt_ms / 1000))
        yield _ends(f"{mbit:g} Mbit/s, {rtt_ms:g} ms", mbit)
    finally:
        carrier.kill()
        carrier.communicate()
        netns.ip(["netns del near", "netns del far"])


@contextlib.contextmanager
def short_line(mbit: float) -> Iterator[Ends]:
    """The same with no delay but that of queues: two machines at one switch."""
    _add_namespaces()
    try:
        netns.ip(["link add line type veth peer name line netns far"], "near")
        _join(mbit, SWITCH_BYTES)
        for name in ("near", "far"):
            _put_together("line", name)
        yield _ends(f"{mbit:g} Mbit/s", mbit)
    finally:
        netns.ip(["netns del near", "netns del far"])


def _put_together(device: str, name: str) -> None:
    """Lets a device do what each driver of a network card does, and that of veth only if it is told: GRO."""
    value = ctypes.create_string_buffer(struct.pack("II", ETHTOOL_SGRO, 1))
    with netns.inside(name), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCETHTOOL, struct.pack("16sP16x", device.encode(), ctypes.addressof(value)))


def _add_namespaces() -> None:
    for name in ("near", "far"):
        netns.ip([f"netns add {name}"])
        netns.ip(["link set lo up"], name)


def _join(mbit: float, queue: int) -> None:
    """Gives the devices addresses and their rate; `queue` in bytes."""
    for name, own, other in (("near", "10.9.0.1", "10.9.0.2"), ("far", "10.9.0.2", "10.9.0.1")):
        netns.ip(
            [
                f"addr add {own} peer {other} dev line",
                f"link set line mtu 1500 txqueuelen {DEVICE_PACKETS} up",
                "route add default dev line",
            ],
            name,
        )
        limit = ("rate", f"{mbit}mbit", "burst", str(BURST_BYTES), "limit", str(queue))
        netns.run(["tc", "-n", name, "qdisc", "add", "dev", "line", "root", "tbf", *limit])


def _ends(name: str, mbit: float) -> Ends:
    near, far = (tuple(netns.command_in(each)) for each in ("near", "far"))
    return Ends(name, "10.9.0.1", near, far, mbit)


def _device(name: str) -> int:
    with netns.inside(name):
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR
        fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", b"line", flags))
        fcntl.ioctl(descriptor, TUNSETOFFLOAD, OFFLOADS)
    return descriptor


def carry(delay_s: float) -> None:
    """Hold back what passes, both ways, until standard input ends."""
    near, far = _device("near"), _device("far")
    ways = {near: (far, deque[tuple[float, bytes]]()), far: (near, deque[tuple[float, bytes]]())}
    print("ready", flush=True)
    while True:
        due = min((held[0][0] for _, held in ways.values() if held), default=None)
        ready, _, _ = select.select([0, *ways], (), (), None if due is None else max(0.0, due - monotonic()))
        if 0 in ready:
            return
        for end in ready:
            _take(end, ways[end][1], delay_s)
        for exit, held in ways.values():
            while held and held[0][0] <= monotonic():
                with contextlib.suppress(OSError):  # the device is not up yet: the packet is lost
                    os.write(exit, held.popleft()[1])


def _take(end: int, held: deque[tuple[float, bytes]], delay_s: float) -> None:
    with contextlib.suppress(BlockingIOError):
        for _ in range(BATCH):
            packet = os.read(end, PACKET_BYTES)
            held.append((monotonic() + delay_s, packet))


if __name__ == "__main__":
    with contextlib.suppress(OSError):  # not allowed in every container; a delay is as exact as this is punctual
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    gc.disable()  # nothing here makes cycles, and a pause would be a delay
    carry(float(sys.argv[1]))
