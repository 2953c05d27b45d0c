"""Names are given once, and never taken away."""

import errno
import os
from pathlib import Path

import pytest

from pypeer.transfer import placing
from pypeer.transfer.placing import ignores_case, make_folder, place_file


def refuse(source: str, target: str) -> None:
    """As a file system without hard links does."""
    raise PermissionError(errno.EPERM, "Operation not permitted")


@pytest.fixture(params=["renames", "links", "neither"])
def part(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A complete part file, where names are given without replacing in one step, by links, and where neither works."""
    if request.param != "renames":
        monkeypatch.setattr(placing, "_renameat2", lambda: None)
    if request.param == "neither":
        monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "part").write_bytes(b"new")
    return tmp_path / "part"


def test_a_free_name_in_a_new_folder(part: Path) -> None:
    wanted, tried = part.with_name("a") / "b" / "c.txt", list[str]()
    assert place_file(str(part), str(wanted), tried.append) == str(wanted)
    assert tried == [str(wanted)]
    assert wanted.read_bytes() == b"new"
    assert not part.exists()


def test_taken_names(part: Path) -> None:
    for name in ("c.txt", "c (1).txt"):
        part.with_name(name).write_bytes(b"old")
    part.with_name("c (2).txt").symlink_to("nowhere")
    tried: list[str] = []
    placed = place_file(str(part), str(part.with_name("c.txt")), tried.append)
    assert placed == str(part.with_name("c (3).txt"))
    assert len(tried) == 4
    assert part.with_name("c.txt").read_bytes() == b"old"
    assert not part.with_name("nowhere").exists()


def test_other_errors_are_told(part: Path) -> None:
    with pytest.raises(OSError, match="File name too long"):
        place_file(str(part), str(part.with_name("x" * 300)), lambda path: None)
    assert part.exists()


def test_a_failed_replacement_leaves_no_empty_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(FileNotFoundError):
        place_file(str(tmp_path / "missing"), str(tmp_path / "x"), lambda path: None)
    assert list(tmp_path.iterdir()) == []


def test_folders(tmp_path: Path) -> None:
    made = [make_folder(tmp_path / "a.b").name for _ in range(3)]
    assert made == ["a.b", "a (1).b", "a (2).b"]


def test_case_is_told_by_a_name_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert not ignores_case(tmp_path / "folder" / "not yet")
    (tmp_path / "FOLDER").symlink_to("folder")
    assert ignores_case(tmp_path / "folder" / "not yet")
    assert not ignores_case(Path("/"))
