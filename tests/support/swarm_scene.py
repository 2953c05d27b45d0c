"""A whole swarm in virtual time: the real cores of a sender and of many receivers, over links that share uplinks.

Nothing here waits, and nothing depends on the machine: the same seed gives the same run. Contents are made up; a chunk
is told from another by its hash.
"""

import random
from collections import Counter
from functools import partial
from hashlib import sha256
from itertools import count
from typing import Final

from pypeer.errors import TransferError
from pypeer.links.link import SHORT_BYTES
from pypeer.protocol import frames
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry, Offer
from pypeer.transfer.swarm import Seeding, Swarm
from tests.support.swarm_line import Clock, Uplink, Wire
from tests.support.swarm_member import Member
from tests.support.swarm_serving import Served, Stock

MBIT: Final = 1_000_000 / 8
"""Bytes a second."""

MIB: Final = 2**20
ORIGIN: Final = 1
"""Number of the source that is the sender."""

FRAME: Final = 64 * 1024
OPEN_S: Final = 0.1
"""Until a helper has a code."""


class Scene:
    """A sender behind one uplink, and receivers with uplinks of their own."""

    def __init__(
        self,
        sizes: list[int],
        *,
        mbit: float = 10.0,
        member_mbit: float = 100.0,
        delay_s: float = 0.01,
        connect_s: float = 1.0,
        swarm: bool = True,
        seed: int = 1,
    ) -> None:
        self.clock = Clock()
        self.chance = random.Random(seed)
        self.here = True
        self.entries = [Entry(path=f"f{i}", size=size) for i, size in enumerate(sizes)]
        self.bytes = sum(sizes)
        self.offer = Offer(files=len(sizes), folders=0, bytes=self.bytes, swarm=swarm)
        self.partial = Offer(files=len(sizes), folders=0, bytes=self.bytes, partial=True)
        self.uplink = Uplink(self.clock, mbit * MBIT)
        self.swarm: Swarm[Member] = Swarm()
        self.stock = Stock(self, whole=True)
        self.seeding = Seeding()
        self.members: list[Member] = []
        self.origins: dict[Member, Served] = {}
        self.data: Counter[str] = Counter()
        self.high_water = SHORT_BYTES
        self._member_rate = member_mbit * MBIT
        self._delay = delay_s
        self._connect_s = connect_s
        self._numbers = count()

    def root(self, file: int) -> bytes:
        """What identifies a file here."""
        return sha256(b"root %d" % file).digest()

    def join(self) -> Member:
        """One more receiver connects to the sender, if it is still there."""
        number = len(self.members)
        member = Member(self, number, Uplink(self.clock, self._member_rate), self.chance.getrandbits(32))
        self.members.append(member)
        member.receiver.expect(ORIGIN)
        origin = self.origins[member] = Served(self, self.uplink, self.offer, self.stock)
        origin.on_found = partial(self._helps, member)
        origin.on_end = partial(self._left, member)
        self.clock.after(self._connect_s * self.chance.uniform(0.5, 1.5), partial(self._link, origin, member, ORIGIN))
        if not self.here:
            self.clock.after(OPEN_S, partial(self._give_up, member, ORIGIN))
        return member

    def run(self, limit_s: float = 1000.0) -> None:
        """Until everybody has ended or left."""
        self.clock.run(limit_s, lambda: all(m.result is not None or not m.here for m in self.members))

    def vanish(self) -> None:
        """The sender is gone for good."""
        self.here = False
        for member in self.members:
            for wire in [wire for wire in member.wires.values() if wire.source == ORIGIN]:
                wire.cut()
            self.clock.after(OPEN_S, partial(self._give_up, member, ORIGIN))

    def lost(self, wire: Wire) -> None:
        """A link broke: the sender is met again, a helper given up."""
        if wire.source == ORIGIN:
            self.clock.after(self._connect_s, partial(self._link, wire.served, wire.member, ORIGIN))
        else:
            self.clock.after(OPEN_S, partial(self._give_up, wire.member, wire.source))

    def _give_up(self, member: Member, source: int) -> None:
        member.do(member.receiver.source_lost(source, TransferError("away", EndCode.VANISHED), self.clock.now))

    def opens(self, member: Member) -> None:
        """It has a code now."""
        self.clock.after(OPEN_S, lambda: member.do(member.receiver.help(str(member.number))))

    def found(self, member: Member, code: str) -> None:
        """It heard of a helper."""
        helper = self.members[int(code)]
        if helper.number in member.known or helper is member:
            return
        member.known.add(helper.number)
        source = member.draws()
        wait = self._connect_s * self.chance.uniform(0.5, 1.5)
        self.clock.after(wait, partial(self._meet, member, helper, source))

    def _meet(self, member: Member, helper: Member, source: int) -> None:
        if not helper.here:
            member.do(member.receiver.source_lost(source, TransferError("away", EndCode.VANISHED), self.clock.now))
        elif member.here and member.result is None:
            served = Served(self, helper.uplink, self.partial, helper.stock)
            helper.served.append(served)
            self._link(served, member, source)

    def _link(self, served: Served, member: Member, source: int) -> None:
        is_there = self.here or source != ORIGIN
        if not (is_there and member.here) or member.result is not None or served.ended or served.wire is not None:
            return
        number = next(self._numbers)
        served.wire = wire = member.wires[number] = Wire(number, source, served, member, self._delay)
        served.do(served.core.link_up(number, 0, FRAME, self.clock.now))
        member.do(member.receiver.link_up(number, 0, FRAME, self.clock.now, source))
        assert wire.open

    def _helps(self, member: Member, code: str) -> None:
        for whom, helper in self.swarm.helps(member, code):
            origin = self.origins[whom]
            origin.do(origin.core.helper(helper))

    def _left(self, member: Member) -> None:
        self.swarm.leaves(member)

    def note(self, served: Served, frame: frames.Frame) -> None:
        """A frame is about to leave: of whose content it is counts."""
        if isinstance(frame, frames.Data):
            self.data["sender" if served.uplink is self.uplink else "helpers"] += len(frame.payload)

    @property
    def took(self) -> float:
        """Until the last had everything."""
        return max(member.ended_at for member in self.members)
