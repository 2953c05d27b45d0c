"""What a person may decide about how to connect."""

import os
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

INTERFACES_ENV: Final = "BYWAY_INTERFACES"
"""Comma-separated names of the network interfaces to use; all of them if it is not set."""

PORTS_MIN: Final = 4
"""A range needs a port for each address of the machine, for each peer at a time."""


class Relaying(StrEnum):
    """Whether data may, or must, go through a relay."""

    ALLOWED = "allowed"
    ONLY = "only"
    """The other side shall not learn our address."""
    NEVER = "never"
    """Rather fail than lead data through a third party."""


class OptionError(ValueError):
    """An option that cannot be; the message says what it must be."""


@dataclass(frozen=True, slots=True)
class ConnectOptions:
    """How to connect. `ports` are the first and last local port to use, for firewalls that open a range.

    `tcp` lets two peers listen for each other and dial; `map_ports` lets routers be asked for public ports.
    """

    relaying: Relaying = Relaying.ALLOWED
    interfaces: tuple[str, ...] = ()
    ports: tuple[int, int] | None = None
    predict: bool = True
    tcp: bool = True
    map_ports: bool = True

    @property
    def may_map(self) -> bool:
        """Whether routers may be asked for ports, which the other side is told."""
        return self.map_ports and self.relaying is not Relaying.ONLY

    @property
    def may_tcp(self) -> bool:
        """Whether there may be a link over TCP, which shows our address."""
        return self.tcp and self.relaying is not Relaying.ONLY


def interfaces_of_environment() -> tuple[str, ...]:
    """The interfaces that BYWAY_INTERFACES names."""
    return tuple(name.strip() for name in os.environ.get(INTERFACES_ENV, "").split(",") if name.strip())


def parse_ports(text: str) -> tuple[int, int]:
    """A range like 40000-40100; raises OptionError."""
    match = re.fullmatch(r"(\d{1,5})-(\d{1,5})", text.strip())
    low, high = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= low <= high <= 65_535 or high - low + 1 < PORTS_MIN:
        raise OptionError(f"{text!r} is no range of ports like 40000-40100, of at least {PORTS_MIN}")
    return low, high
