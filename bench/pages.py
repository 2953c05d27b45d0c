"""Transfers with a page at one end or both, beside a bare data channel between two pages. Run by bench.transfer."""

import json
from pathlib import Path
from typing import Final

import psutil
from playwright.sync_api import Page, sync_playwright

from bench import raw_pages
from bench.processes import MIB, finish, make_file, now, pipe, start
from bench.rows import Row, in_background
from tests.browser.interface import CHROMIUM, CHROMIUM_ARGS
from tests.browser.real import WEBRTC_ARGS, Site, arrived, delivered, download, share_files

NOTE_PERCENT: Final = """() => {
  window.times = [];
  new MutationObserver(() => {
    const percent = Number(document.title.match(/(\\d+)\\s?%/)?.[1] ?? 0);
    if (percent >= 5 && percent <= 90) window.times.push([percent, performance.now()]);
  }).observe(document.querySelector("title"), { childList: true });
}"""
"""Notes when the page tells how far it is, while it surely flows."""

PAGES_FLOWED: Final = "pages, once it flows"


def measure(url: str, folder: Path, mib: int) -> tuple[list[Row], Row]:
    """The three pairs with a page, and the yardstick; memory of a page is its JavaScript heap with buffers."""
    source = make_file(folder / "page.bin", mib * MIB)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_ARGS, *WEBRTC_ARGS])
        site = Site(browser, url)
        raw = Row("raw channel in Chromium", mib, raw_pages.seconds(site, mib), (0.0, 0.0))
        rows = [*_page_to_page(site, source), _page_to_pypeer(site, source), _pypeer_to_page(site, source)]
        browser.close()
    return rows, raw


def _page_to_page(site: Site, source: Path) -> list[Row]:
    """All of it, from the code on; and what remains without meeting, deciding, connecting, and the end."""
    with site.open() as sender, site.open() as receiver:
        mib = source.stat().st_size // MIB
        code = share_files(sender, source)
        began = now()
        download(receiver, code)
        receiver.evaluate(NOTE_PERCENT)
        peaks = _watch(receiver, sender, receiver)
        seconds = now() - began
        times = receiver.evaluate("() => window.times")
        (first, since), (last, until) = (min(times), max(times))
        flowed = Row(PAGES_FLOWED, mib * (last - first) // 100, (until - since) / 1000, (0.0, 0.0))
        return [Row("page to page", mib, seconds, (peaks[0], peaks[1])), flowed]


def _page_to_pypeer(site: Site, source: Path) -> Row:
    with site.open() as sender:
        code = share_files(sender, source)
        began = now()
        receiver = start(
            "-m", "pypeer", "get", code, "-o", str(source.parent / "got-page"), "--json", "--server", site.url
        )
        reading = in_background(receiver)
        process = psutil.Process(receiver.pid)
        heap = 0.0
        while reading.is_alive() and process.is_running():
            heap = max(heap, _heap_mib(sender))
            reading.join(1)
        seconds = now() - began
        used = finish(receiver)
        delivered(sender)
        return Row("page to pypeer", source.stat().st_size // MIB, seconds, (heap, used.peak_mib))


def _pypeer_to_page(site: Site, source: Path) -> Row:
    sender = start("-m", "pypeer", "send", str(source), "--once", "--json", "--server", site.url)
    code = json.loads(pipe(sender.stdout).readline())["code"]
    reading = in_background(sender)
    with site.open() as receiver:
        began = now()
        download(receiver, code)
        (heap,) = _watch(receiver, receiver)
        seconds = now() - began
    reading.join()
    used = finish(sender)
    return Row("pypeer to page", source.stat().st_size // MIB, seconds, (used.peak_mib, heap))


def _watch(receiver: Page, *pages: Page) -> list[float]:
    """Wait until all has arrived; the largest heap of each page meanwhile."""
    peaks = [0.0] * len(pages)
    while "arrived" not in receiver.get_by_role("heading", level=1).inner_text():
        peaks = [max(peak, _heap_mib(page)) for peak, page in zip(peaks, pages, strict=True)]
        receiver.wait_for_timeout(500)
    arrived(receiver)
    return peaks


def _heap_mib(page: Page) -> float:
    devtools = page.context.new_cdp_session(page)
    usage = devtools.send("Runtime.getHeapUsage")
    devtools.detach()
    return float(usage["usedSize"] + usage.get("backingStorageSize", 0)) / MIB
