"""What the server is told of a library: what is there against what it was told, as few and as full messages as can be;
pure, the clock passed in.

A file whose path or content changes is one that is gone and another with a number of its own; numbers are not used
twice. So what a refused message told can be told again later, in whatever order answers come.
"""

from dataclasses import dataclass, field
from typing import Final

from pypeer.library.forms import Announcement, Form, Listed, Openly
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode

UNDER_WAY: Final = 8
"""Announcements that are not answered yet, at most: what the contract allows."""

PAUSE_S: Final = 5.0
"""How long a server that cannot take something now, and does not say for how long, is left alone."""

RETRIED: Final = frozenset({ErrorCode.RATE_LIMITED, ErrorCode.DRAINING, ErrorCode.INTERNAL})
"""Refusals after which the same may be said again; after others it never comes to anything."""


def why_not(path: str) -> str:
    """Why a file of this path cannot be announced; empty if it can."""
    folder, _, name = path.rpartition("/")
    if len(folder) > limits.FOLDER_CHARS or path.count("/") > limits.FOLDER_DEPTH:
        return "is in too deep a folder to be found by others"
    if any(len(each) > limits.NAME_CHARS for each in path.split("/")):
        return "has too long a name to be found by others"
    if any(each in path for each in "\n\r\0") or not name.strip():
        return "has a name that cannot be shown to others"
    return ""


@dataclass(frozen=True, slots=True)
class _Told:
    """A message under way: numbers that it adds and takes away."""

    added: tuple[int, ...]
    gone: tuple[int, ...]


@dataclass(slots=True)
class _Session:
    """One library as it is published, and what the server knows of it."""

    library: str
    most: int
    under_way: dict[int, _Told] = field(default_factory=dict)
    flying: set[int] = field(default_factory=set)
    """Numbers that messages under way add."""
    known: set[int] = field(default_factory=set)
    """Numbers that the server has confirmed, and has not confirmed to be gone."""
    is_whole: bool = False
    """Whether it was told that this is all, and nothing has happened since."""


class Announcing:
    """The announcements of one library. Ask for the `next` whenever something has happened, or `wake_at` is past."""

    def __init__(self, form: Form | None = None) -> None:
        self.refused_for_good = 0
        """Files that the server did not take, for a reason that stays."""
        self._form = form or Openly()
        self._numbers: dict[str, int] = {}
        self._files: dict[int, Listed] = {}
        self._next = 0
        self._tickets = 0
        self._new: dict[int, None] = {}
        """Numbers of files that the server has to be told."""
        self._gone: dict[int, None] = {}
        """Numbers that it may know, and that are no more."""
        self._complete = False
        self._session: _Session | None = None
        self._not_before: float | None = None

    def __len__(self) -> int:
        return len(self._files)

    # What is there

    def put(self, path: str, size: int, root: bytes) -> None:
        """A file is there; one that had the path before is not."""
        self.drop(path)
        number, self._next = self._next, self._next + 1
        self._numbers[path] = number
        self._files[number] = Listed(path, size, root)
        self._new[number] = None
        self._changed()

    def drop(self, path: str) -> None:
        """A file is not there any more."""
        number = self._numbers.pop(path, None)
        if number is None:
            return
        del self._files[number]
        self._new.pop(number, None)
        if self._session is not None and (number in self._session.flying or number in self._session.known):
            self._gone[number] = None
            self._changed()

    def completed(self, complete: bool) -> None:
        """Whether all that is there has been put."""
        self._complete = complete

    # What is told

    def put_as(self, form: Form) -> None:
        """From the next `begin` on files are put otherwise."""
        self._form = form

    def begin(self, library: str, most: int) -> None:
        """The library is published under this id, for so many files: tell everything."""
        self._session = _Session(library, most)
        self._not_before = None
        self._new = dict.fromkeys(self._files)
        self._gone = {}
        self.refused_for_good = 0

    def lose(self) -> None:
        """The session with the server is gone, and with it what was told."""
        self._session = None

    @property
    def library(self) -> str:
        """What the server calls it now; empty while it is not published."""
        return "" if self._session is None else self._session.library

    @property
    def told(self) -> int:
        """Files that the server has confirmed."""
        return 0 if self._session is None else len(self._session.known)

    @property
    def is_whole(self) -> bool:
        """Whether the server knows all that is there, and that it is all."""
        return self._session is not None and self._session.is_whole and not self._session.under_way

    @property
    def held_back(self) -> int:
        """Files for which the server has no room, so far as is known; none while there may be some."""
        session = self._session
        return 0 if session is None or self._room(session) > 0 else len(self._new)

    @property
    def wake_at(self) -> float | None:
        """When the server wants to be asked again."""
        return self._not_before if self._session is not None else None

    def next(self, now: float) -> tuple[int, Announcement] | None:
        """The next message and its ticket, for `answered` or `refused`; None if there is nothing to tell now."""
        session = self._session
        if session is None or len(session.under_way) >= UNDER_WAY or self._is_pausing(now):
            return None
        gone = tuple(self._gone)[: limits.ANNOUNCED_GONE]
        files = () if gone else ((number, self._files[number]) for number in self._new)
        added, make = self._form.fill(files, min(self._room(session), limits.ANNOUNCED_FILES))
        for number in (*gone, *added):
            (self._gone if gone else self._new).pop(number)
        whole = self._is_all(session)
        if not (gone or added or whole):
            return None
        self._tickets += 1
        session.is_whole = whole
        session.under_way[self._tickets] = _Told(added, gone)
        session.flying.update(added)
        return self._tickets, make(session.library, gone, whole)

    def answered(self, ticket: int) -> None:
        """A message took effect. Tickets of a session that is gone mean nothing."""
        told, session = self._take(ticket), self._session
        if told is not None and session is not None:
            session.known.update(told.added)
            session.known.difference_update(told.gone)

    def refused(self, ticket: int, code: str, wait: float | None, now: float) -> None:
        """A message did not take effect: there is no room for that many, or not now, or, for other reasons, never."""
        told, session = self._take(ticket), self._session
        if told is None or session is None:
            return
        session.is_whole = False
        again = [number for number in told.added if number in self._files]
        if code == ErrorCode.TOO_MANY:
            session.most = len(session.known)
        elif code in RETRIED:
            self._not_before = max(self._not_before or 0.0, now + (PAUSE_S if wait is None else wait))
        else:
            self.refused_for_good += len(again)
            return
        self._new = dict.fromkeys([*again, *self._new])
        self._gone = dict.fromkeys([*told.gone, *self._gone])

    def _take(self, ticket: int) -> _Told | None:
        told = None if self._session is None else self._session.under_way.pop(ticket, None)
        if told is not None and self._session is not None:
            self._session.flying.difference_update(told.added)
        return told

    def _changed(self) -> None:
        if self._session is not None:
            self._session.is_whole = False

    def _is_pausing(self, now: float) -> bool:
        if self._not_before is not None and now >= self._not_before:
            self._not_before = None
        return self._not_before is not None

    def _room(self, session: _Session) -> int:
        """How many more files there may be; room is free once the server has said that something is gone."""
        return session.most - len(session.known) - len(session.flying)

    def _is_all(self, session: _Session) -> bool:
        """Whether with this message everything is told, nothing else being under way that could be refused."""
        rest = self._new or self._gone or session.under_way or session.is_whole or self.refused_for_good
        return self._complete and not rest
