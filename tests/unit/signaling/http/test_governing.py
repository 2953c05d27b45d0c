"""The operator's lists, from files."""

from pathlib import Path

import pytest

from pypeer.identity import Identity
from signaling.checks import SettingsError
from signaling.core.control import OPEN, Control
from signaling.http.governing import read
from signaling.settings import Settings


def test_without_lists_everything_is_open() -> None:
    assert read(Settings()) == OPEN


def test_lists_are_read(tmp_path: Path) -> None:
    ada, bob = Identity.new().id, Identity.new().id
    for name, text in (("allow", f"{ada}\n"), ("block", bob), ("takedown", f"{bob}\n{'a' * 16}\n")):
        (tmp_path / name).write_text(text)
    settings = Settings(
        access_word="correct horse",
        allow_peers=str(tmp_path / "allow"),
        block_peers=str(tmp_path / "block"),
        takedown=str(tmp_path / "takedown"),
    )
    assert read(settings) == Control(
        frozenset({ada}), "correct horse", frozenset({bob}), frozenset({bob}), frozenset({bytes(10)})
    )


def test_an_empty_list_allows_nobody(tmp_path: Path) -> None:
    (tmp_path / "allow").write_text("# nobody yet\n")
    assert read(Settings(allow_peers=str(tmp_path / "allow"))).allowed == frozenset()


@pytest.mark.parametrize("name", ["allow_peers", "block_peers", "takedown"])
def test_a_list_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / "list"
    with pytest.raises(SettingsError, match=f"{name}: cannot read .*list"):
        read(Settings(**{name: str(path)}))  # type: ignore[arg-type]
    path.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=f"{name}: cannot read .*list"):
        read(Settings(**{name: str(path)}))  # type: ignore[arg-type]
    path.write_text("ok?\n")
    with pytest.raises(SettingsError, match=f"{name}: .*list: line 1"):
        read(Settings(**{name: str(path)}))  # type: ignore[arg-type]


def test_a_short_access_word_is_refused() -> None:
    with pytest.raises(SettingsError, match="access_word"):
        Settings(access_word="sesame")
