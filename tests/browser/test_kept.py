"""A page that was closed and opened again goes on; of an offer only what is ticked is fetched; a limit is kept to."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Dialog, Locator, Page, expect

from tests.browser.real import (
    HASH_OPFS,
    MIB,
    PICK_OPFS,
    Site,
    Start,
    arrived,
    delivered,
    digest,
    look_at,
    random_file,
    share_files,
)

KEPT_BYTES = """async () => {
  let sum = 0;
  async function walk(folder) {
    for await (const entry of folder.values()) {
      if (entry.kind === "directory") await walk(entry); else sum += (await entry.getFile()).size;
    }
  }
  try { await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle("byway-kept")); } catch { }
  return sum;
}"""
"""What is kept in the page's private file system."""


@pytest.fixture
def person(site: Site) -> Iterator[BrowserContext]:
    """One person's browser, whose pages come and go."""
    context = site.browser.new_context(accept_downloads=True)
    yield context
    context.close()


def opened(person: BrowserContext, site: Site, pick: bool = False) -> Page:
    page = person.new_page()
    if pick:
        page.add_init_script(f"({PICK_OPFS})()")
    page.goto(site.url)
    expect(page.get_by_text("Online", exact=True)).to_be_visible(timeout=30_000)
    return page


def keep(page: Page, code: str) -> None:
    look_at(page, code)
    page.get_by_label("Go on later if this page is closed").check()


def asked_for(page: Page) -> None:
    """Count the chunks that the page asks for from now on (binary frames of type 1)."""
    page.add_init_script("""
      window.requests = 0;
      const send = RTCDataChannel.prototype.send;
      RTCDataChannel.prototype.send = function (data) {
        const view = ArrayBuffer.isView(data) ? data : new Uint8Array(data);
        if (view[0] === 1) window.requests += 1;
        return send.call(this, data);
      };
    """)


def test_a_page_that_was_closed_goes_on(site: Site, person: BrowserContext, pypeer: Start, tmp_path: Path) -> None:
    """Twice, the second time in the middle of what the first had not got; the file is the same in the end."""
    file = random_file(tmp_path / "größe.bin", 24 * MIB)
    sender = pypeer("send", file, "--limit", "6M")
    code = sender.until("ready")["code"]
    had = 0
    for _ in range(2):
        page = opened(person, site, pick=True)
        keep(page, code)
        page.get_by_role("button", name="Save the file…").click()
        page.wait_for_function("(had) => document.title.match(/(\\d+)\\s?%/)?.[1] > had", arg=had + 15, timeout=60_000)
        had = int("".join(filter(str.isdigit, page.title().partition("%")[0])))
        page.close(run_before_unload=False)
    page = person.new_page()
    page.add_init_script(f"({PICK_OPFS})()")
    asked_for(page)
    page.goto(site.url)
    look_at(page, code)
    expect(page.get_by_text("are kept here from before")).to_be_visible()
    expect(page.get_by_label("Go on later if this page is closed")).to_be_checked()
    page.get_by_role("button", name="Save the file…").click()
    arrived(page)
    assert page.evaluate("window.requests") <= 96 * (100 - had) / 100 + 2
    assert page.evaluate(HASH_OPFS)[file.name] == digest(file)
    assert page.evaluate(KEPT_BYTES) == 0
    sender.interrupt()


def test_kept_files_end_as_one_download(site: Site, person: BrowserContext, pypeer: Start, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "empty").write_bytes(b"")
    file = random_file(folder / "a.bin", 2 * MIB)
    sender = pypeer("send", folder)
    page = opened(person, site)
    keep(page, sender.until("ready")["code"])
    with page.expect_download(timeout=60_000) as started:
        page.get_by_role("button", name="Download as a zip").click()
    arrived(page)

    with zipfile.ZipFile(started.value.path()) as archive:
        assert set(archive.namelist()) == {"folder/", "folder/a.bin", "folder/empty"}
        assert archive.read("folder/a.bin") == file.read_bytes()
    assert page.evaluate(KEPT_BYTES) == 0
    sender.interrupt()


def test_what_was_damaged_meanwhile_or_changed_at_the_sender(
    site: Site, person: BrowserContext, pypeer: Start, tmp_path: Path
) -> None:
    """Nothing kept is believed without a look; a file of another time is another file."""
    file = random_file(tmp_path / "a.bin", 12 * MIB)
    sender = pypeer("send", file, "--limit", "4M")
    page = opened(person, site, pick=True)
    keep(page, sender.until("ready")["code"])
    page.get_by_role("button", name="Save the file…").click()
    page.wait_for_function("() => document.title.match(/(\\d+)\\s?%/)?.[1] > 30", timeout=60_000)
    page.close()
    page = opened(person, site, pick=True)
    page.evaluate("""async () => {
      const kept = await (await navigator.storage.getDirectory()).getDirectoryHandle("byway-kept");
      for await (const folder of kept.values()) for await (const [name, entry] of folder.entries()) {
        if (name === "journal") continue;
        const stream = await entry.createWritable({ keepExistingData: true });
        await stream.write({ type: "write", position: 1000, data: "damaged" });
        await stream.close();
      }
    }""")
    look_at(page, sender.events[-1]["code"])
    page.get_by_role("button", name="Save the file…").click()
    arrived(page)
    assert page.evaluate(HASH_OPFS)["a.bin"] == digest(file)
    sender.interrupt()


def test_only_what_is_ticked_is_fetched(site: Site, person: BrowserContext, pypeer: Start, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        (folder / name).write_text(name)
    sender = pypeer("send", folder)
    page = opened(person, site, pick=True)
    look_at(page, sender.until("ready")["code"])
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        page.get_by_role("checkbox", name=name).uncheck()
    expect(page.get_by_role("button", name="Save to a folder…")).to_be_disabled()
    page.get_by_role("checkbox", name="b.txt").check()
    page.get_by_role("button", name="Save to a folder…").click()
    arrived(page)
    assert set(page.evaluate(HASH_OPFS)) - {"byway-kept"} == {"folder", "folder/b.txt"}
    sender.interrupt()


def slow(limit: Locator, rate: int) -> None:
    """Choose a rate, in bytes a second, which the page does not offer."""
    limit.evaluate("(select, rate) => { select.options[1].value = rate; }", str(rate))
    limit.select_option(str(rate))


def test_a_limit_is_kept_to(site: Site, person: BrowserContext, pypeer: Start, tmp_path: Path) -> None:
    """At a byte a second nothing passes but the first chunk, for which nothing is saved up, while who has no limit, and
    comes later, is done."""
    file = random_file(tmp_path / "a.bin", 6 * MIB)
    sender = pypeer("send", file)
    code = sender.until("ready")["code"]
    page = person.new_page()
    page.add_init_script(f"({PICK_OPFS})()")
    asked_for(page)
    page.goto(site.url)
    look_at(page, code)
    slow(page.get_by_label("At most"), 1)
    page.get_by_role("button", name="Save the file…").click()
    page.wait_for_function("() => window.requests > 0", timeout=60_000)
    assert pypeer("get", code, "-o", tmp_path / "got").end() == 0
    assert digest(tmp_path / "got" / file.name) == digest(file)
    assert page.evaluate("window.requests") == 1
    page.close(run_before_unload=False)
    sender.interrupt()


def test_a_limit_is_shared_by_all_receivers(site: Site, person: BrowserContext, pypeer: Start, tmp_path: Path) -> None:
    """They would take ten minutes, which nobody waits for: then it is taken away, while they are served."""
    file = random_file(tmp_path / "a.bin", 15 * MIB)
    page = opened(person, site, pick=True)
    code = share_files(page, file)
    limit = page.get_by_label("All together at most")
    slow(limit, 50_000)
    receivers = [pypeer("get", code, "-o", tmp_path / name) for name in ("one", "two")]
    for receiver in receivers:
        receiver.until("path")
    unlimited = pypeer("send", file)
    assert pypeer("get", unlimited.until("ready")["code"], "-o", tmp_path / "three").end() == 0
    assert [receiver.process.poll() for receiver in receivers] == [None, None]
    limit.select_option("as fast as it goes")
    for receiver, name in zip(receivers, ("one", "two"), strict=True):
        assert receiver.end() == 0
        assert digest(tmp_path / name / file.name) == digest(file)
    delivered(page, 2)
    unlimited.interrupt()


def test_a_file_may_be_asked_for_before_the_others(
    site: Site, person: BrowserContext, pypeer: Start, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a.bin", "b.bin", "c.bin"):
        random_file(folder / name, 4 * MIB)
    sender = pypeer("send", folder, "--limit", "2M")
    page = opened(person, site, pick=True)
    look_at(page, sender.until("ready")["code"])
    page.get_by_role("button", name="Save to a folder…").click()
    page.get_by_role("button", name=re.compile("^Pause")).click()
    page.get_by_text("What is offered").click()
    page.get_by_role("button", name="Fetch c.bin first").click()
    page.get_by_role("button", name="Resume").click()
    whole = {f"folder/{path.name}": digest(path) for path in folder.iterdir()}
    stored: list[str] = []
    while not stored:
        page.wait_for_timeout(200)
        found = page.evaluate(HASH_OPFS)
        stored = [path for path, hash_ in whole.items() if found.get(path) == hash_]
    assert stored == ["folder/c.bin"]
    sender.interrupt()


def test_the_screen_stays_on_while_something_runs(
    site: Site, person: BrowserContext, pypeer: Start, tmp_path: Path
) -> None:
    """And no longer; a page that is closed meanwhile asks first."""
    file = random_file(tmp_path / "a.bin", 4 * MIB)
    sender = pypeer("send", file, "--limit", "2M")
    page = person.new_page()
    page.add_init_script(f"({PICK_OPFS})()")
    page.add_init_script("""
      window.held = 0;
      navigator.wakeLock.request = async () => {
        window.held += 1;
        return { release: async () => { window.held -= 1; } };
      };
    """)
    page.goto(site.url)
    look_at(page, sender.until("ready")["code"])
    assert page.evaluate("window.held") == 0
    page.get_by_role("button", name="Save the file…").click()
    page.wait_for_function("() => window.held === 1", timeout=60_000)
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", leave)
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    arrived(page)
    page.wait_for_function("() => window.held === 0")
    sender.interrupt()


def test_a_tab_in_the_background_is_not_slowed_down(
    site: Site, person: BrowserContext, pypeer: Start, tmp_path: Path
) -> None:
    """Browsers wake the timers of a hidden page once a minute: here they never wake at all, and a limited fetch, which
    lives by its timers, goes on."""
    file = random_file(tmp_path / "a.bin", 4 * MIB)
    sender = pypeer("send", file)
    page = person.new_page()
    page.add_init_script(f"({PICK_OPFS})()")
    page.goto(site.url)
    look_at(page, sender.until("ready")["code"])
    page.get_by_label("At most").select_option("1 MB/s")
    page.evaluate("""() => {
      window.setTimeout = () => 0;
      window.setInterval = () => 0;
      window.requestAnimationFrame = () => 0;
    }""")
    page.get_by_role("button", name="Save the file…").click()
    arrived(page)
    assert page.evaluate(HASH_OPFS)["a.bin"] == digest(file)
    sender.interrupt()
