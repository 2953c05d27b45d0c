"""Events as lines of JSON."""

import json
import os

from pypeer import events


def test_a_line_of_json() -> None:
    assert events.to_json(events.Paused(by="me")) == '{"event":"paused","by":"me"}'


def test_paths_that_are_no_unicode_come_back_as_they_are() -> None:
    path = os.fsdecode(b"/tmp/\xff")
    line = events.to_json(events.Done(files=1, bytes=2, seconds=3.0, into=(path,)))
    assert line.isascii()
    assert json.loads(line) == {"event": "done", "files": 1, "bytes": 2, "seconds": 3.0, "into": [path]}
