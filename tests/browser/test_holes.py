"""Files that are nearly all hole, from a real command to a page: what is known to be zero is not sent."""

import zipfile
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page

from tests.browser.real import (
    COUNT,
    DATA_AT,
    HASH_OPFS,
    MIB,
    PICK_OPFS,
    Site,
    Start,
    arrived,
    digest,
    look_at,
    received,
    sparse_file,
    tree,
)

WIRE: Final = MIB
"""Two chunks with something in them, and all that is said around them."""


def take(page: Page, code: str, button: str, keep: bool = False) -> None:
    """Fetch it there."""
    page.evaluate(COUNT)
    look_at(page, code)
    if keep:
        page.get_by_label("Go on later if this page is closed").check()
    page.get_by_role("button", name=button).click()


@pytest.mark.parametrize("data_at", [DATA_AT, ()], ids=["some data", "none at all"])
@pytest.mark.parametrize("keep", [False, True], ids=["as it comes", "kept first"])
def test_a_download_gets_zeros_in_their_turn(
    site: Site, pypeer: Start, tmp_path: Path, data_at: tuple[int, ...], keep: bool
) -> None:
    file = sparse_file(tmp_path / "sparse.bin", data_at)
    sender = pypeer("send", file, "--once")
    with site.open() as page:
        with page.expect_download(timeout=120_000) as started:
            take(page, sender.until("ready")["code"], "Download", keep)
        arrived(page)
        assert digest(Path(started.value.path())) == digest(file)
        assert sum(received(page)) < WIRE
    assert sender.end() == 0


@pytest.mark.parametrize("keep", [False, True], ids=["as it comes", "kept first"])
def test_a_picked_folder_gets_files_as_long_as_they_are(site: Site, pypeer: Start, tmp_path: Path, keep: bool) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    sparse_file(folder / "sparse.bin")
    sparse_file(folder / "empty of data.bin", ())
    sender = pypeer("send", folder, "--once")
    with site.open() as page:
        page.evaluate(PICK_OPFS)
        take(page, sender.until("ready")["code"], "Save to a folder", keep)
        arrived(page)
        assert page.evaluate(HASH_OPFS) == tree(folder)
        assert sum(received(page)) < WIRE
    assert sender.end() == 0


def test_an_archive_gets_them_too(site: Site, pypeer: Start, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    sparse_file(folder / "a.bin", ())
    sparse_file(folder / "b.bin")
    sender = pypeer("send", folder, "--once")
    with site.open() as page:
        with page.expect_download(timeout=120_000) as started:
            take(page, sender.until("ready")["code"], "Download")
        arrived(page)
        with zipfile.ZipFile(started.value.path()) as archive:
            archive.extractall(tmp_path / "got")
        assert sum(received(page)) < WIRE
    assert tree(tmp_path / "got" / folder.name) == tree(folder)
    assert sender.end() == 0
