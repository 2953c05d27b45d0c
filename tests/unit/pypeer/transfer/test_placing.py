"""Names are given once, and never taken away."""

import errno
import os
from pathlib import Path

import pytest

from pypeer.transfer.placing import ignores_case, make_folder, place_file


@pytest.fixture(params=["links", "no links"])
def part(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A complete part file, on a file system with hard links and on one without."""
    if request.param == "no links":

        def refuse(source: Path, target: Path) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "part").write_bytes(b"new")
    return tmp_path / "part"


def test_a_free_name_in_a_new_folder(part: Path) -> None:
    wanted, tried = part.with_name("a") / "b" / "c.txt", list[Path]()
    assert place_file(part, wanted, tried.append) == wanted
    assert tried == [wanted]
    assert wanted.read_bytes() == b"new"
    assert not part.exists()


def test_taken_names(part: Path) -> None:
    for name in ("c.txt", "c (1).txt"):
        part.with_name(name).write_bytes(b"old")
    part.with_name("c (2).txt").symlink_to("nowhere")
    tried: list[Path] = []
    placed = place_file(part, part.with_name("c.txt"), tried.append)
    assert placed.name == "c (3).txt"
    assert len(tried) == 4
    assert part.with_name("c.txt").read_bytes() == b"old"
    assert not part.with_name("nowhere").exists()


def test_other_errors_are_told(part: Path) -> None:
    with pytest.raises(OSError, match="File name too long"):
        place_file(part, part.with_name("x" * 300), lambda path: None)
    assert part.exists()


def test_a_failed_replacement_leaves_no_empty_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(FileNotFoundError):
        place_file(tmp_path / "missing", tmp_path / "x", lambda path: None)
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
