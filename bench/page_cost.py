"""What a transfer from page to page costs beside a bare data channel, by turns: `python -m bench.page_cost`.

Prints MiB/s, and for each MiB the milliseconds of processor of each kind of thread of the browser: on a machine that
others use too, processor time is what can be compared. `--profile` also samples what the main threads of both pages do.
`--beside DIR` measures the page of another tree in the same run, as before and after a change. Linux only (/proc).
"""

import argparse
import os
import statistics
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from bench import raw_pages, threads
from bench.processes import MIB, ROOT, finish, make_file, now
from bench.transfer import serve
from tests.browser.interface import CHROMIUM, CHROMIUM_ARGS
from tests.browser.real import WEBRTC_ARGS, Site, download, share_files

KINDS: Final = {
    "chromium": "main",
    "WebRTC_W_and_N": "webrtc",
    "Chrome_ChildIOT": "sockets",
    "VizCompositorTh": "drawing",
    "Compositor": "drawing",
    "CompositorTileW": "drawing",
    "ThreadPoolForeg": "pool",
    "ServiceWorker t": "worker",
    "DedicatedWorker": "worker",
    "Chrome_IOThread": "browser",
}
"""Names of Chromium's threads, which Linux cuts to fifteen letters. `main` are those of pages; datagrams pass from
`webrtc` of one page through `sockets` of it and of the network process to the other's."""

DRIVER: Final = frozenset({"python", "node", "MainThread"})
"""Threads of this program and of Playwright, which are not counted."""

PATIENCE_MS: Final = 600_000
"""For a transfer on a machine that does other things, too."""

SAMPLE_US: Final = 500
"""Between two looks of the profiler: a frame takes longer."""


FLOWS: Final = "() => { const done = Number(document.title.match(/(\\d+)\\s?%/)?.[1] ?? 0); return done >= 5 && done; }"
"""Percent that are there, once it surely flows."""

ARRIVED: Final = "() => document.querySelector('h1').innerText.includes('arrived')"


@dataclass(frozen=True, slots=True)
class Run:
    """One of the two, once: `cost` in milliseconds of processor for each MiB, by kind of thread."""

    rate: float
    cost: dict[str, float]

    @property
    def whole(self) -> float:
        """All kinds together."""
        return sum(self.cost.values())

    def __str__(self) -> str:
        kinds = sorted(self.cost.items(), key=lambda each: -each[1])
        return f"{self.rate:6.1f} {self.whole:7.1f}   " + " ".join(f"{kind} {value:.1f}" for kind, value in kinds)


class Meter:
    """What all processes of the browser use while it is open."""

    def __init__(self, browser: Browser) -> None:
        self.spent: threads.Used = {}
        self._browser = browser
        self._root = psutil.Process()
        self._roles: dict[int, str] = {}
        self._before: threads.Used = {}

    def __enter__(self) -> None:
        devtools = self._browser.new_browser_cdp_session()
        processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
        devtools.detach()
        self._roles = {each["id"]: each["type"] for each in processes}
        self._before = threads.used(self._root, self._roles)

    def __exit__(self, *error: object) -> None:
        after = threads.used(self._root, self._roles)
        self.spent = {name: seconds - self._before.get(name, 0) for name, seconds in after.items()}


def _by_kind(spent: threads.Used, mib: float) -> dict[str, float]:
    cost: dict[str, float] = defaultdict(float)
    for name, seconds in spent.items():
        role, _, thread = name.partition("/")
        if thread not in DRIVER and seconds > 0:
            kind = "browser" if role == "browser" and thread == "chromium" else KINDS.get(thread, "other")
            cost[kind] += seconds * 1000 / mib
    return dict(cost)


def flow(site: Site, source: Path, meter: Meter, profile: bool) -> tuple[float, float]:
    """Bytes in MiB and the seconds that they took: from when data surely flows until all has arrived."""
    with site.open() as sender, site.open() as receiver:
        code = share_files(sender, source)
        download(receiver, code)
        profilers = [_profiler(page) for page in (sender, receiver)] if profile else []
        begun = receiver.wait_for_function(FLOWS, polling="raf", timeout=PATIENCE_MS).json_value()
        with meter:
            began = now()
            receiver.wait_for_function(ARRIVED, polling=200, timeout=PATIENCE_MS)
            seconds = now() - began
        for side, profiler in zip(("sender", "receiver"), profilers, strict=False):
            print(f"  {side}: {_busiest(profiler.send('Profiler.stop')['profile'])}")
        return source.stat().st_size / MIB * (1 - begun / 100), seconds


def _profiler(page: Page) -> Any:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Profiler.enable")
    devtools.send("Profiler.setSamplingInterval", {"interval": SAMPLE_US})
    devtools.send("Profiler.start")
    return devtools


def _busiest(profile: dict[str, Any], shown: int = 16) -> str:
    """Where the main thread was, in parts of the time in which it was somewhere."""
    nodes = {node["id"]: node["callFrame"] for node in profile["nodes"]}
    spent: Counter[str] = Counter()
    for sample, lasted in zip(profile["samples"], profile["timeDeltas"], strict=True):
        frame = nodes[sample]
        place = f":{frame['lineNumber']}:{frame['columnNumber']}" if frame["url"] else ""
        spent[(frame["functionName"] or "anonymous") + place] += lasted
    del spent["(idle)"]
    return ", ".join(f"{name} {time / spent.total():.1%}" for name, time in spent.most_common(shown))


def summary(name: str, runs: Sequence[Run], yardstick: Sequence[Run]) -> str:
    """Medians, and how they stand to those of the bare channel."""
    rate, raw_rate = (statistics.median(run.rate for run in each) for each in (runs, yardstick))
    whole, raw_whole = (statistics.median(run.whole for run in each) for each in (runs, yardstick))
    return (
        f"{name:24} {rate:6.1f} {whole:7.1f}   {rate / raw_rate:.2f} of the rate, {raw_whole / whole:.2f} by processor"
    )


def main() -> None:
    """Measure by turns and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3, help="medians are of so many")
    parser.add_argument("--profile", action="store_true", help="what the main threads do; costs a little itself")
    parser.add_argument("--beside", type=Path, help="another tree with its page built")
    options = parser.parse_args()
    trees = [ROOT, *([options.beside.resolve()] if options.beside else [])]
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        os.environ["BYWAY_HOME"] = str(folder / "home")
        source = make_file(folder / "page.bin", options.mib * MIB)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_ARGS, *WEBRTC_ARGS])
        servers = [serve(folder, "--turn-port", "0", tree=tree) for tree in trees]
        sites = {str(tree): Site(browser, url) for tree, (_, url) in zip(trees, servers, strict=True)}
        try:
            runs = rounds(browser, sites, source, options.rounds, options.profile)
        finally:
            for server, _ in servers:
                finish(server, stop=True)
            browser.close()
    print(f"\n{'medians':24} {'MiB/s':>6} {'ms/MiB':>7}")
    for each, of_it in runs.items():
        print(summary(each, of_it, runs["raw"]))


def rounds(browser: Browser, sites: dict[str, Site], source: Path, count: int, profile: bool) -> dict[str, list[Run]]:
    """The bare channel and each page, by turns."""
    mib = source.stat().st_size // MIB
    first = next(iter(sites.values()))
    works: dict[str, Callable[[Meter], tuple[float, float]]] = {
        "raw": lambda meter: (mib, raw_pages.seconds(first, mib, meter))
    }
    works |= {tree: partial(flow, site, source, profile=profile) for tree, site in sites.items()}
    runs: dict[str, list[Run]] = {name: [] for name in works}
    for _ in range(count):
        for name, work in works.items():
            meter = Meter(browser)
            came, seconds = work(meter)
            runs[name].append(Run(came / seconds, _by_kind(meter.spent, came)))
            print(f"{name:24} {runs[name][-1]}", flush=True)
    return runs


if __name__ == "__main__":
    main()
