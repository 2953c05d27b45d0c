"""Asking a person at the terminal, in a way that can be given up."""

import os
import select
import sys
import threading
from typing import Final

import click

POLL_S: Final = 0.1
"""How soon a question is given up: nobody notices, and the command can end."""

ANSWERS: Final = {"y": True, "yes": True, "n": False, "no": False}


class Question:
    """One at a time, asked in a thread: a thread that waits for a line would hold up the end of the command."""

    def __init__(self, default: bool = True) -> None:
        self._default = default
        """What an empty line means."""
        self._given_up = threading.Event()

    @property
    def given_up(self) -> bool:
        """Whether nobody waits for an answer any more."""
        return self._given_up.is_set()

    def give_up(self) -> None:
        """Nobody waits for an answer any more; for any thread."""
        self._given_up.set()

    def ask(self, text: str) -> bool:
        """Yes or no; no answer, because the input ended or the question was given up, is a no."""
        while True:
            click.echo(f"{text} [{'Y/n' if self._default else 'y/N'}]: ", nl=False, err=True)
            line = self._line()
            if not line:
                click.echo(err=True)
                return False
            word = line.strip().lower()
            answer = ANSWERS.get(word) if word else self._default
            if answer is not None:
                return answer
            click.echo("Please answer y or n.", err=True)

    def _line(self) -> str:
        """A line, or nothing at the end. Not through sys.stdin, which may keep what `select` then does not see."""
        if os.name == "nt":
            return sys.stdin.readline()
        handle = sys.stdin.fileno()
        while not self.given_up:
            if select.select((handle,), (), (), POLL_S)[0]:
                return os.read(handle, 4096).decode(errors="replace")
        return ""
