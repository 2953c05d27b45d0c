"""The real page of a real server, in a real browser: what the tests of whole transfers do with it."""

import hashlib
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Download, Page, expect

from tests.support.commands import Command

MIB: Final = 1024 * 1024

Start = Callable[..., Command]
"""Starts `pypeer ARGUMENTS`."""

WEBRTC_ARGS: Final = ["--allow-loopback-in-peer-connection"]
"""Chromium offers no loopback candidates otherwise, and there may be no other interface."""

TRANSFER_MS: Final = 120_000
"""How long 200 MiB may take on a busy machine."""


RECORD: Final = """() => {
  window.connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...settings) {
      super(...settings);
      window.connections.push(this);
    }
  };
}"""
"""Lets a test reach the peer connections that the page makes from now on."""

COUNT: Final = """() => {
  window.received = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    createDataChannel(...settings) {
      const channel = super.createDataChannel(...settings);
      const number = window.received.push(0) - 1;
      channel.addEventListener("message", ({ data }) => { window.received[number] += data.byteLength ?? data.length; });
      return channel;
    }
  };
}"""
"""Counts the bytes that come over each channel which the page makes from now on, in the order of their making."""

CUT: Final = "table inet byway_cut { chain output { type filter hook output priority 0; meta l4proto udp drop; }; }"
"""No datagram leaves any more; the connection to the server stays."""

isolated = pytest.mark.skipif("BYWAY_TESTS_ISOLATED" not in os.environ, reason="cuts the network that it runs in")


@contextmanager
def cut() -> Iterator[None]:
    """While the block lasts, nothing gets through between peers."""
    subprocess.run(["nft", CUT], check=True)
    try:
        yield
    finally:
        subprocess.run(["nft", "delete table inet byway_cut"], check=True)


class Site:
    """A browser at the page of one server; each `open` is another person, with a profile of their own."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url

    @contextmanager
    def open(self, fragment: str = "", **options: Any) -> Iterator[Page]:
        """One person's page; at the end the console must hold no error, a breach of the CSP included."""
        context = self.browser.new_context(accept_downloads=True, **options)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(self.url + fragment)
        expect(page.get_by_text("Online", exact=True)).to_be_visible(timeout=30_000)
        yield page
        context.close()
        assert not errors, errors


def share_files(page: Page, *paths: Path, once: bool = False) -> str:
    """Choose files and get a code."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files([str(path) for path in paths])
    return get_code(page, once)


def share_folder(page: Page, folder: Path) -> str:
    """Drop a folder and get a code."""
    devtools = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})
    return get_code(page)


def get_code(page: Page, once: bool = False) -> str:
    """From the draft to the code."""
    if once:
        page.get_by_label("Only one receiver").check()
    page.get_by_role("button", name="Get a code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pass on this code", timeout=30_000)
    return page.get_by_label("Link", exact=True).input_value().rpartition("#")[2]


def look_at(page: Page, code: str) -> None:
    """Type a code and see what is offered."""
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="See what is offered").click()
    expect(page.get_by_role("button", name=re.compile("^Decline"))).to_be_visible(timeout=60_000)


def download(page: Page, code: str) -> Download:
    """Fetch by the streamed download; returns once it has begun."""
    look_at(page, code)
    with page.expect_download(timeout=60_000) as started:
        page.get_by_role("button", name="Download").click()
    return started.value


def add_sender(page: Page, code: str) -> None:
    """One more code of the same files."""
    field = page.get_by_label("Another code", exact=True)
    if not field.is_visible():
        page.get_by_text("Add another code of the same files").click()
    field.fill(code)
    field.press("Enter")


def look_at_all(page: Page, first: str, *others: str) -> None:
    """Type the codes of several senders, and wait until it is seen that they offer as much."""
    look_at(page, first)
    for code in others:
        add_sender(page, code)
    senders = page.get_by_role("region", name="Senders").get_by_role("listitem")
    expect(senders).to_have_count(1 + len(others))
    expect(senders.get_by_text("Ready to send")).to_have_count(1 + len(others), timeout=60_000)


def received(page: Page) -> list[int]:
    """What COUNT has counted."""
    return [int(count) for count in page.evaluate("() => window.received")]


def arrived(page: Page) -> None:
    """Wait until the page says that everything arrived."""
    expect(page.get_by_role("heading", level=1)).to_contain_text("arrived", timeout=TRANSFER_MS)


def delivered(page: Page, receivers: int = 1) -> None:
    """Wait until the sender's page says so."""
    rows = page.locator(".receivers").get_by_text("Delivered and verified")
    expect(rows).to_have_count(receivers, timeout=TRANSFER_MS)


def random_file(path: Path, size: int) -> Path:
    """A file that does not compress."""
    with path.open("wb") as file:
        for at in range(0, size, MIB):
            file.write(os.urandom(min(MIB, size - at)))
    return path


SPARSE_BYTES: Final = 64 * MIB + 5

DATA_AT: Final = (0, 40 * MIB + 12_345)
"""Where there is something in a file that is nearly all hole: two chunks at most."""


def sparse_file(path: Path, data_at: tuple[int, ...] = DATA_AT) -> Path:
    """A file with little in it; skips the test where there are no holes."""
    with path.open("wb") as file:
        for at in data_at:
            file.seek(at)
            file.write(os.urandom(1000))
        file.truncate(SPARSE_BYTES)
    if path.stat().st_blocks * 512 > MIB:
        pytest.skip("this file system has no holes")
    return path


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


HASH_OPFS: Final = """async () => {
  const found = {};
  async function walk(folder, path) {
    for await (const [name, entry] of folder.entries()) {
      const at = path ? `${path}/${name}` : name;
      if (at === "byway-kept") continue;
      if (entry.kind === "directory") { found[at] = "folder"; await walk(entry, at); continue; }
      const hash = await crypto.subtle.digest("SHA-256", await (await entry.getFile()).arrayBuffer());
      found[at] = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
    }
  }
  await walk(await navigator.storage.getDirectory(), "");
  return found;
}"""
"""Everything in the page's private file system, as path to hash (or "folder"), but for where the page keeps what is
unfinished; it is the folder that tests pick."""

PICK_OPFS: Final = """() => {
  window.showDirectoryPicker = () => navigator.storage.getDirectory();
  window.showSaveFilePicker = async ({ suggestedName }) =>
    (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
}"""
"""Pickers cannot be driven from outside; the handles that they would give are of the same kind as these."""


def tree(root: Path) -> dict[str, str]:
    """Everything below a folder, in the form of HASH_OPFS, with the folder's own name in front."""
    return {root.name: "folder"} | {
        f"{root.name}/{path.relative_to(root).as_posix()}": "folder" if path.is_dir() else digest(path)
        for path in root.rglob("*")
    }
