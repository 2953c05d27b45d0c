"""Giving files and folders their names without ever overwriting anything. Blocking."""

import contextlib
import ctypes
import errno
import itertools
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from pypeer.protocol.messages import Entry
from pypeer.transfer.names import numbered

_NO_LINKS = frozenset((errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES))
"""What file systems without hard links (FAT, some network and FUSE ones) and systems that forbid them answer."""

_AT_CWD: Final = -100
_NO_REPLACE: Final = 1
"""AT_FDCWD and RENAME_NOREPLACE of Linux."""


def place_file(part: str, wanted: str, announce: Callable[[str], None]) -> str:
    """Move a complete file to its name, or to `name (1)` and so on; atomic. `announce` hears of each name before it
    is tried. Raises OSError."""
    for candidate in _candidates(wanted):
        announce(candidate)
        try:
            _move(part, candidate)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(candidate), exist_ok=True)
            try:
                _move(part, candidate)
            except FileExistsError:
                continue
        except FileExistsError:
            continue
        return candidate
    raise AssertionError("the names are endless")


def replace_file(part: str, final: str, announce: Callable[[str], None]) -> str:
    """Move a complete file to its name, in place of a file that has it; atomic. Raises OSError, for a folder too."""
    announce(final)
    os.makedirs(os.path.dirname(final), exist_ok=True)
    os.replace(part, final)
    return final


def make_folder(wanted: Path, announce: Callable[[Path], None] = lambda place: None) -> Path:
    """Make a new folder of this name, or of `name (1)` and so on; `announce` as in `place_file`. Raises OSError."""
    for candidate in map(Path, _candidates(str(wanted))):
        announce(candidate)
        try:
            candidate.mkdir()
        except FileExistsError:
            continue
        return candidate
    raise AssertionError("the names are endless")


def ignores_case(folder: Path) -> bool:
    """Whether the file system takes `A` and `a` for one name, as far as the names on the way to `folder` can tell."""
    for place in (folder, *folder.parents):
        swapped = place.with_name(place.name.swapcase()) if place.name else place
        if swapped != place and place.exists():
            return swapped.exists() and swapped.samefile(place)
    return os.name == "nt"


def _candidates(wanted: str) -> Iterator[str]:
    yield wanted
    folder, name = os.path.split(wanted)
    for number in itertools.count(1):
        yield os.path.join(folder, numbered(name, number))


def _move(part: str, final: str) -> None:
    """Rename without replacing: as Linux can, else as POSIX can, by a link and an unlink. Raises FileExistsError."""
    if os.name == "nt":
        os.rename(part, final)
        return
    if _rename_new(part, final):
        return
    try:
        os.link(part, final)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _reserve(part, final)
    else:
        os.unlink(part)


def _rename_new(part: str, final: str) -> bool:
    """Rename without replacing as Linux can (renameat2(2)), for half the work of a link and an unlink.

    False where it cannot, or for whatever other reason has not; raises FileExistsError.
    """
    rename = _renameat2()
    if rename is None:
        return False
    if not rename(_AT_CWD, os.fsencode(part), _AT_CWD, os.fsencode(final), _NO_REPLACE):
        return True
    error = ctypes.get_errno()
    if error == errno.EEXIST:
        raise FileExistsError(error, os.strerror(error), final)
    return False


@cache
def _renameat2() -> Any:
    try:
        return ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return None


def _reserve(part: str, final: str) -> None:
    """Take the name with an empty file of ours, then replace that; the name is never another's and never half."""
    os.close(os.open(final, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        os.replace(part, final)
    except BaseException:
        os.unlink(final)
        raise


def set_time(path: str | Path, entry: Entry) -> None:
    """Give a file or folder the time of its entry; a time that this file system cannot hold is left out."""
    if entry.mtime is not None:
        with contextlib.suppress(OSError, OverflowError):
            time = entry.mtime * 1_000_000 + entry.ns
            os.utime(path, ns=(time, time))
