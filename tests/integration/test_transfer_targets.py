"""Where nothing can be written, or less than it takes; and what a hostile sender would have written."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pypeer import events
from pypeer.protocol import messages
from pypeer.transfer.effects import Outcome
from pypeer.transfer.sources import OfferedTree, Text, scan
from tests.support.transfers import code, hostile, make, noted, start, stop_midway, transfer, tree_of, visible
from tests.vectors.stream import stream


async def test_names_that_are_changed_are_told(tmp_path: Path, into: Path) -> None:
    run = start(hostile(messages.Entry(path="a:b"), messages.Entry(path="fine"), messages.Entry(path="x?")), into)
    await run.run()
    assert noted(run) == ["names that not every system can hold were changed: 'a:b' is 'a_b', 'x?' is 'x_'"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


async def test_too_little_room_is_noticed_before_it_starts(tmp_path: Path, small_disk: Path) -> None:
    tree = make(tmp_path / "tree", {"a": stream(9_000_000)})
    run = start(await scan([tree]), small_disk)
    ends = await run.run()
    assert [code(end) for end in ends] == ["no-space", "no-space"]
    assert not run.of("receiver", events.Accepted)
    assert list(small_disk.iterdir()) == []


async def test_a_disk_that_fills_up_midway_and_going_on_with_more_room(tmp_path: Path, small_disk: Path) -> None:
    """Room for a file is reserved when it is begun, so another of the same offer is what finds none."""
    tree = make(tmp_path / "tree", {name: stream(2_000_000, name.encode()) for name in "abc"})
    run = start(await scan([tree]), small_disk)

    def fill(frame: bytes) -> bytes:
        if run.made[0][0].sent == 30:
            (small_disk / "other").write_bytes(bytes(4_000_000))
        return frame

    run.prepare = lambda left, right: setattr(left, "change", fill)
    ends = await run.run()
    assert [code(end) for end in ends] == ["no-space", "no-space"]
    assert visible(small_disk).keys() <= {"other", "tree/a", "tree/b"}
    (small_disk / "other").unlink()
    sender, _ = await start(await scan([tree]), small_disk).run()
    assert sender == Outcome(3, 6_000_000, 0)
    assert tree_of(small_disk / "tree") == tree_of(tree)


async def test_a_target_that_cannot_be_written(tmp_path: Path, small_disk: Path) -> None:
    tree = make(tmp_path / "tree", {"a": b"a"})
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    ends = await transfer(tree, into=small_disk)
    assert [code(end) for end in ends] == ["unwritable", "unwritable"]
    assert "Read-only file system" in str(ends[1])


async def test_a_target_that_is_a_file(tmp_path: Path, into: Path) -> None:
    tree = make(tmp_path / "tree", {"a": b"a"})
    into.write_bytes(b"")
    ends = await transfer(tree, into=into)
    assert [code(end) for end in ends] == ["unwritable", "unwritable"]


@pytest.mark.parametrize(
    "path", ["../x", "/tmp/x", "a/../../x", "C:/x", "a\0b", ".", "..", "a//b", "a/", "\\\\..\\x/../y"]
)
async def test_paths_that_lead_out(into: Path, path: str) -> None:
    ends = await start(hostile(messages.Entry(path=path, size=1)), into).run()
    assert [code(end) for end in ends] == ["bad-manifest", "bad-manifest"]
    assert not into.exists()


async def test_names_that_deceive(into: Path) -> None:
    names = [
        "..\\..\\x",
        "CON",
        "a\u202egpj.exe",
        "x" * 1000 + ".txt",
        "nul.",
        "a:b",
        "\x1b]0;x\x07",
        "A",
        "a",
        "\u00e9",
        "e\u0301",
    ]
    _, outcome = await start(hostile(*(messages.Entry(path=name, size=1) for name in names)), into).run()
    assert isinstance(outcome, Outcome)
    found = sorted(path.name for path in into.iterdir())
    assert found == sorted(
        [
            ".._.._x",
            "_CON",
            "a_gpj.exe",
            "x" * 251 + ".txt",
            "_nul_",
            "a_b",
            "_]0;x_",
            "A",
            "a",
            "\u00e9",
            "e\u0301 (2)",
        ]
    )


async def test_a_file_as_large_as_can_be_said(into: Path) -> None:
    ends = await start(hostile(messages.Entry(path="a", size=2**53 - 1)), into).run()
    assert [code(end) for end in ends] == ["no-space", "no-space"]
    assert list(into.iterdir()) == []


async def test_a_text_that_is_none(into: Path) -> None:
    tree = OfferedTree([messages.Entry(path="t", size=2)], Text(b"\xff\xfe"), "", text=True)
    run = start(tree, into)
    sender, receiver = await run.run()
    assert (sender, receiver) == (Outcome(0, 0, 1), Outcome(0, 0, 1))
    assert not run.of("receiver", events.Text)
    (failed,) = run.of("receiver", events.FileFailed)
    assert isinstance(failed, events.FileFailed)
    assert (failed.code, failed.message) == ("corrupt", "the text is not in UTF-8")


async def test_a_link_in_the_target_is_not_followed(tmp_path: Path, into: Path) -> None:
    """Somebody who can write beside us turns the top folder into a link; a new one is made instead."""
    tree = make(tmp_path / "tree", {"a": stream(8_000_000)})
    await stop_midway(await scan([tree]), into)
    outside = tmp_path / "outside"
    outside.mkdir()
    (into / "tree").rmdir()
    (into / "tree").symlink_to(outside)
    await start(await scan([tree]), into).run()
    assert list(outside.iterdir()) == []
    assert tree_of(into / "tree (1)") == tree_of(tree)
