"""The hidden folder of a fetch."""

from pathlib import Path

import pytest

from pypeer.transfer.journal import Forgotten
from pypeer.transfer.workplace import Workplace


def test_what_has_the_same_top_names_has_the_same_workplace(tmp_path: Path) -> None:
    first = Workplace(tmp_path, ["a/x", "a/y", "b"]).folder
    assert first == Workplace(tmp_path, ["b", "a", "a/z"]).folder
    assert first != Workplace(tmp_path, ["a"]).folder
    assert first.parent == tmp_path


def test_the_next_run_reads_what_was_noted_and_until_then_nobody_else_works_there(tmp_path: Path) -> None:
    here, other = (Workplace(tmp_path / "new" / "folder", ["a"]) for _ in range(2))
    here.open()
    assert here.journal.records == []
    here.journal.note(Forgotten("one"))
    here.push()
    with pytest.raises(BlockingIOError):
        other.open()
    assert here.close()
    assert not here.close()
    here.push()
    other.open()
    assert other.journal.records == [Forgotten("one")]
    other.remove()
    assert not other.folder.exists()


def test_what_has_no_workplace_has_nothing_to_let_go_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    place = Workplace(tmp_path / "file", ["a"])
    with pytest.raises(FileExistsError):
        place.open()
    assert not place.close()
