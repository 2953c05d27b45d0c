"""The process that carries packets of all shaped lines, between two TUN devices each. Commands on standard input.

`["lay", POP, EDGE]` makes a line between two namespaces, `["shape", POP, {...}]` changes it; each is answered by `ok`.
"""

import contextlib
import fcntl
import gc
import json
import os
import random
import select
import struct
import sys
from time import monotonic
from typing import Final

from tests.nat import netns
from tests.nat.shaper import Direction, Shape, Shaper

TUNSETIFF: Final = 0x400454CA
IFF_TUN: Final = 0x0001
IFF_NO_PI: Final = 0x1000
"""From linux/if_tun.h."""

PACKET_BYTES: Final = 65535
BATCH: Final = 64
"""Packets read from a device before those that are due are written: a burst must not hold up the rest."""

NICENESS: Final = -10
"""A delay is only as exact as this process is punctual."""


def device(name: str, interface: str) -> int:
    """A TUN device in a namespace; it lives as long as the descriptor."""
    with netns.inside(name):
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", interface.encode(), IFF_TUN | IFF_NO_PI))
    return descriptor


class Cable:
    """All lines."""

    def __init__(self) -> None:
        self._shaper = Shaper(random.Random())
        self._directions: dict[int, Direction] = {}
        self._lines: dict[str, tuple[Direction, Direction]] = {}

    def run(self) -> None:
        """Carry packets until standard input ends."""
        commands = sys.stdin.fileno()
        while True:
            waiting = [commands, *self._directions]
            ready, _, _ = select.select(waiting, (), (), self._shaper.wait(monotonic()))
            for descriptor in ready:
                if descriptor != commands:
                    self._read(descriptor)
                elif not self._obey(sys.stdin.readline()):
                    return
            for exit, packet in self._shaper.leave(monotonic()):
                with contextlib.suppress(OSError):  # the interface is down: the packet is lost
                    os.write(exit, packet)

    def _read(self, descriptor: int) -> None:
        direction = self._directions[descriptor]
        with contextlib.suppress(OSError):
            for _ in range(BATCH):
                packet = os.read(descriptor, PACKET_BYTES)
                self._shaper.enter(monotonic(), direction, packet)

    def _obey(self, line: str) -> bool:
        if not line:
            return False
        kind, pop, rest = json.loads(line)
        if kind == "lay":
            self._lay(pop, rest)
        for direction in self._lines[pop] if kind == "shape" else ():
            direction.shape = Shape(**rest)
        print("ok", flush=True)
        return True

    def _lay(self, pop: str, edge: str) -> None:
        near, far = device(pop, "site"), device(edge, "wan")
        inward, outward = Direction(far), Direction(near)
        self._directions |= {near: inward, far: outward}
        self._lines[pop] = (inward, outward)


if __name__ == "__main__":
    os.nice(NICENESS)
    with contextlib.suppress(OSError):  # not allowed in every container
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    gc.disable()  # nothing here makes cycles, and a pause would be a delay
    Cable().run()
