"""The server counts knocks from one address, real commands and a real server: who knows the words is not counted."""

import os
from collections.abc import Callable
from pathlib import Path

from tests.support.commands import Command, running_server


def test_many_who_know_the_words_may_come_and_one_who_guesses_may_not(
    pypeer: Callable[..., Command], tmp_path: Path
) -> None:
    source = tmp_path / "file.bin"
    source.write_bytes(os.urandom(1000))
    with running_server(tmp_path / "server", "--knock-rate", "1") as server:
        sender = pypeer("send", source, url=server.url)
        code = sender.until("ready")["code"]
        for number in range(3):
            assert pypeer("get", code, "-o", tmp_path / f"got{number}", url=server.url).end() == 0
        number, *words = code.split("-")
        guesser = pypeer("get", "-".join([number, *reversed(words), "zoo"]), "-o", tmp_path / "no", url=server.url)
        assert (guesser.end(), guesser.events[-1]["code"]) == (1, "wrong-words")
        other = pypeer("get", code, "-o", tmp_path / "late", url=server.url)
        assert (other.end(), other.events[-1]["code"]) == (1, "rate-limited")
        assert sender.interrupt() == 130
