"""Answers of scripts on standard input."""

import asyncio
import io
import sys

import pytest

from pypeer.cli import answers
from pypeer.cli.answers import Answers, Replies
from pypeer.contacts.policy import Answer
from pypeer.events import Called, Wished


def called(session: str) -> Called:
    return Called(session=session, peer="id", short="Amber River", name="Bob", files=1, folders=0, bytes=5)


def lines(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


async def test_an_answer_that_is_quicker_than_the_question_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    lines(monkeypatch, 'no answer\n{"session": "1", "answer": "always"}\n{"session": "2", "answer": "perhaps"}\n')
    replies = Replies()
    await replies._lines.wait_ended()
    assert await replies.ask(called("1")) is Answer.ALWAYS
    assert await replies.ask(called("2")) is None, "nobody can answer any more"


async def test_not_all_answers_to_nothing_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "EARLY", 1)
    lines(monkeypatch, '{"session": "1", "answer": "accept"}\n{"session": "2", "answer": "block"}\n')
    replies = Replies()
    await replies._lines.wait_ended()
    assert await replies.ask(called("1")) is None
    assert await replies.ask(called("2")) is Answer.BLOCK


async def test_without_more_lines_a_request_to_a_library_is_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    lines(monkeypatch, '{"session": "1", "accept": true}\n')
    asked = Answers()
    wished = Wished(session="1", peer="id", short="x", title="x", files=1, bytes=1)
    assert await asked.ask(wished)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asked.ask(Wished(session="2", peer="id", short="x", title="x", files=1, bytes=1)), 0.01)
