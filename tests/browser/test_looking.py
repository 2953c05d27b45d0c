"""Files that are looked at in the page before they are kept: they show, and play, while they arrive."""

import os
import re
import struct
import wave
import zlib
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.real import Site, Start, arrived, digest
from tests.support.commands import Command

PLAYED: Final = "element => new Promise(done => { element.ontimeupdate = () => element.currentTime > 1 && done(); })"
"""Waits until a second of it was heard."""

RATE: Final = 48_000
SECONDS: Final = 600
"""Of sound, which takes minutes to come at the rate at which it is given: the test is over long before."""


MEMORY: Final = 128 * 2**20
"""What is shown from memory, at most (web/src/directory/showing.ts)."""

LOOKED: Final = """async () => {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("byway-looked", { create: true });
  return (await Array.fromAsync(folder.keys())).length;
}"""
"""How many files are on disk that were looked at."""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Something to look at, of each sort."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    tone(folder / "volcano sound.wav", SECONDS)
    (folder / "volcano picture.png").write_bytes(picture(320, 200))
    (folder / "volcano notes.txt").write_text("It smokes.\n<b>Still</b>.")
    (folder / "volcano page.svg").write_text("<svg/>")
    return folder


def tone(path: Path, seconds: int) -> Path:
    """Sound of 96 kB a second."""
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(b"".join(struct.pack("<h", (at * 97) % 20_000 - 10_000) for at in range(RATE)) * seconds)
    return path


def large(path: Path) -> Path:
    """The same sound, and then silence until it is too large for memory."""
    size = MEMORY + 2**20
    with path.open("r+b") as file:
        file.seek(4)
        file.write(struct.pack("<I", size - 8))
        file.seek(40)
        file.write(struct.pack("<I", size - 44))
    os.truncate(path, size)
    return path


def picture(width: int, height: int) -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xc0\x40\x20" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def publish(pypeer: Start, folder: Path, *options: str) -> Command:
    owner = pypeer("share", folder, "--name", "Shelf", "--yes", *options)
    while not owner.until("announced").get("whole"):
        pass
    return owner


def offered(page: Page, words: str) -> None:
    """Find it, and ask for it."""
    page.get_by_role("searchbox").fill(words)
    hits = page.get_by_role("list", name="Files that were found").get_by_role("button")
    hits.filter(has_text=words).click()
    expect(page.get_by_role("button", name=re.compile("^Decline"))).to_be_visible(timeout=60_000)


def look(page: Page) -> FrameLocator:
    page.get_by_role("button", name="Preview").click()
    return page.frame_locator("iframe.shown")


def test_sound_plays_while_it_arrives(site: Site, pypeer: Start, shelf: Path) -> None:
    publish(pypeer, shelf, "--limit", "300K")
    with site.open("#find") as page:
        offered(page, "volcano sound")
        sound = look(page).locator("audio")
        sound.evaluate("async element => { element.muted = true; await element.play(); }", timeout=60_000)
        sound.evaluate(PLAYED)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Receiving")
        assert sound.evaluate("element => Math.round(element.duration)") == SECONDS
        sound.evaluate("element => { element.currentTime = 500; }")
        sound.evaluate("element => new Promise(done => { element.onplaying = done; if (!element.seeking) done(); })")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Receiving")


def test_sound_that_is_too_large_for_memory_plays_from_disk_and_is_saved(
    site: Site, pypeer: Start, tmp_path: Path
) -> None:
    """Most of it is a hole, so it is large and comes quickly."""
    folder = tmp_path / "large"
    folder.mkdir()
    sound = large(tone(folder / "volcano sound.wav", 30))
    (folder / "volcano scan.png").write_bytes(picture(32, 20))
    os.truncate(folder / "volcano scan.png", MEMORY + 1)
    publish(pypeer, folder)
    with site.open("#find") as page:
        offered(page, "volcano sound")
        shown = look(page).locator("audio")
        shown.evaluate("async element => { element.muted = true; await element.play(); }", timeout=60_000)
        shown.evaluate(PLAYED)
        arrived(page)
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save", exact=True).click()
        assert digest(Path(saved.value.path())) == digest(sound)
        shown.evaluate("element => { element.currentTime = 600; }")
        shown.evaluate("element => new Promise(done => { element.onseeked = done; if (!element.seeking) done(); })")
        assert page.evaluate(LOOKED) == 1
        page.reload()
        page.wait_for_function(f"async () => await ({LOOKED})() === 0")
        page.get_by_role("link", name="Find files").click()
        offered(page, "volcano scan")
        expect(page.get_by_text("It is too large for a preview here. Fetch it to look at it.")).to_be_visible()
        expect(page.get_by_role("button", name="Preview")).to_have_count(0)


def test_a_picture_is_shown_and_saved(site: Site, pypeer: Start, shelf: Path) -> None:
    publish(pypeer, shelf)
    with site.open("#find") as page:
        offered(page, "volcano picture")
        image = look(page).locator("img")
        arrived(page)
        expect(page.get_by_text("It is in this page only.")).to_be_visible()
        image.evaluate("element => element.decode()")
        assert image.evaluate("element => element.naturalWidth") == 320
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save", exact=True).click()
        assert saved.value.suggested_filename == "volcano picture.png"
        assert digest(Path(saved.value.path())) == digest(shelf / "volcano picture.png")


def test_a_text_is_shown_as_it_is_and_what_could_act_is_not_shown(site: Site, pypeer: Start, shelf: Path) -> None:
    publish(pypeer, shelf)
    with site.open("#find") as page:
        offered(page, "volcano notes")
        page.get_by_role("button", name="Preview").click()
        text = page.get_by_role("region", name="Preview of volcano notes.txt")
        expect(text).to_have_text("It smokes.\n<b>Still</b>.")
        page.get_by_role("link", name="Find files").click()
        offered(page, "volcano page")
        expect(page.get_by_role("button", name="Preview")).to_have_count(0)
