"""One page that draws from several senders of the same: real commands, whose rate is held back."""

import hashlib
import re
import signal
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.real import (
    COUNT,
    HASH_OPFS,
    MIB,
    PICK_OPFS,
    Site,
    Start,
    add_sender,
    arrived,
    digest,
    look_at,
    look_at_all,
    random_file,
    received,
)
from tests.support.commands import Command

SIZE: Final = 12 * MIB

SLOW: Final = "1M"
"""What a sender gives: all together need seconds, in which something can happen."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Something to send."""
    return random_file(tmp_path / "same.bin", SIZE)


def code_of(sender: Command) -> str:
    return str(sender.until("ready")["code"])


def look_at_both(page: Page, senders: list[Command]) -> None:
    """What comes from each is counted."""
    page.evaluate(COUNT)
    look_at_all(page, *(code_of(sender) for sender in senders))


def take(page: Page, file: Path) -> None:
    """Download it, and see that it is what was sent."""
    with page.expect_download(timeout=60_000) as started:
        page.get_by_role("button", name="Download").click()
    arrived(page)
    assert digest(Path(started.value.path())) == digest(file)


def test_two_senders_share_the_work(site: Site, pypeer: Start, file: Path) -> None:
    senders = [pypeer("send", file, "--once", "--limit", SLOW) for _ in range(2)]
    with site.open() as page:
        look_at_both(page, senders)
        take(page, file)
        counts = received(page)
        assert len(counts) == 2
        assert max(counts) < 0.7 * SIZE, "each gave about half of it"
        assert sum(counts) < 1.2 * SIZE, "and little came twice"
    assert [sender.end() for sender in senders] == [0, 0]


@pytest.mark.parametrize("which", [0, 1], ids=["the first", "the second"])
def test_a_sender_that_is_killed_is_left_out_and_the_other_goes_on(
    site: Site, pypeer: Start, file: Path, which: int
) -> None:
    senders = [pypeer("send", file, "--limit", SLOW) for _ in range(2)]
    with site.open() as page:
        look_at_both(page, senders)
        with page.expect_download(timeout=60_000) as started:
            page.get_by_role("button", name="Download").click()
        page.wait_for_function("least => window.received.length == 2 && Math.min(...window.received) > least", arg=MIB)
        senders[which].process.send_signal(signal.SIGKILL)
        arrived(page)
        assert digest(Path(started.value.path())) == digest(file)
        assert received(page)[1 - which] > SIZE // 2


def test_one_that_joins_while_it_runs_gives_its_part(site: Site, pypeer: Start, file: Path) -> None:
    senders = [pypeer("send", file, "--limit", SLOW) for _ in range(2)]
    with site.open() as page:
        page.evaluate(COUNT)
        look_at(page, code_of(senders[0]))
        with page.expect_download(timeout=60_000) as started:
            page.get_by_role("button", name="Download").click()
        page.wait_for_function("least => window.received[0] > least", arg=MIB)
        add_sender(page, code_of(senders[1]))
        expect(page.get_by_text("Sends to you", exact=True)).to_have_count(2, timeout=60_000)
        arrived(page)
        assert digest(Path(started.value.path())) == digest(file)
        assert received(page)[1] > MIB


def test_who_offers_something_else_or_cannot_be_found_is_said_and_left_out(
    site: Site, pypeer: Start, file: Path, tmp_path: Path
) -> None:
    sender, other = pypeer("send", file), pypeer("send", random_file(tmp_path / "other.bin", MIB))
    code = code_of(sender)
    with site.open() as page:
        look_at(page, code)
        add_sender(page, code_of(other))
        part = page.get_by_role("region", name="Senders")
        said = "It offers something else than the first sender."
        expect(part.get_by_text(said)).to_be_visible(timeout=60_000)
        expect(page.get_by_role("status").filter(has_text=said)).to_have_count(1)
        add_sender(page, "999999-guitar-sunset")
        expect(part.get_by_text("Left out.")).to_have_count(2, timeout=60_000)
        add_sender(page, code)
        expect(page.get_by_text("This code is here already.")).to_be_visible()
        take(page, file)


def test_the_same_sums_with_other_content_are_found_out(site: Site, pypeer: Start, file: Path, tmp_path: Path) -> None:
    """Another name: only the list tells, which comes over the link."""
    sender, other = pypeer("send", file), pypeer("send", random_file(tmp_path / "another name.bin", SIZE))
    with site.open() as page:
        look_at_both(page, [sender, other])
        take(page, file)
        assert received(page)[1] < MIB
    assert other.until("error")["code"] == "declined"


PICK_LATE: Final = """() => {
  window.showSaveFilePicker = async ({ suggestedName }) => {
    const folder = await navigator.storage.getDirectory();
    await new Promise((resolve) => (window.choose = resolve));
    const handle = await folder.getFileHandle(suggestedName, { create: true });
    setTimeout(window.chosen);
    return handle;
  };
}"""
"""The person thinks about where to save it until CHOOSE."""

CHOOSE: Final = "() => new Promise((resolve) => { window.chosen = resolve; window.choose(); })"
"""Ends once the page knows the place, in the turn of its event loop after that."""


def test_a_place_that_was_picked_for_one_offer_gets_no_other(
    site: Site, pypeer: Start, file: Path, tmp_path: Path
) -> None:
    """The first sender goes while the dialogue is open, and the second offers as much under another name."""
    other = random_file(tmp_path / "another name.bin", SIZE)
    first, second = pypeer("send", file), pypeer("send", other)
    save = re.compile("^Save the file")
    with site.open() as page:
        look_at_both(page, [first, second])
        page.evaluate(PICK_LATE)
        page.get_by_role("button", name=save).click()
        first.interrupt()
        expect(page.get_by_role("heading", level=2).filter(has_text=other.name)).to_be_visible(timeout=60_000)
        page.evaluate(CHOOSE)
        page.evaluate(PICK_OPFS)
        page.get_by_role("button", name=save).click()
        arrived(page)
        empty = hashlib.sha256().hexdigest()
        assert page.evaluate(HASH_OPFS) == {file.name: empty, other.name: digest(other)}
