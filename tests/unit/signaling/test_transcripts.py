"""The transcripts of docs/protocol.md, played to the server's core: the page and the program cannot drift apart.

A transcript is a fenced block of kind `transcript`. Its lines:

    ada connects                opens a WebSocket
    ada > {...}                 sends a message
    ada < {...}                 must be the next message that arrives
    ada breaks                  loses the connection, with all that has not arrived
    ada is closed with 4001     must have been closed by the server
    60 s pass                   moves the clock
    the server restarts         tells everybody, closes, and begins with nothing
    (anything else)             is a remark

Connections start in the order in which they are named. Randomness is that of Python's `random.Random(1)`.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from signaling.protocol.codec import encode
from signaling.protocol.codes import CloseCode
from tests.support.naive_index import NaiveIndex
from tests.support.scene import HOST, Scene, run

PAGE = Path(__file__).resolve().parents[3] / "docs" / "protocol.md"
BLOCKS = re.findall(r"^#### (.+?)\n.*?^```transcript\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
ADDRESSES = {"ada": "192.0.2.1", "bob": "192.0.2.2"}
REMARK = re.compile(r"\(.*\)")
LINE = re.compile(
    r"(?P<who>ada|bob) (?:(?P<way>[<>]) (?P<json>\{.*\})|(?P<verb>connects|breaks)|is closed with (?P<code>\d+))"
    r"|(?P<seconds>\d+) s pass|the server (?P<restarts>restarts)"
)


class Play:
    """One transcript as it is played."""

    def __init__(self) -> None:
        self.scene = Scene(index=NaiveIndex())
        self.connections: dict[str, int] = {}

    def line(self, text: str) -> None:
        """Play a line."""
        match = LINE.fullmatch(text)
        assert match, f"not a line of a transcript: {text}"
        who, seconds = match["who"], match["seconds"]
        if seconds:
            self.scene.wait(float(seconds))
        elif match["restarts"]:
            self._restart()
        elif match["verb"] == "connects":
            self.connections[who] = self.scene.connect(ADDRESSES[who], HOST)
        elif match["verb"] == "breaks":
            self.scene.lose(self.connections[who])
            self.scene.take(self.connections.pop(who))
        elif match["code"]:
            assert self.scene.closed[self.connections.pop(who)] == int(match["code"])
        elif match["way"] == ">":
            self.scene.say(self.connections[who], match["json"])
        else:
            assert self._next(who) == json.loads(match["json"])

    def end(self) -> None:
        """Nothing may be left unsaid."""
        for who, connection in self.connections.items():
            assert self.scene.take(connection) == [], who
            assert connection not in self.scene.closed, who

    def _next(self, who: str) -> Any:
        arriving = self.scene.sent[self.connections[who]]
        assert arriving, f"nothing arrives at {who}"
        return json.loads(encode(arriving.pop(0)))

    def _restart(self) -> None:
        scene = self.scene
        scene.hub.drain(soonest=1, spread=10, try_for=300)
        for connection in self.connections.values():
            run(scene.hub.close(connection, CloseCode.RESTARTING, scene.now))
        fresh = Scene(seed=2, index=NaiveIndex())
        fresh.sent, fresh.closed, fresh.now = scene.sent, scene.closed, scene.now
        fresh._connections = scene._connections
        self.scene = fresh


def play(block: str) -> None:
    """Play a transcript to its end."""
    stage = Play()
    for text in block.splitlines():
        if text and not REMARK.fullmatch(text):
            stage.line(text)
    stage.end()


def test_there_are_transcripts_of_what_matters() -> None:
    assert [title for title, _ in BLOCKS] == [
        "Signing in",
        "Open, knock, signal, leave",
        "A wrong locator",
        "Coming back after a broken connection",
        "A restart of the server",
        "The directory",
    ]


@pytest.mark.parametrize(("title", "block"), BLOCKS, ids=[title for title, _ in BLOCKS])
def test_the_server_says_what_the_page_says(title: str, block: str) -> None:
    play(block)


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda block: block.replace('"v":1', '"v":2', 1),
        lambda block: block.rstrip().rpartition("\n")[0],
        lambda block: block + 'ada < {"t":"pong","received":0}\n',
        lambda block: block + "ada dances\n",
    ],
    ids=["another value", "a line less", "a line more", "no line"],
)
def test_a_page_that_is_wrong_is_noticed(spoiled: Any) -> None:
    with pytest.raises(AssertionError):
        play(spoiled(BLOCKS[0][1]))
