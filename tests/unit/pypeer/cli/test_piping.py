"""Reading standard input for a command."""

import io
import sys

import pytest

from pypeer.cli.piping import read_input
from pypeer.cli.show import Show
from pypeer.quiet import INTERRUPTED


class Interrupted(io.StringIO):
    """Somebody types, and then changes their mind."""

    def read(self, size: int | None = -1) -> str:
        """Ctrl-C."""
        raise KeyboardInterrupt


def test_all_of_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("two\nlines"))
    assert read_input(Show()) == "two\nlines"


def test_ctrl_c_ends_the_command_in_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", Interrupted())
    with pytest.raises(SystemExit) as ended:
        read_input(Show())
    assert ended.value.code == INTERRUPTED
    assert "Interrupted." in capsys.readouterr().err
