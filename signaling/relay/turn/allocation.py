"""One allocation: its relayed addresses, whom it may hear from, and its channels (RFC 8656, sections 3 and 6). Pure.

OPENING --opened--> OPEN --end--> ENDED;  OPENING --end--> ENDED
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from signaling.protocol.values import Address
from signaling.relay.turn.kinds import Family, FiveTuple, Refusal, RefusedError
from signaling.relay.turn.quota import Account

PERMISSION_S: Final = 300.0
"""RFC 8656, section 9."""

CHANNEL_S: Final = 600.0
"""RFC 8656, section 12."""

CHANNELS: Final = range(0x4000, 0x8000)
"""Numbers of channels. RFC 8656, section 12, ends them at 0x4FFF; clients of RFC 5766, coturn's among them, do not."""


class State(Enum):
    """Where an allocation stands."""

    OPENING = "opening"
    """Its sockets are being opened, and its client has no answer yet."""
    OPEN = "open"
    ENDED = "ended"


class Event(Enum):
    """What happens to an allocation."""

    OPENED = "opened"
    END = "end"


TRANSITIONS: Final[dict[State, dict[Event, State]]] = {
    State.OPENING: {Event.OPENED: State.OPEN, Event.END: State.ENDED},
    State.OPEN: {Event.END: State.ENDED},
    State.ENDED: {},
}


@dataclass(slots=True, eq=False)
class Relay:
    """One relayed address. `at` has the socket, `told` is what the world knows it by."""

    family: Family
    at: Address
    told: Address
    even: bool = False
    """The client wants an even port."""
    until: float = 0.0
    tries: int = 1


@dataclass(slots=True, eq=False)
class Permission:
    """That a client wants to hear from an address."""

    until: float
    outside: bool
    """Whether a socket may be used; if not, only another allocation of the pair is meant."""


@dataclass(slots=True, eq=False)
class Channel:
    """A number that stands for a peer. It is a permission as well, for as long as it is bound: RFC 8656 lets that end
    after half of the time, and clients that renew only their channels would be cut off."""

    number: int
    peer: Address
    until: float
    outside: bool
    """See Permission."""


@dataclass(slots=True, eq=False)
class Allocation:
    """State of one allocation. Times are seconds of the core's clock."""

    number: int
    client: FiveTuple
    user: str
    account: Account
    transaction: bytes
    """Of the request that made it: that one may come again (RFC 8656, section 7.2)."""
    born: float
    state: State = State.OPENING
    relays: dict[Family, Relay] = field(default_factory=dict)
    permissions: dict[str, Permission] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    by_peer: dict[Address, Channel] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Allocation {self.number} {self.state.name}>"

    def happens(self, event: Event) -> None:
        """Change state by the table."""
        self.state = TRANSITIONS[self.state][event]

    @property
    def until(self) -> float:
        """When the last of its relayed addresses expires."""
        return max(relay.until for relay in self.relays.values())

    def permitted(self, host: str, now: float) -> Permission | None:
        """The permission for an address, if there is one."""
        permission = self.permissions.get(host)
        return permission if permission is not None and permission.until > now else None

    def permit(self, hosts: dict[str, bool], most: int, now: float) -> None:
        """Install or renew permissions, all or none; the value is `outside`. Raises RefusedError."""
        if len(self.permissions.keys() | hosts.keys()) > most:
            self.permissions = {host: each for host, each in self.permissions.items() if each.until > now}
            if len(self.permissions.keys() | hosts.keys()) > most:
                raise RefusedError(508, Refusal.CAPACITY)
        for host, outside in hosts.items():
            self.permissions[host] = Permission(now + PERMISSION_S, outside)

    def channel(self, number: int, now: float) -> Channel | None:
        """The channel with this number, if it is bound."""
        channel = self.channels.get(number)
        return channel if channel is not None and channel.until > now else None

    def channel_of(self, peer: Address, now: float) -> Channel | None:
        """The channel to this peer, if there is one."""
        channel = self.by_peer.get(peer)
        return channel if channel is not None and channel.until > now else None

    def can_bind(self, number: int, peer: Address, most: int, now: float) -> None:
        """Raise RefusedError unless number and peer belong together, or are both free (RFC 8656, section 12.2)."""
        one, other = self.channel(number, now), self.channel_of(peer, now)
        if number not in CHANNELS or one is not other:
            raise RefusedError(400, Refusal.BAD_REQUEST)
        if one is None and len(self.channels) >= most:
            self._forget(each for each in list(self.channels.values()) if each.until <= now)
            if len(self.channels) >= most:
                raise RefusedError(508, Refusal.CAPACITY)

    def bind(self, number: int, peer: Address, outside: bool, now: float) -> None:
        """Bind or renew a channel."""
        self._forget(each for each in (self.channels.get(number), self.by_peer.get(peer)) if each is not None)
        self.channels[number] = self.by_peer[peer] = Channel(number, peer, now + CHANNEL_S, outside)

    def _forget(self, channels: Iterable[Channel]) -> None:
        for channel in channels:
            self.channels.pop(channel.number, None)
            self.by_peer.pop(channel.peer, None)
