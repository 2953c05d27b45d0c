"""A receiver that has a second source, and what it makes of the two."""

from typing import Final

from pypeer.errors import ConnectError
from pypeer.protocol import frames
from pypeer.transfer.effects import Dismiss, Effect, End
from pypeer.transfer.phases import Phase
from pypeer.transfer.receiver import Receiver
from tests.unit.pypeer.transfer.test_receiver import HELLO, receiver
from tests.unit.pypeer.transfer.test_several_links import on

GONE: Final = ConnectError("gone")


def second(phase: Phase, *said: frames.Frame, link: int = 1, source: int = 1) -> tuple[Receiver, list[Effect]]:
    """A receiver that got this far with its first source, and a link to a second one, which says this."""
    here = receiver(phase)
    here.link_up(link, 0, 65536, 0, source)
    return here, on(link, here, HELLO, *said)


def dismissed(effects: list[Effect]) -> dict[int, str]:
    """Which sources are left alone, and why."""
    return {effect.source: str(effect.error) for effect in effects if isinstance(effect, Dismiss)}


def ended(effects: list[Effect]) -> object:
    """How the session ends, if it does."""
    return next((effect.result for effect in effects if isinstance(effect, End)), None)
