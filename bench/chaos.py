"""Transfers over links that differ, vanish, fall silent and come back: the part of `bench.transfer` behind `--chaos`.

Real sessions, files and clock; the links are in memory and shaped, so that what they can carry at most is known. The
figures are goodput as a part of that, and the longest time in which nothing was stored.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from filecmp import cmp
from pathlib import Path
from typing import Final

from bench.processes import MIB, make_file
from pypeer.transfer.deciding import accept_all
from pypeer.transfer.sending import SendSession
from pypeer.transfer.session import ReceiveSession
from pypeer.transfer.sources import scan
from tests.support.shaped_link import MBIT, ShapedLink, shaped_pair

LINKS: Final = ((100.0, 0.01), (20.0, 0.08), (5.0, 0.2))
"""Mbit/s, and seconds there and back."""

LOOK_S: Final = 0.01
"""How often a stall is looked for."""


@dataclass
class Chaos:
    """Two sessions and the links between them; `stall` is the longest time in which nothing was stored, in seconds."""

    senders: list[SendSession]
    receiver: ReceiveSession
    links: list[tuple[ShapedLink, ShapedLink]] = field(default_factory=list)
    stall: float = 0.0
    seconds: float = 0.0

    def open(self, mbit: float, delay_s: float, sender: int = 0) -> None:
        """One more link, to this sender."""
        pair = shaped_pair(mbit, delay_s)
        self.links.append(pair)
        self.senders[sender].attach(pair[0], 0)
        self.receiver.attach(pair[1], 0, source=sender)

    def hold(self, number: int) -> None:
        """A link falls silent; neither side is told."""
        for end in self.links[number]:
            end.line.hold()

    def go_on(self, number: int) -> None:
        """It speaks again."""
        for end in self.links[number]:
            end.line.go_on()

    def cut(self, number: int) -> None:
        """A link closes."""
        self.links[number][0].cut()

    async def run(self, meanwhile: Callable[["Chaos"], Awaitable[None]] | None = None) -> None:
        """See it through; raises PeerError."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        around = [asyncio.create_task(self._watch())]
        if meanwhile is not None:
            around.append(asyncio.ensure_future(meanwhile(self)))
        await self.receiver.wait()
        self.seconds = loop.time() - began
        for task in around:
            task.cancel()
        for number in range(len(self.links)):
            self.go_on(number)
        await asyncio.gather(*(sender.wait() for sender in self.senders))
        await asyncio.gather(*(end.close() for pair in self.links for end in pair))

    async def _watch(self) -> None:
        """From the first chunk on, what comes before is the opening."""
        loop = asyncio.get_running_loop()
        stored, since = 0, loop.time()
        while True:
            await asyncio.sleep(LOOK_S)
            if self.receiver.stored_bytes != stored:
                stored, since = self.receiver.stored_bytes, loop.time()
            elif stored:
                self.stall = max(self.stall, loop.time() - since)


async def chaos(
    source: Path,
    links: tuple[tuple[float, float], ...],
    meanwhile: Callable[[Chaos], Awaitable[None]] | None = None,
    senders: int = 1,
) -> Chaos:
    """Send a file over these links, each to the next of so many senders, and compare what has arrived."""
    with tempfile.TemporaryDirectory(dir=source.parent) as into:
        sending = [SendSession(await scan([source]), "", lambda event: None) for _ in range(senders)]
        here = Chaos(sending, ReceiveSession(Path(into), accept_all, lambda event: None))
        for number, link in enumerate(links):
            here.open(*link, number % senders)
        await here.run(meanwhile)
        if not await asyncio.to_thread(cmp, source, Path(into) / source.name, shallow=False):
            raise SystemExit("what arrived is not what was sent")
        return here


def without(number: int, at: float, silently: bool) -> Callable[[Chaos], Awaitable[None]]:
    """Takes one link away after so many seconds, for good."""

    async def meanwhile(here: Chaos) -> None:
        await asyncio.sleep(at)
        here.hold(number) if silently else here.cut(number)

    return meanwhile


def flaky(mbit: float, delay_s: float, silently: bool) -> Callable[[Chaos], Awaitable[None]]:
    """The one link is there for five seconds, then not for five, for ever."""

    async def meanwhile(here: Chaos) -> None:
        while True:
            await asyncio.sleep(5)
            here.hold(0) if silently else here.cut(-1)
            await asyncio.sleep(5)
            here.go_on(0) if silently else here.open(mbit, delay_s)

    return meanwhile


async def measure(folder: Path, mib: int) -> list[tuple[str, bool]]:
    """All rows, and whether each is as it has to be."""
    source = make_file(folder / "source.bin", mib * MIB)
    rows = [
        _goodput("3 links of 100, 20, 5 Mbit/s", 125, mib, await chaos(source, LINKS)),
        _goodput("4 senders of 25 Mbit/s", 100, mib, await chaos(source, ((25.0, 0.03),) * 4, senders=4)),
    ]
    for number, (mbit, _) in enumerate(LINKS):
        for silently in (False, True):
            at = 1 + 0.7 * number + 0.35 * silently
            here = await chaos(source, LINKS, without(number, at, silently))
            name = f"{mbit:.0f} Mbit/s {'falls silent' if silently else 'closes'} after {at:.1f} s"
            rows.append((f"{name:44} {here.seconds:6.1f} s  stall {here.stall:5.2f} s", here.stall < 1))
    for silently in (False, True):
        here = await chaos(source, ((40.0, 0.03),), flaky(40, 0.03, silently))
        name = f"one of 40 Mbit/s, 5 s {'on, 5 s silent' if silently else 'up, 5 s closed'}"
        rows.append((f"{name:44} {here.seconds:6.1f} s  finished", True))
    return rows


def _goodput(name: str, mbit: float, mib: int, here: Chaos) -> tuple[str, bool]:
    """At least 90 % of what the links can carry, frames and all."""
    goodput = mib * MIB / here.seconds / MBIT
    text = f"{name:44} {here.seconds:6.1f} s  {goodput:6.1f} Mbit/s  {goodput / mbit:4.0%} of the sum"
    return text, goodput >= 0.9 * mbit


def main(mib: int) -> None:
    """Measure and print; the exit status tells whether all is as it has to be."""
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(measure(Path(folder), mib))
    for text, good in rows:
        print(f"{text:80} {'' if good else 'MISSED'}".rstrip())
    if not all(good for _, good in rows):
        raise SystemExit(1)
