"""A transfer, as those who make links for it see it."""

from collections.abc import Callable
from typing import Protocol

from pypeer.errors import PeerError
from pypeer.links.link import Link


class TransferSession(Protocol):
    """What a conversation needs of a transfer (pypeer.transfer.session)."""

    on_lost: Callable[[], None]
    on_idle: Callable[[Link], None]

    @property
    def has_ended(self) -> bool:
        """Whether it is over, but for what is to be tidied up."""

    def attach(self, link: Link, rank: int | None = None, alone: bool | None = None) -> None:
        """Go on over this link too, or, without a rank, over this link only; which may be attached already,
        with another rank."""

    def fail(self, error: PeerError) -> None:
        """End with an error."""

    async def wait(self) -> object:
        """Wait for the end; raises PeerError."""
