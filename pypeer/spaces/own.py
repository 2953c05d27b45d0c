"""The space of one's own contacts as its owner keeps it: a file that only the owner can read. Blocking, and short."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec

from pypeer.contacts.contact import Contact
from pypeer.home import state_path
from pypeer.secure.encoding import b64, unb64
from pypeer.spaces.keys import KEY_BYTES, SpaceKeys
from pypeer.spaces.private import locked, read_private, write_private
from pypeer.spaces.shelf import OWNER_CALLS_IT, turned
from pypeer.spaces.space import Space
from pypeer.spaces.store import SpaceError

FILE_NAME: Final = "shelf.json"

FORMAT: Final = 1
"""`v` of the file."""


class _Kept(msgspec.Struct, frozen=True):
    key: str
    given: tuple[str, ...] = ()
    """Peer ids of those who were given the key."""
    v: int = FORMAT


class OwnSpace:
    """The one in a file; all raise SpaceError for a file that cannot be used."""

    def __init__(self, path: Path | None = None, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self._path = path or state_path(FILE_NAME)
        self._entropy = entropy

    def for_contacts(self, contacts: Iterable[Contact]) -> Space:
        """The space as it is to be published for these: with a new key if somebody had the old one who may not have it
        any more."""
        now = frozenset(each.peer for each in contacts if each.may_call)
        try:
            with locked(self._path):
                keys, given = self._read()
                keys = turned(keys, given, now, lambda: self._entropy(KEY_BYTES))
                write_private(self._path, _Kept(b64(keys.key), tuple(sorted(now))))
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            text = f"cannot use {self._path}, where the key is kept of what you share with contacts: {error}"
            raise SpaceError(text) from None
        return Space(OWNER_CALLS_IT, keys)

    def _read(self) -> tuple[SpaceKeys | None, frozenset[str]]:
        content = read_private(self._path)
        if content is None:
            return None, frozenset()
        kept = _decoder.decode(content)
        if kept.v != FORMAT:
            raise ValueError(f"it is of version {kept.v}, from a newer program")
        return SpaceKeys(unb64(kept.key)), frozenset(kept.given)


_decoder: Final = msgspec.json.Decoder(_Kept)
