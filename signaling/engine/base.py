"""The seam between the rules and where their state is kept.

Each operation is atomic by itself, so a store outside the process can do it in one step; the rules that
combine them are in signaling.core. Times are absolute seconds of one clock, passed in.
"""

from enum import Enum
from typing import Protocol

from msgspec import Struct

from signaling.core.quota import Rate
from signaling.protocol.contacts import Called
from signaling.protocol.directory import Asked
from signaling.protocol.rendezvous import Knocked, Lapsed, Left, Signaled

Push = Knocked | Asked | Called | Signaled | Lapsed | Left
"""What a session is told unasked. `seq` is set when the session numbers it."""


class Presence(Enum):
    """Whether a session's client is connected."""

    HERE = "here"
    AWAY = "away"


class Holder(Struct, frozen=True):
    """Who waits under a locator, until when. Where its owner has delegated that, `delegated` says how."""

    session: str
    key: str
    until: float
    delegated: "Delegated | None" = None

    @property
    def owner(self) -> str:
        """The key to which the locator belongs."""
        return self.key if self.delegated is None else self.delegated.owner


class Delegated(Struct, frozen=True):
    """By which key, with which number of its own, and until when: the higher number holds."""

    owner: str
    serial: int
    until: float


class Claim(Struct, frozen=True):
    """Whether a locator was granted, and which session of the same key lost it by that."""

    granted: bool
    displaced: str | None = None
    is_stale: bool = False
    """It was refused because its owner has taken it back, or delegated it anew."""


class Totals(Struct, frozen=True):
    """How much there is; `reserved` counts locators in quarantine."""

    locators: int
    reserved: int
    pairs: int


class Engine(Protocol):
    """Shared state. What a session sends itself through `deliver` arrives in the order in which it was sent."""

    async def claim(self, locator: str, holder: Holder, reclaim: bool, now: float) -> Claim:
        """Put the holder under the locator if that is free; with `reclaim` also if its owner holds or held it.

        By claiming what it had delegated, an owner takes back all delegations up to that one.
        """

    async def release(self, locator: str, session: str, reserve: float, now: float) -> bool:
        """Free a locator if this session holds it, and keep it for its owner for `reserve` seconds.

        One that was delegated is kept until that is over, as long as there is room for such: whoever has the code must
        not be led to a stranger while the delegate is away, and what was taken back has to be known.
        """

    async def find(self, locator: str, now: float) -> Holder | None:
        """Who waits under the locator now."""

    async def set_presence(self, session: str, presence: Presence | None) -> None:
        """Say that a session is here or away; None forgets it."""

    async def presence(self, session: str) -> Presence | None:
        """Whether a session is here or away; None if there is none."""

    async def pair(self, pair: str, members: tuple[str, str], most: int, charged: str | None) -> bool:
        """Make a pair, unless a member is in `most` already; `charged` is the counter that paid for it, if any did."""

    async def forgive(self, pair: str, rate: Rate, now: float) -> None:
        """Give back to the counter that paid for a pair what it cost: one, once, while there is the pair."""

    async def other(self, pair: str, session: str) -> str | None:
        """The other member of a pair, if this session is one."""

    async def part(self, pair: str, session: str) -> str | None:
        """End a pair that this session is a member of; returns the other."""

    async def pairs_of(self, session: str) -> tuple[str, ...]:
        """The pairs a session is in, the oldest first."""

    async def deliver(self, session: str, push: Push) -> None:
        """Hand a push to a session, on whichever node it lives; dropped if there is none."""

    async def take(self, counter: str, rate: Rate, cost: float, now: float) -> float:
        """Take from a shared bucket: 0, or the seconds to wait if there is not enough."""

    async def charge(self, counter: str, rate: Rate, cost: float, now: float) -> None:
        """Take from a shared bucket, into debt if need be."""

    async def totals(self, now: float) -> Totals:
        """Count everything."""
