"""The spaces of this user, in a file that only its owner can read. Blocking, and short.

Several commands may use it at once: each change is made to what is there at that moment, whole or not at all.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pypeer.errors import AbsentError, PeerError
from pypeer.home import state_path
from pypeer.secure.encoding import b64, unb64
from pypeer.spaces.keys import SpaceKeys
from pypeer.spaces.private import locked, read_private, write_private
from pypeer.spaces.space import Space, clean_name, free_name, new_space, same

FILE_NAME: Final = "spaces.json"

FORMAT: Final = 1
"""`v` of the file."""

SPACES_MAX: Final = 64
"""Spaces of one user: each search asks in all of them, a message each."""


class SpaceError(PeerError):
    """Something about spaces cannot be done."""

    code = "bad-space"
    status = 2


class _Kept(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    key: str
    since: float = 0.0


class _File(msgspec.Struct, frozen=True):
    spaces: tuple[_Kept, ...] = ()
    v: int = FORMAT


class SpaceStore:
    """Those in one file; all raise SpaceError for a file that cannot be used."""

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._path = path or state_path(FILE_NAME)
        self._clock = clock

    def all(self) -> list[Space]:
        """By name."""
        return sorted(self._read(), key=lambda space: same(space.name))

    def named(self, name: str) -> Space:
        """The space of this name; raises AbsentError."""
        for space in self._read():
            if same(space.name) == same(name):
                return space
        raise AbsentError(f"You are in no space called {name[:80]!r}: `pypeer spaces` lists yours.")

    def create(self, name: str) -> Space:
        """A new space; raises SpaceError if there is one of this name."""
        with self._changing() as spaces:
            space = new_space(_called(name), self._clock())
            self._refuse_twice(spaces, space.name)
            self._add(spaces, space)
        return space

    def join(self, space: Space, name: str = "") -> tuple[Space, bool]:
        """Keep a space that others have: as it is kept, and whether it is new here. A name that another one has gets a
        number, unless `name` was chosen."""
        with self._changing() as spaces:
            there = next((each for each in spaces if each.keys.key == space.keys.key), None)
            if there is not None:
                return there, False
            called = _called(name) if name else space.name
            if name:
                self._refuse_twice(spaces, called)
            kept = Space(free_name(called, (each.name for each in spaces)), space.keys, self._clock())
            self._add(spaces, kept)
        return kept, True

    def leave(self, name: str) -> Space:
        """Forget a space; raises AbsentError."""
        with self._changing() as spaces:
            space = self.named(name)
            spaces[:] = [each for each in spaces if each.keys.key != space.keys.key]
        return space

    def renew(self, name: str) -> Space:
        """A new key for a space: whoever has only the old one is no member of it any more. Raises AbsentError."""
        with self._changing() as spaces:
            old = self.named(name)
            new = new_space(old.name, self._clock())
            spaces[:] = [new if each.keys.key == old.keys.key else each for each in spaces]
        return new

    def _add(self, spaces: list[Space], space: Space) -> None:
        if len(spaces) >= SPACES_MAX:
            raise SpaceError(f"You are in {SPACES_MAX} spaces, which is the most: leave one first, with pypeer spaces.")
        spaces.append(space)

    def _refuse_twice(self, spaces: list[Space], name: str) -> None:
        if any(same(each.name) == same(name) for each in spaces):
            raise SpaceError(f"You are in a space called {name!r} already: choose another name.")

    def _read(self) -> list[Space]:
        try:
            content = read_private(self._path)
            if content is None:
                return []
            kept = _decoder.decode(content)
            if kept.v != FORMAT:
                raise ValueError(f"it is of version {kept.v}, from a newer program")
            return [Space(each.name, SpaceKeys(unb64(each.key)), each.since) for each in kept.spaces]
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise SpaceError(f"cannot use {self._path}, where your spaces are kept: {error}") from None

    @contextlib.contextmanager
    def _changing(self) -> Iterator[list[Space]]:
        """The spaces, to be changed by nobody else meanwhile."""
        try:
            with locked(self._path):
                spaces = self._read()
                yield spaces
                self._write(spaces)
        except OSError as error:
            raise SpaceError(f"cannot write {self._path}, where your spaces are kept: {error}") from None

    def _write(self, spaces: list[Space]) -> None:
        kept = _File(tuple(_Kept(each.name, b64(each.keys.key), each.since) for each in spaces))
        write_private(self._path, kept)


def _called(name: str) -> str:
    try:
        return clean_name(name)
    except ValueError as error:
        raise SpaceError(f"No space can be called that: {error}.") from None


_decoder: Final = msgspec.json.Decoder(_File)
