"""Part files: when what was written begins to leave for the disk."""

import os
from pathlib import Path

import pytest

from pypeer.transfer import parts
from pypeer.transfer.parts import UNSYNCED_BYTES, Parts
from pypeer.transfer.syncing import begin_sync

STEP = UNSYNCED_BYTES // 4


def test_what_was_written_leaves_for_the_disk_by_large_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    monkeypatch.setattr(parts, "begin_sync", lambda handle: begun.append(os.fstat(handle).st_ino))
    made = Parts(tmp_path)
    for number in range(9):
        for key in ("a", "b"):
            made.write(key, bytes(STEP), number * STEP)
    a, b = (made.path(key).stat().st_ino for key in ("a", "b"))
    assert begun == [a, b, a, b]
    made.close("a")
    for number in range(3):
        made.write("a", bytes(STEP), number * STEP)
    assert begun == [a, b, a, b]
    made.close_all()


def test_beginning_changes_nothing_of_the_file(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w+b", buffering=0) as file:
        file.write(b"content")
        begin_sync(file.fileno())
        file.seek(0)
        assert file.read() == b"content"


def test_that_it_cannot_be_done_is_no_matter_yet() -> None:
    reading, writing = os.pipe()
    begin_sync(writing)
    os.close(reading)
    os.close(writing)
