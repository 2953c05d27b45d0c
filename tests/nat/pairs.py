"""Pairs of sites, and how an attempt to connect them came out. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from tests.nat.expect import Expect, expected
from tests.nat.sites import BY_NAME, without_udp

SAME: Final = "same"
"""In the place of the receiver's site: the second client of the sender's."""

RELAYS: Final = frozenset({"turn-udp", "turn-tcp", "turn-tls", "websocket", "relay"})
"""Ways over a third party; a page tells no more than `relay`."""

SETTLED_S: Final = 3.0
"""A pair that can be direct is so this long after its first link, or comes out worse than it should."""


class Rank(IntEnum):
    """How good a way is."""

    NONE = 0
    RELAYED = 1
    DIRECT = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """A sender's and a receiver's kind of site; or `same`."""

    sender: str
    receiver: str
    no_udp: bool = False
    """Whether no datagram leaves either site."""
    pages: tuple[bool, bool] = (False, False)
    """Whether sender and receiver are pages."""

    @property
    def neighbours(self) -> bool:
        """Whether both are at one site."""
        return self.receiver == SAME

    @property
    def expected(self) -> Expect:
        """What should come out."""
        receiver = self.sender if self.neighbours else self.receiver
        one, other = (without_udp(BY_NAME[name]) if self.no_udp else BY_NAME[name] for name in (self.sender, receiver))
        return expected(one, other, self.neighbours, self.pages)

    @property
    def may_be_direct(self) -> bool:
        """Whether there is a way without a relay."""
        return self.expected is not Expect.RELAYED

    def __str__(self) -> str:
        return f"{self.sender}:{self.receiver}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it came out. `local` and `remote` are the sender's; times from when both sides knew each other."""

    pair: Pair
    ok: bool
    way: str = ""
    local: str = ""
    remote: str = ""
    first_ms: float | None = None
    """Until the link was open at both ends: bytes had made the round trip."""
    direct_s: float | None = None
    """From then until a direct path carried the session at both ends; 0 if the first link was direct."""
    total_s: float | None = None
    """From asking for the code until all was over."""
    error: str = ""
    error_s: float | None = None
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    """The end of what both programs wrote to standard error, of an attempt that failed."""

    @property
    def rank(self) -> Rank:
        """How good it is."""
        if not self.ok:
            return Rank.NONE
        return Rank.RELAYED if self.way in RELAYS else Rank.DIRECT

    @property
    def settled_s(self) -> float | None:
        """From when both sides knew each other until a direct path carried the session."""
        if not self.ok or self.first_ms is None or self.direct_s is None:
            return None
        return self.first_ms / 1000 + self.direct_s

    @property
    def lingers(self) -> bool:
        """Whether it can be direct, and was relayed for too long."""
        is_late = self.direct_s is None or self.direct_s > SETTLED_S
        return self.ok and self.pair.may_be_direct and is_late

    @property
    def surprise(self) -> str:
        """`-` if it is worse than expected, `+` if it is better."""
        wanted = Rank.RELAYED if self.pair.expected is Expect.RELAYED else Rank.DIRECT
        return "" if self.rank == wanted else "-" if self.rank < wanted else "+"


def parse_pairs(text: str) -> list[Pair]:
    """`a:b,c:same`."""
    halves = [each.partition(":") for each in text.split(",")]
    pairs = [Pair(sender, receiver) for sender, _, receiver in halves]
    for pair in pairs:
        _check(pair)
    return pairs


def all_pairs(names: Iterable[str]) -> list[Pair]:
    """All ordered pairs of these kinds, and neighbours where there are any."""
    names = list(names)
    pairs = [Pair(sender, receiver) for sender in names for receiver in names]
    pairs += [Pair(name, SAME) for name in names if BY_NAME[name].neighbours]
    for pair in pairs:
        _check(pair)
    return pairs


def spread(pairs: list[Pair]) -> list[Pair]:
    """Such that pairs that follow each other have no site in common, as far as can be: for several at once."""
    order = {name: number for number, name in enumerate(BY_NAME)}

    def place(pair: Pair) -> tuple[int, int]:
        sender = order[pair.sender]
        return (order.get(pair.receiver, sender) - sender) % len(order), sender

    return sorted(pairs, key=place)


def check_names(*names: str) -> None:
    """Whether there are such kinds of sites; raises ValueError."""
    for name in names:
        if name not in BY_NAME:
            raise ValueError(f"{name!r} is no kind of site: {', '.join(BY_NAME)}")


def _check(pair: Pair) -> None:
    check_names(pair.sender, *([] if pair.neighbours else [pair.receiver]))
    if pair.neighbours and not BY_NAME[pair.sender].neighbours:
        raise ValueError(f"{pair.sender} has only one client")
