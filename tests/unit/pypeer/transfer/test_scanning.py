"""What is offered when a person names files and folders."""

import os
from pathlib import Path

import pytest

from pypeer.errors import TransferError
from pypeer.protocol import limits
from pypeer.transfer.scanning import Links, Policy, Scan, scan_paths


def paths(scan: Scan) -> list[str]:
    return [entry.path + "/" * entry.folder for entry in scan.entries]


def test_a_folder_before_what_is_in_it_in_the_order_of_names(tmp_path: Path) -> None:
    for path in ("t/b/x", "t/a/y", "t/c"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"123")
    (tmp_path / "t/empty").mkdir()
    scan = scan_paths([tmp_path / "t"])
    assert paths(scan) == ["t/", "t/a/", "t/b/", "t/c", "t/empty/", "t/a/y", "t/b/x"]
    assert scan.title == "t"
    assert [entry.size for entry in scan.entries if not entry.folder] == [3, 3, 3]


def test_titles_and_names_of_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here/f").write_bytes(b"")
    monkeypatch.chdir(tmp_path / "here")
    assert paths(scan_paths([Path(".")])) == ["here/", "here/f"]
    assert paths(scan_paths([Path("..")]))[0] == f"{tmp_path.name}/"
    scan = scan_paths([Path("f"), Path("f"), Path("f")])
    assert paths(scan) == ["f", "f (2)", "f (3)"]
    assert scan.title == "f and 2 more"


def test_links(tmp_path: Path) -> None:
    tree = tmp_path / "t"
    (tree / "sub").mkdir(parents=True)
    (tree / "file").write_bytes(b"x")
    (tmp_path / "secret").write_bytes(b"s")
    for name, target in {
        "inside": "file",
        "out": "../secret",
        "absolute": str(tmp_path / "secret"),
        "folder": "sub",
        "loop": ".",
        "self": "self",
        "nowhere": "missing",
    }.items():
        (tree / name).symlink_to(target)
    scan = scan_paths([tree])
    assert paths(scan) == ["t/", "t/file", "t/inside", "t/sub/"]
    assert len(scan.skipped) == 6
    assert sum("link to a folder or out" in reason for reason in scan.skipped) == 4
    (tmp_path / "named").symlink_to("secret")
    assert paths(scan_paths([tmp_path / "named"])) == ["named"]


def test_what_is_no_file_is_left_out_and_does_not_block(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    os.mkfifo(tmp_path / "t/pipe")
    scan = scan_paths([tmp_path / "t"])
    assert paths(scan) == ["t/"]
    assert "neither a file nor a folder" in scan.skipped[0]
    with pytest.raises(TransferError, match=r"nothing to send: .*neither"):
        scan_paths([tmp_path / "t/pipe"])


def test_paths_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(TransferError, match=r"missing cannot be read: No such file"):
        scan_paths([tmp_path / "missing"])
    with pytest.raises(TransferError, match="nothing to send"):
        scan_paths([])


def test_unreadable_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read everything, so the answer of the system is replaced."""
    (tmp_path / "t/locked").mkdir(parents=True)
    (tmp_path / "t/f").write_bytes(b"")
    (tmp_path / "t/g").write_bytes(b"")
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("f"))
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    scan = scan_paths([tmp_path / "t"])
    assert paths(scan) == ["t/", "t/g", "t/locked/"]
    assert ["may not be read" in scan.skipped[0], "Permission denied" in scan.skipped[1]] == [True, True]


def test_names_that_are_no_unicode(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "t")
    os.mkdir(folder)
    for name in (b"\xff", b"\xfe"):
        with open(folder + b"/" + name, "wb"):
            pass
    assert paths(scan_paths([tmp_path / "t"])) == ["t/", "t/\ufffd", "t/\ufffd (2)"]


def test_too_many_and_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t").mkdir()
    for number in range(5):
        (tmp_path / f"t/file{number}").write_bytes(b"")
    monkeypatch.setattr(limits, "ENTRIES_MAX", 5)
    with pytest.raises(TransferError, match="more than 5 files") as caught:
        scan_paths([tmp_path / "t"])
    assert caught.value.code == "too-many-entries"
    monkeypatch.setattr(limits, "PATH_BYTES", 4)
    scan = scan_paths([tmp_path / "t"])
    assert paths(scan) == ["t/"]
    assert all("too long a path" in reason for reason in scan.skipped)


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """A folder with links to a file in it, to one outside, to a folder outside, and to itself."""
    folder = tmp_path / "folder"
    (tmp_path / "outside" / "deep").mkdir(parents=True)
    folder.mkdir()
    for path in (folder / "a", tmp_path / "outside" / "b", tmp_path / "outside" / "deep" / "c"):
        path.write_bytes(b"x")
    (tmp_path / "outside" / "deep" / "back").symlink_to("..")
    for name, target in (("in", "a"), ("out", "../outside/b"), ("far", "../outside"), ("self", "."), ("up", "..")):
        (folder / name).symlink_to(target)
    return folder


@pytest.mark.parametrize(
    ("links", "sent", "skipped"),
    [
        (Links.INSIDE, {"folder", "folder/a", "folder/in"}, 4),
        (Links.SKIP, {"folder", "folder/a"}, 5),
        (
            Links.FOLLOW,
            {
                *("folder", "folder/a", "folder/in", "folder/out"),
                *(f"folder/far{path}" for path in ("", "/b", "/deep", "/deep/c")),
            },
            3,
        ),
    ],
)
def test_links_by_policy(linked: Path, links: Links, sent: set[str], skipped: int) -> None:
    found = scan_paths([linked], Policy(links))
    assert {entry.path for entry in found.entries} == sent
    assert len(found.skipped) == skipped
    assert all("link" in why for why in found.skipped)


def test_what_the_policy_leaves_out_is_passed_over_with_all_that_is_in_it(tmp_path: Path) -> None:
    for path in ("t/keep/a", "t/drop/b", "t/drop/in/c", "t/d"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    asked: list[tuple[str, bool]] = []

    def leave_out(path: str, folder: bool) -> bool:
        asked.append((path, folder))
        return path in ("t/drop", "t/d")

    found = scan_paths([tmp_path / "t"], Policy(leave_out=leave_out, most=3))
    assert [entry.path for entry in found.entries] == ["t", "t/keep", "t/keep/a"]
    assert found.skipped == []
    assert set(asked) == {("t/drop", True), ("t/d", False), ("t/keep", True), ("t/keep/a", False)}
    with pytest.raises(TransferError, match="more than 2 files"):
        scan_paths([tmp_path / "t"], Policy(leave_out=leave_out, most=2))
