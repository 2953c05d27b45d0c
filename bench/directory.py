"""The directory of one server with many peers, each with many files: `python -m bench.directory`.

Prints each figure beside what it must hold: memory of the server for an entry, how long a search takes while peers come
and go, when a library is seen and when it is gone, and how long it takes until all is back after a restart.

The peers are connections of one other process on the same machine, and whoever searches is a third (bench.searching):
what these need of the processors, and whatever else runs there, the server has not. So that is printed, and beside what
whoever searches waits for an answer, how long the server was at it. Names and files are made up beforehand
(bench.names).
"""

import argparse
import asyncio
import gc
import os
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import msgspec

from bench.names import Names
from bench.processes import finish, pipe, start
from bench.publishers import Peer, Turnover, pages
from bench.searching import PATIENCE_S, Searched
from bench.served import Server
from pypeer.identity import Identity
from pypeer.loops import loop_factory
from pypeer.signaling_client.client import SignalingClient
from signaling.protocol.directory import Announce, Found, Here, Peers, Search
from signaling.protocol.listed import Folder

AT_ONCE: Final = 20
"""Peers that begin at the same time, at the start."""

SERVER: Final = (
    "--connections-per-address=100000",
    "--connection-rate=10000000",
    "--announce-rate=100000000",
    "--search-rate-per-address=100000",
    "--search-rate=1000",
    "--restart-spread=10",
    "--log-level=warning",
)
"""All peers have one address here."""


@dataclass(slots=True)
class Options:
    """What to measure."""

    peers: int
    files: int
    searches: float
    churn: float
    seconds: float


@dataclass(slots=True)
class Bench:
    """One run."""

    options: Options
    server: Server
    libraries: list[list[Announce]]
    peers: list[Peer] = field(default_factory=list)
    known: int = 0

    def say(self, what: str, found: str, bound: str = "") -> None:
        """One line of the table."""
        print(f"{what:58} {found:>12} {bound:>12}", flush=True)

    def make(self) -> Peer:
        """One more peer; its files are one of those libraries that were made up."""
        self.known += 1
        return Peer(self.server.url, self.libraries[self.known % len(self.libraries)], f"peer {self.known}")

    async def fill(self) -> None:
        """Everybody comes."""
        before, load, began = self.server.bytes, self.server.load, time.monotonic()
        self.peers = [self.make() for _ in range(self.options.peers)]
        gate = asyncio.Semaphore(AT_ONCE)

        async def come(peer: Peer) -> None:
            async with gate:
                await peer.come()

        await asyncio.gather(*map(come, self.peers))
        seconds = time.monotonic() - began
        entries = self.options.peers * self.options.files
        self.say("entries announced a second", f"{entries / seconds:,.0f}")
        used = self.server.load.since(load).server
        self.say("processor of the server for an entry", f"{used / entries * 1e6:.0f} us")
        await asyncio.sleep(2)
        grown = self.server.bytes - before
        self.say("memory for an entry, with its share of its peer's connection", f"{grown / entries:.0f} B", "600 B")

    async def search(self) -> None:
        """Searches at a rate, while peers come and go."""
        options, loop = self.options, asyncio.get_running_loop()
        turnover = Turnover(self.peers, self.make, options.churn)
        going = asyncio.create_task(turnover.run())
        load, handling = self.server.load, await asyncio.to_thread(self.server.handling, "search")
        peers, began = time.process_time(), loop.time()
        searcher = start("-m", "bench.searching", self.server.url, str(options.searches), str(options.seconds))
        told = await asyncio.to_thread(pipe(searcher.stdout).readline)
        seconds = loop.time() - began
        load = self.server.load.since(load)
        handling = (await asyncio.to_thread(self.server.handling, "search")).since(handling)
        used = [load.server, time.process_time() - peers, finish(searcher).cpu_s]
        turnover.over = True
        await going
        searched = msgspec.json.decode(told, type=Searched)
        self.say(f"searches a second ({searched.hits:.0f} hits each)", f"{len(searched.took) / searched.seconds:.0f}")
        came = f"{turnover.count / seconds:.1f}"
        self.say("peers that came, and as many that went, a second", came, f"{options.churn:g}")
        if turnover.refused:
            self.say("peers that wanted to come and did not get in", str(turnover.refused), "0")
        self.say("processors used: by the server", f"{used[0] / seconds:.2f}")
        self.say("processors used: by peers, and by who searches", f"{used[1] / seconds:.2f}, {used[2] / seconds:.2f}")
        others = max(0.0, load.machine - sum(used))
        self.say("processors used: by what else runs on this machine", f"{others / seconds:.2f}")
        self.say("the server at a search, mean", f"{handling.seconds / handling.count * 1000:.1f} ms")
        self.say("the server at a search, 99 % within", f"{handling.bound(0.99) * 1000:g} ms")
        late = quantiles(searched.late, n=100)[-1]
        self.say("how late whoever searches began, which counts, 99 %", f"{late * 1000:.1f} ms")
        self.say("search, median", f"{median(searched.took) * 1000:.1f} ms", "5 ms")
        self.say("search, 99 %", f"{quantiles(searched.took, n=100)[-1] * 1000:.1f} ms", "30 ms")
        self.say("search, worst", f"{max(searched.took) * 1000:.1f} ms")

    async def appear(self) -> None:
        """When what one announces is seen by another, and when it is gone."""
        seen, gone = [], []
        watcher = SignalingClient(self.server.url, Identity.new(), lambda _: None)
        await watcher.start()
        for number in range(5):
            peer = self.make()
            word = f"zyx{number}"
            mark = self.libraries[0][-1].folders[-1]
            peer.pages = [
                *peer.pages[:-1],
                Announce(
                    id=1, library="x", folders=(*peer.pages[-1].folders, Folder(word, mark.files[:1])), whole=True
                ),
            ]
            await peer.come()
            seen.append(await _until(watcher, word, True) - peer.announced_at)
            left = time.monotonic()
            closing = asyncio.create_task(peer.go())
            gone.append(await _until(watcher, word, False) - left)
            await closing
        await watcher.close()
        self.say(
            "a library is seen after its last announcement, worst of 5", f"{max(0, *seen) * 1000:.0f} ms", "2000 ms"
        )
        self.say("a library is gone after its goodbye, worst of 5", f"{max(gone) * 1000:.0f} ms", "at once")

    async def restart(self) -> None:
        """The server ends and begins again, and everybody comes back."""
        for peer in self.peers:
            peer.announced.clear()
        began = time.monotonic()
        await asyncio.to_thread(self.server.stop)
        await asyncio.to_thread(self.server.start)
        up = time.monotonic()
        await asyncio.gather(*(peer.announced.wait() for peer in self.peers))
        times = sorted(peer.announced_at for peer in self.peers)
        self.say("the server is back after", f"{up - began:.1f} s")
        self.say("after it went: the first has announced all again", f"{times[0] - began:.1f} s")
        self.say("after it went: half of them have", f"{times[len(times) // 2] - began:.1f} s")
        self.say("after it went: all have", f"{times[-1] - began:.1f} s", "60 s")
        watcher = SignalingClient(self.server.url, Identity.new(), lambda _: None)
        await watcher.start()
        here: set[str] = set()
        after, more = None, True
        while more:
            answer = await watcher.ask(Peers(id=1, after=after), Here, PATIENCE_S)
            here |= {shelf.library for shelf in answer.libraries if shelf.whole and shelf.files == self.options.files}
            after, more = answer.libraries[-1].library, answer.more
        await watcher.close()
        self.say("libraries that are whole then", f"{len(here)}", f"{len(self.peers)}")

    async def leave(self) -> None:
        """Everybody goes."""
        await asyncio.gather(*(peer.go() for peer in self.peers))


async def _until(watcher: SignalingClient, word: str, there: bool) -> float:
    """When a search for a word finds something, or nothing."""
    while True:
        found = await watcher.ask(Search(id=1, words=word), Found, PATIENCE_S)
        if bool(found.hits) is there:
            return time.monotonic()


async def measure(options: Options, folder: Path) -> None:
    """Run all parts."""
    made = [pages(Names(seed).library(options.files)) for seed in range(options.peers)]
    gc.freeze()
    server = Server(folder, SERVER)
    bench = Bench(options, server, made)
    parts: Sequence[Callable[[], Awaitable[None]]] = (
        bench.fill,
        bench.search,
        bench.appear,
        bench.restart,
        bench.leave,
    )
    try:
        for part in parts:
            await part()
    finally:
        await asyncio.to_thread(server.stop)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=int, default=1000, help="how many peers are there")
    parser.add_argument("--files", type=int, default=1000, help="how many files each has")
    parser.add_argument("--searches", type=float, default=200, help="searches a second")
    parser.add_argument("--churn", type=float, default=20, help="peers a second that come, and as many that go")
    parser.add_argument("--seconds", type=float, default=30, help="how long is searched")
    options = Options(**vars(parser.parse_args()))
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(f"{options.peers} peers with {options.files} files each; server and peers share {os.cpu_count()} processors")
    print(f"{'':58} {'measured':>12} {'must hold':>12}")
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=loop_factory()) as runner:
        os.environ["BYWAY_HOME"] = folder
        runner.run(measure(options, Path(folder)))


if __name__ == "__main__":
    main()
