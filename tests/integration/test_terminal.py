"""`pypeer` at a terminal, where a person is asked, and where what others send must not do anything."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.commands import Command, Server
from tests.support.terminal import Terminal

CTRL_C, CTRL_D = "\x03", "\x04"


@pytest.fixture
def terminal(tmp_path: Path, server: Server) -> Iterator[Callable[..., Terminal]]:
    """Start `pypeer ARGUMENTS` at a terminal."""
    started: list[Terminal] = []

    def start(*arguments: str | Path) -> Terminal:
        started.append(Terminal(tmp_path / f"terminal{len(started)}", server.url, *map(str, arguments)))
        return started[-1]

    yield start
    for each in started:
        each.discard()


@pytest.fixture
def code(pypeer: Callable[..., Command], tmp_path: Path) -> str:
    """A file that is offered."""
    (tmp_path / "notes.txt").write_text("notes")
    return str(pypeer("send", tmp_path / "notes.txt").until("ready")["code"])


@pytest.mark.parametrize(("keys", "status"), [("\r", 0), ("Yes\r", 0), ("what?\ry\r", 0), ("n\r", 3), (CTRL_D, 3)])
def test_a_person_is_asked_after_the_offer_is_shown(
    terminal: Callable[..., Terminal], code: str, tmp_path: Path, keys: str, status: int
) -> None:
    getting = terminal("get", code, "-o", tmp_path / "got")
    shown = getting.until("Get 1 file, 5 bytes? [Y/n]: ")
    assert "notes.txt: 1 file, 5 bytes." in shown
    getting.press(keys)
    assert getting.end() == status
    assert (tmp_path / "got" / "notes.txt").exists() == (status == 0)


def test_ctrl_c_at_the_question_ends_it_at_once(terminal: Callable[..., Terminal], code: str, tmp_path: Path) -> None:
    getting = terminal("get", code, "-o", tmp_path / "got")
    getting.until("[Y/n]: ")
    getting.press(CTRL_C)
    assert getting.end() == 130
    assert not (tmp_path / "got").exists()


def test_a_text_cannot_steer_the_terminal_and_arrives_as_it_is_in_a_pipe(
    terminal: Callable[..., Terminal], pypeer: Callable[..., Command]
) -> None:
    text = "one\n\x1b]0;owned\x07two"
    code = pypeer("send", "--text", text).until("ready")["code"]
    getting = terminal("get", code, "--yes")
    assert getting.end() == 0
    assert "one\r\n\ufffd]0;owned\ufffdtwo" in getting.shown
    assert pypeer("get", code, json_events=False).process.communicate(timeout=60)[0] == f"{text}\n"


def test_the_link_as_a_qr_code(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    sending = terminal("send", "--text", "x", "--qr")
    assert "\x1b[97;40m\u2588\u2588\u2588\u2588" in sending.until("Waiting for a receiver")
    sending.press(CTRL_C)
    assert sending.end() == 130


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A folder to share."""
    (tmp_path / "Music").mkdir()
    (tmp_path / "Music" / "so what.flac").write_bytes(b"notes")
    return tmp_path / "Music"


def test_who_shares_sees_what_and_to_whom_before_anything_goes_out(
    terminal: Callable[..., Terminal], pypeer: Callable[..., Command], music: Path, server: Server
) -> None:
    sharing = terminal("share", music, "--name", "Terminal")
    shown = sharing.until("Publish that? [Y/n]: ")
    assert f"To be published: 1 file, 5 bytes of {music} as “Terminal” to everybody at {server.url}." in shown
    sharing.press("n\r")
    assert sharing.end() == 3
    assert "Nothing was published." in sharing.shown
    assert pypeer("search", "so what").end() == 4


def test_an_owner_is_asked_at_the_terminal(
    terminal: Callable[..., Terminal], pypeer: Callable[..., Command], music: Path, tmp_path: Path
) -> None:
    sharing = terminal("share", music, "--name", "Terminal", "--ask", "--yes")
    sharing.until("Others find 1 file.")
    search = pypeer("search", "so what")
    assert search.end() == 0
    handle = search.one("hit")["handle"]
    for keys, status in (("\r", 3), ("y\r", 0)):
        getting = pypeer("get", handle, "-o", tmp_path / "got", "--why", "for the choir")
        sharing.until("have it? [y/N]: ")
        assert "asks for so what.flac: 1 file, 5 bytes. They say: for the choir" in sharing.shown
        sharing.shown = ""
        sharing.press(keys)
        assert getting.end() == status
        assert (tmp_path / "got" / "so what.flac").exists() == (status == 0)
    sharing.press(CTRL_C)
    assert sharing.end() == 130
