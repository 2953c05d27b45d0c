"""Every pair of page and pypeer, with real files: what arrives is what was sent."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.real import (
    HASH_OPFS,
    MIB,
    PICK_OPFS,
    Site,
    Start,
    arrived,
    delivered,
    digest,
    download,
    look_at,
    random_file,
    share_files,
    share_folder,
    tree,
)

LARGE = 200 * MIB
"""What two pages, each with little memory, carry between them."""

MIDDLE = 64 * MIB
"""What a page and a command carry: as much as shows that it flows, in half a minute of a busy machine."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real 200 MiB file with a name of its own."""
    return random_file(tmp_path_factory.mktemp("large") / "größe 大.bin", LARGE)


@pytest.fixture(scope="module")
def middle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A third of it."""
    return random_file(tmp_path_factory.mktemp("middle") / "größe 大.bin", MIDDLE)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 5,000 small files, with empty ones, empty folders and names in many scripts."""
    root = tmp_path_factory.mktemp("many") / "álbum 相册"
    for number in range(5000):
        folder = root / f"part {number // 500}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number} — ファイル.txt").write_bytes(b"%d" % number * (number % 50))
    (root / "empty" / "deeper").mkdir(parents=True)
    return root


def heap_mib(page: Page) -> float:
    """What the page's JavaScript holds, buffers included, in MiB."""
    devtools = page.context.new_cdp_session(page)
    usage = devtools.send("Runtime.getHeapUsage")
    devtools.detach()
    return float(usage["usedSize"] + usage.get("backingStorageSize", 0)) / MIB


def test_page_to_page(site: Site, large: Path) -> None:
    with site.open() as sender, site.open() as receiver:
        got = download(receiver, share_files(sender, large))
        peak = 0.0
        while receiver.get_by_role("heading", level=1).inner_text().startswith("Receiving"):
            peak = max(peak, heap_mib(sender), heap_mib(receiver))
            receiver.wait_for_timeout(1000)
        arrived(receiver)
        delivered(sender)
        assert got.suggested_filename == large.name
        assert digest(Path(got.path())) == digest(large)
        assert 0 < peak < 200
        expect(sender.locator(".receivers")).to_contain_text(re.compile("On this machine|Same network"))


def test_page_to_pypeer_and_a_limit_that_is_lifted_meanwhile(
    site: Site, pypeer: Start, middle: Path, tmp_path: Path
) -> None:
    with site.open() as sender:
        code = share_files(sender, middle)
        limit = sender.get_by_label("All together at most")
        limit.select_option("250 kB/s")  # four minutes for all of it
        receiver = pypeer("get", code, "-o", tmp_path / "got")
        while receiver.until("progress")["bytes"] == 0:
            pass
        limit.select_option("as fast as it goes")
        assert receiver.end() == 0
        delivered(sender)
        assert digest(tmp_path / "got" / middle.name) == digest(middle)


def test_pypeer_to_page(site: Site, pypeer: Start, middle: Path) -> None:
    sender = pypeer("send", middle, "--once")
    with site.open() as receiver:
        got = download(receiver, sender.until("ready")["code"])
        arrived(receiver)
        assert digest(Path(got.path())) == digest(middle)
        assert sender.end() == 0


def test_a_page_is_served_beside_those_who_help_each_other(site: Site, pypeer: Start, tmp_path: Path) -> None:
    source = random_file(tmp_path / "shared.bin", 8 * MIB)
    sender = pypeer("send", source, "--swarm", "--times", 3, "--limit", "1M")
    code = sender.until("ready")["code"]
    helpers = [pypeer("get", code, "-o", tmp_path / f"got{number}") for number in range(2)]
    with site.open() as receiver:
        got = download(receiver, code)
        arrived(receiver)
        assert digest(Path(got.path())) == digest(source)
    assert [helper.end() for helper in helpers] == [0, 0]
    assert sender.end() == 0


def test_pypeer_to_pypeer(pypeer: Start, large: Path, tmp_path: Path) -> None:
    sender = pypeer("send", large, "--once")
    receiver = pypeer("get", sender.until("ready")["code"], "-o", tmp_path / "got")
    assert (receiver.end(), sender.end()) == (0, 0)
    assert digest(tmp_path / "got" / large.name) == digest(large)


def test_a_folder_of_5000_files_from_page_to_a_picked_folder_and_to_pypeer(
    site: Site, pypeer: Start, many: Path, tmp_path: Path
) -> None:
    whole = tree(many)
    with site.open() as sender, site.open() as receiver:
        code = share_folder(sender, many)
        receiver.evaluate(PICK_OPFS)
        look_at(receiver, code)
        receiver.get_by_role("button", name="Save to a folder…").click()
        arrived(receiver)
        delivered(sender)
        assert receiver.evaluate(HASH_OPFS) == whole
        command = pypeer("get", code, "-o", tmp_path / "got")
        assert command.end() == 0
        delivered(sender, 2)
        assert tree(tmp_path / "got" / many.name) == whole


def test_a_folder_of_5000_files_from_pypeer_to_page_as_a_zip(
    site: Site, pypeer: Start, many: Path, tmp_path: Path
) -> None:
    sender = pypeer("send", many, "--once")
    with site.open() as receiver:
        got = download(receiver, sender.until("ready")["code"])
        arrived(receiver)
        assert sender.end() == 0
        with zipfile.ZipFile(got.path()) as archive:
            archive.extractall(tmp_path / "unpacked")
        assert tree(tmp_path / "unpacked" / many.name) == tree(many)


def test_one_picked_file_is_saved_under_its_name(site: Site, pypeer: Start, tmp_path: Path) -> None:
    source = random_file(tmp_path / "a b.bin", 3 * MIB + 5)
    sender = pypeer("send", source, "--once")
    with site.open() as receiver:
        receiver.evaluate(PICK_OPFS)
        look_at(receiver, sender.until("ready")["code"])
        receiver.get_by_role("button", name="Save the file…").click()
        arrived(receiver)
        assert receiver.evaluate(HASH_OPFS) == {"a b.bin": digest(source)}
    assert sender.end() == 0


def test_an_empty_file_arrives_everywhere(site: Site, pypeer: Start, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    with site.open() as sender, site.open() as receiver:
        code = share_files(sender, empty)
        assert pypeer("get", code, "-o", tmp_path / "got").end() == 0
        assert (tmp_path / "got" / "empty.txt").stat().st_size == 0
        got = download(receiver, code)
        arrived(receiver)
        assert Path(got.path()).stat().st_size == 0


def test_texts_go_both_ways(site: Site, pypeer: Start) -> None:
    text = "zwei Zeilen\n<b>und</b> 🎈"
    sender = pypeer("send", "--text", text, "--once")
    with site.open() as page:
        look_at(page, sender.until("ready")["code"])
        page.get_by_role("button", name="Show the text").click()
        arrived(page)
        assert page.get_by_role("region", name="Text").inner_text() == text
        assert sender.end() == 0
    with site.open() as page:
        page.get_by_role("button", name="Write a text").click()
        page.get_by_label("Text", exact=True).fill(text)
        page.get_by_role("button", name="Get a code").click()
        link = page.get_by_label("Link", exact=True)
        expect(link).to_be_visible(timeout=30_000)
        receiver = pypeer("get", link.input_value())
        assert receiver.end() == 0
        assert receiver.one("text")["text"] == text


def test_several_receivers_of_one_code_each_have_a_row(site: Site, pypeer: Start, tmp_path: Path) -> None:
    source = random_file(tmp_path / "shared.bin", 8 * MIB)
    with site.open() as sender, site.open() as other:
        code = share_files(sender, source)
        receivers = [pypeer("get", code, "-o", tmp_path / f"got{number}") for number in range(2)]
        got = download(other, code)
        arrived(other)
        assert [receiver.end() for receiver in receivers] == [0, 0]
        delivered(sender, 3)
        expect(sender.locator(".receivers > li")).to_have_count(3)
        assert digest(Path(got.path())) == digest(source)


def test_pause_resume_and_cancel_between_page_and_pypeer(
    site: Site, pypeer: Start, large: Path, tmp_path: Path
) -> None:
    with site.open() as sender:
        receiver = pypeer("get", share_files(sender, large), "-o", tmp_path / "got")
        while receiver.until("progress")["bytes"] == 0:
            pass  # the page cancels without a question while nothing has arrived
        sender.get_by_role("button", name=re.compile("^Pause")).click()
        assert receiver.until("paused")["by"] == "them"
        sender.get_by_role("button", name="Resume").click()
        receiver.until("resumed")
        receiver.until("progress")
        sender.get_by_role("button", name=re.compile("^Cancel")).click()
        sender.get_by_role("dialog").get_by_role("button").first.click()
        assert receiver.end() == 1
        assert receiver.one("error")["code"] == "cancelled"
        assert not (tmp_path / "got" / large.name).exists()


def test_a_link_consumes_nothing_until_the_person_acts(site: Site, pypeer: Start) -> None:
    sender = pypeer("send", "--text", "x", "--once")
    code = sender.until("ready")["code"]
    with site.open(f"#{code}") as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("Someone wants to send you files")
    with site.open(f"#{code}") as page:
        page.get_by_role("button", name="See what is offered").click()
        page.get_by_role("button", name="Show the text").click()
        arrived(page)
    assert sender.end() == 0
    assert len([event for event in sender.events if event["event"] == "joined"]) == 1


def test_wrong_words_and_unknown_codes_are_told(site: Site, pypeer: Start) -> None:
    sender = pypeer("send", "--text", "x")
    locator = str(sender.until("ready")["code"]).partition("-")[0]
    with site.open() as page:
        for text, said in ((f"{locator}-zoo-zoo", "words"), ("9999999-zoo-zoo", "code")):
            page.goto(site.url)
            page.get_by_label("Code", exact=True).fill(text)
            page.get_by_role("button", name="See what is offered").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("That did not work", timeout=60_000)
            expect(page.locator("main")).to_contain_text(said)
    assert sender.until("guessed")["left"] == 2


def test_declining_is_told_to_the_sender(site: Site, pypeer: Start) -> None:
    sender = pypeer("send", "--text", "x")
    with site.open() as page:
        look_at(page, sender.until("ready")["code"])
        page.get_by_role("button", name=re.compile("^Decline")).click()
        assert sender.until("error")["code"] == "declined"


def test_page_and_pypeer_agree_on_names(site: Site, pypeer: Start) -> None:
    with site.open() as page:
        page.get_by_role("button", name="Write a text").click()
        page.get_by_label("Text", exact=True).fill("x")
        page.get_by_role("button", name="Get a code").click()
        link = page.get_by_label("Link", exact=True)
        expect(link).to_be_visible(timeout=30_000)
        receiver = pypeer("get", link.input_value())
        assert receiver.end() == 0
        short = receiver.one("joined")["short"]
        expect(page.get_by_role("button", name="You: ")).to_contain_text(short)
