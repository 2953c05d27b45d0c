"""The operator's lists, read from their files: see signaling.core.control."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from signaling.checks import SettingsError
from signaling.core.control import Control, ControlError, peers_of, taken_of
from signaling.settings import Settings

T = TypeVar("T")


def read(settings: Settings) -> Control:
    """Read all lists that there are; raises SettingsError, which names the file and the line."""
    listed = _list(settings, "allow_peers", peers_of)
    taken_peers, taken_files = _list(settings, "takedown", taken_of)
    return Control(
        allowed=listed if settings.allow_peers else None,
        word=settings.access_word,
        blocked=_list(settings, "block_peers", peers_of),
        taken_peers=taken_peers,
        taken_files=taken_files,
    )


def _list(settings: Settings, name: str, parse: Callable[[str], T]) -> T:
    path = getattr(settings, name)
    try:
        return parse(Path(path).read_text("utf-8") if path else "")
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"{name}: cannot read {path}: {error}") from None
    except ControlError as error:
        raise SettingsError(f"{name}: {path}: {error}") from None
