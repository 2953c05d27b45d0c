"""The page in a headless Chromium in a client's namespace; commands and events are those of peer.py.

`joined` is when the person wants what is offered; a page that sends has none. `path` says `direct` or `relay`, as the
page does, without the two ends.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Any, Final

from playwright.async_api import BrowserContext, Page, async_playwright, expect

from tests.browser.interface import CHROMIUM, CHROMIUM_ARGS
from tests.browser.real import COUNT
from tests.nat.names import resolve_here
from tests.nat.server import AUTHORITY

SLOW_MS: Final = 150_000
"""Longer than any bound of a pair: who drives this gives up first."""


WATCH: Final = """
new MutationObserver(() => {
  const badge = document.querySelector("details.path");
  const way = badge === null ? "" : badge.classList.contains("path-relay") ? "relay" : "direct";
  if (way === window.bywayWay) return;
  window.bywayWay = way;
  if (way !== "") window.bywayPath(way);
}).observe(document, { childList: true, subtree: true, attributes: true });
"""
"""Tells of each change of the way that the page shows."""


def say(of: str, **fields: object) -> None:
    """One line out."""
    print(json.dumps({"of": of, "at": monotonic(), **fields}), flush=True)


class Driven:
    """One tab for each offer or fetch, beside the empty one that keeps the window open: a new one costs a second."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self._context = context
        self._url = url
        self._tasks: set[asyncio.Task[None]] = set()

    async def obey(self, command: dict[str, Any]) -> None:
        """Carry out one command."""
        match command:
            case {"do": "send", "paths": list(paths)}:
                self._begin(self._send(paths))
            case {"do": "get", "code": str(code), "accept": False}:
                self._begin(self._decline(code))
            case {"do": "inbox"}:
                self._begin(self._decline_call())
            case {"do": "deliver", "paths": list(paths)}:
                self._begin(self._deliver(paths))
            case {"do": "get", "code": str(code)}:
                self._begin(self._get(code))
            case {"do": "find", "words": str(words)}:
                self._begin(self._find(words))
            case {"do": "look", "words": str(words)}:
                self._begin(self._look(words))
            case {"do": "pause" | "resume" as what}:
                for page in self._context.pages[1:]:
                    self._begin(page.get_by_role("button", name=what.capitalize()).click())
            case _:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)
                for page in self._context.pages[1:]:
                    await page.close()
                say("peer", event="stopped")

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self) -> Page:
        page = await self._context.new_page()
        await page.expose_function("bywayPath", lambda way: say("page", event="path", way=way, local="", remote=""))
        await page.add_init_script(WATCH)
        page.set_default_timeout(SLOW_MS)
        await page.goto(self._url)
        await expect(page.get_by_text("Online", exact=True)).to_be_visible(timeout=SLOW_MS)
        return page

    async def _send(self, paths: list[str]) -> None:
        page = await self._open()
        async with page.expect_file_chooser() as chooser:
            await page.get_by_role("button", name="Choose files").click()
        await (await chooser.value).set_files(paths)
        await page.get_by_role("button", name="Get a code").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Pass on this code", timeout=SLOW_MS)
        link = await page.get_by_label("Link", exact=True).input_value()
        say("send", event="ready", code=link.rpartition("#")[2])

    async def _get(self, code: str) -> None:
        page = await self._open()
        await page.get_by_label("Code", exact=True).fill(code)
        await page.get_by_role("button", name="See what is offered").click()
        await expect(page.get_by_role("button", name=re.compile("^Decline"))).to_be_visible(timeout=SLOW_MS)
        say("get", event="joined")
        await page.get_by_role("button", name="Download").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("arrived", timeout=SLOW_MS)
        say("get", event="done")

    async def _decline(self, code: str) -> None:
        page = await self._open()
        await page.get_by_label("Code", exact=True).fill(code)
        await page.get_by_role("button", name="See what is offered").click()
        await page.get_by_role("button", name=re.compile("^Decline")).click()
        say("get", event="declined")

    async def _acquainted(self) -> Page:
        """In the tab of the last offer or fetch: whoever was met is a contact from now on."""
        page = self._context.pages[-1]
        await page.get_by_role("link", name=re.compile("^Contacts")).click()
        await page.get_by_role("button", name=re.compile("^Add to contacts")).click()
        await page.get_by_role("dialog").get_by_role("button", name="Add to contacts").click()
        return page

    async def _decline_call(self) -> None:
        page = await self._acquainted()
        await page.get_by_label("Reachable by my contacts").check()
        await expect(page.get_by_text("Contacts can call you now.")).to_be_visible(timeout=SLOW_MS)
        say("inbox", event="inbox")
        requests = page.get_by_role("region", name="Requests")
        await requests.get_by_role("button", name=re.compile("^Decline")).click()
        say("inbox", event="declined", reason="no")

    async def _deliver(self, paths: list[str]) -> None:
        page = await self._acquainted()
        async with page.expect_file_chooser() as chooser:
            await page.get_by_role("button", name=re.compile("^Send files, ")).click()
        await (await chooser.value).set_files(paths)
        await page.get_by_role("button", name=re.compile("^Send to ")).click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("did not take it", timeout=SLOW_MS)
        say("deliver", event="error", code="declined")

    async def _offered(self, words: str) -> Page:
        """Search, and ask for the first that is found; tells how many have it."""
        page = await self._open()
        await page.evaluate(COUNT)
        await page.get_by_role("link", name="Find files").click()
        await page.get_by_role("searchbox").fill(words)
        hit = page.get_by_role("list", name="Files that were found").get_by_role("button").first
        say("find", event="hit", text=await hit.inner_text())
        await hit.click()
        await expect(page.get_by_role("button", name=re.compile("^Decline"))).to_be_visible(timeout=SLOW_MS)
        return page

    async def _look(self, words: str) -> None:
        page = await self._offered(words)
        await page.get_by_role("button", name="Preview").click()
        text = page.get_by_role("region", name="Preview of")
        await expect(text).not_to_be_empty(timeout=SLOW_MS)
        say("find", event="shown", text=await text.inner_text())

    async def _find(self, words: str) -> None:
        page = await self._offered(words)
        senders = page.get_by_role("region", name="Senders").get_by_role("listitem")
        await expect(senders.get_by_text("Ready to send")).to_have_count(3, timeout=SLOW_MS)
        async with page.expect_download(timeout=SLOW_MS) as started:
            await page.get_by_role("button", name="Download", exact=True).click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("arrived", timeout=SLOW_MS)
        path = Path(os.environ["BYWAY_HOME"]) / "found"
        await (await started.value).save_as(path)  # what is not saved goes with the browser
        say("get", event="done", path=str(path), counts=await page.evaluate("window.received"))


def trust(home: Path) -> None:
    """Let programs with this home believe the laboratory's authority.

    To look away from errors of certificates is not enough: a browser registers no service worker then, and without one
    nothing can be downloaded.
    """
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True, exist_ok=True)
    database = ("certutil", "-d", f"sql:{store}")
    subprocess.run([*database, "-N", "--empty-password"], check=True)
    subprocess.run([*database, "-A", "-n", "laboratory", "-t", "C,,", "-i", str(AUTHORITY)], check=True)


def proxy_here() -> str | None:
    """Where the site has a proxy. Chromium's word for SOCKS that resolves names is another than that of all others."""
    found = os.environ.get("HTTPS_PROXY") or os.environ.get("ALL_PROXY")
    return found and found.replace("socks5h:", "socks5:")


async def main(url: str) -> None:
    """Start the browser and obey until standard input ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    proxy = proxy_here()
    home = Path(os.environ["BYWAY_HOME"])
    trust(home)
    if proxy is None:  # which resolves names, where there is one
        await resolve_here()
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            home / "profile",
            executable_path=CHROMIUM,
            args=[*CHROMIUM_ARGS, f"--unsafely-treat-insecure-origin-as-secure={url}"],
            env={**os.environ, "HOME": str(home)},
            accept_downloads=True,
            proxy={"server": proxy} if proxy else None,
        )
        driven = Driven(context, url)
        say("peer", event="signed-in")
        async for line in reader:
            await driven.obey(json.loads(line))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
