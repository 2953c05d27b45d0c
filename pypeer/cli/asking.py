"""Asking a person at the terminal, in a way that can be given up."""

import os
import select
import sys
import threading
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

import click

POLL_S: Final = 0.1
"""How soon a question is given up: nobody notices, and the command can end."""

T = TypeVar("T")

ANSWERS: Final = {"y": True, "yes": True, "n": False, "no": False}


class Asking(Generic[T]):
    """One question at a time, asked in a thread: a thread that waits for a line would hold up the end of the command.

    `answers` are what a person may type, `empty` is what an empty line means, `none` what no answer means: because the
    input ended, or the question was given up. `hint` and `again` tell the person.
    """

    def __init__(self, answers: Mapping[str, T], empty: T, none: T, hint: str, again: str) -> None:
        self._answers = answers
        self._empty = empty
        self._none = none
        self._hint = hint
        self._again = again
        self._given_up = threading.Event()

    @property
    def given_up(self) -> bool:
        """Whether nobody waits for an answer any more."""
        return self._given_up.is_set()

    def give_up(self) -> None:
        """Nobody waits for an answer any more; for any thread."""
        self._given_up.set()

    def ask(self, text: str) -> T:
        """Put it until there is an answer."""
        while True:
            click.echo(f"{text} [{self._hint}]: ", nl=False, err=True)
            line = self._line()
            if not line:
                click.echo(err=True)
                return self._none
            word = line.strip().lower()
            if not word:
                return self._empty
            if word in self._answers:
                return self._answers[word]
            click.echo(self._again, err=True)

    def _line(self) -> str:
        """A line, or nothing at the end. Not through sys.stdin, which may keep what `select` then does not see."""
        if os.name == "nt":
            return sys.stdin.readline()
        handle = sys.stdin.fileno()
        while not self.given_up:
            if select.select((handle,), (), (), POLL_S)[0]:
                return os.read(handle, 4096).decode(errors="replace")
        return ""


class Question(Asking[bool]):
    """Yes or no; no answer is a no."""

    def __init__(self, default: bool = True) -> None:
        super().__init__(ANSWERS, default, False, "Y/n" if default else "y/N", "Please answer y or n.")
