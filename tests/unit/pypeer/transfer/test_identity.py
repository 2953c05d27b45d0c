"""Whether a file is still the one that was scanned."""

import os
from pathlib import Path

import pytest

from pypeer.transfer.identity import Source, identity_of


def source(path: Path, may_grow: bool = False) -> Source:
    return Source(str(path.parent), path.name, identity_of(os.stat(path)), may_grow)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    path.write_text("one line\n")
    os.utime(path, ns=(1, 1))
    return path


def test_it_is_the_same_until_somebody_writes(file: Path) -> None:
    it = source(file)
    assert it.path == str(file)
    assert it.is_same(os.stat(file))
    os.utime(file, ns=(2, 2))
    assert not it.is_same(os.stat(file))


def test_one_that_may_grow_must_not_shrink_or_be_another(file: Path) -> None:
    it = source(file, may_grow=True)
    with file.open("a") as log:
        log.write("another line\n")
    assert it.is_same(os.stat(file))
    file.write_text("x")
    assert not it.is_same(os.stat(file))
    other = file.with_name("other")
    other.write_text("a longer text than it was\n")
    other.replace(file)
    assert not it.is_same(os.stat(file))
