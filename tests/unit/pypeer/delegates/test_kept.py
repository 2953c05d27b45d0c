"""Copies that are kept for somebody, and what is served of them when somebody has touched them."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pypeer.delegates import kept
from pypeer.delegates.kept import KeptTree
from pypeer.delegates.record import Item, Record, State
from pypeer.octets import Lasting
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.transfer.effects import Read
from pypeer.transfer.identity import identity_of
from pypeer.transfer.recovery import root_of
from pypeer.transfer.storing import Lost

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sea.jpg"
    path.write_bytes(CONTENT)
    return path


def tree(file: Path, is_known: bool = True) -> KeptTree:
    """Of one file, and what it was when it had come, if that is known."""
    root = root_of(file, len(CONTENT))
    assert root is not None
    entry = Entry(path=file.name, size=len(CONTENT), root=root.hex())
    item = Item(entry, file.name, identity_of(os.lstat(file)) if is_known else b"")
    record = Record(b"o" * 32, "A" * 22, "Anna", "http://localhost:8080/", file.parent, State.SERVING, 1000.0)
    return KeptTree(replace(record, items=(item,)))


def first(tree: KeptTree) -> Lasting | Lost:
    [result] = tree.read([Read(0, 1, 0, 0)])
    return result


def touch(file: Path) -> None:
    os.utime(file, ns=(1, 1))


def test_what_nobody_has_touched_is_not_hashed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = tree(file)
    monkeypatch.delattr(kept, "root_of")
    assert isinstance(first(served), bytes)


@pytest.mark.parametrize("is_known", [True, False])
def test_what_is_still_the_same_is_served_and_hashed_once(
    file: Path, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    served = tree(file, is_known)
    touch(file)
    assert isinstance(first(served), bytes)
    monkeypatch.delattr(kept, "root_of")
    assert isinstance(first(served), bytes)


@pytest.mark.parametrize("content", [CONTENT[::-1], CONTENT + b"more", CONTENT[:-1]])
def test_what_has_changed_is_refused_and_looked_at_once(
    file: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    served = tree(file)
    file.write_bytes(content)
    touch(file)
    lost = first(served)
    assert isinstance(lost, Lost)
    assert (lost.code, lost.detail) == (EndCode.CHANGED, "")
    assert "Anna has to hand it over once more" in lost.message
    monkeypatch.delattr(kept, "root_of")
    assert isinstance(first(served), Lost)


def test_what_was_put_back_is_served_again(file: Path) -> None:
    served = tree(file)
    file.write_bytes(CONTENT[::-1])
    touch(file)
    assert isinstance(first(served), Lost)
    file.write_bytes(CONTENT)
    os.utime(file, ns=(2, 2))
    assert isinstance(first(served), bytes)


def test_what_is_gone_is_told_as_gone(file: Path) -> None:
    served = tree(file)
    file.unlink()
    lost = first(served)
    assert isinstance(lost, Lost)
    assert lost.code is EndCode.VANISHED
