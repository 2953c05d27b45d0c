"""Who is relayed to whom inside WebSockets: one room for each pair, for the latest of its links. Pure.

    join   somebody with a ticket is here;  left   a connection is gone;  tick   time passes;  close   the server ends

Effects come in the order in which they have to be carried out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from signaling.protocol import limits
from signaling.protocol.codes import CloseCode
from signaling.relay.tickets import Member
from signaling.relay.turn.effects import PairEnded
from signaling.relay.turn.kinds import RefusedError, Stats, Transport
from signaling.relay.turn.quota import Account, Accounts


class State(Enum):
    """Where a room stands."""

    WAITING = "waiting"
    """For the other member."""
    JOINED = "joined"
    ENDED = "ended"


class Event(Enum):
    """What happens to a room."""

    ADMITTED = "admitted"
    """Nobody else is there yet, or an older connection of the same member was."""
    COMPLETED = "completed"
    END = "end"


TRANSITIONS: Final[dict[State, dict[Event, State]]] = {
    State.WAITING: {Event.ADMITTED: State.WAITING, Event.COMPLETED: State.JOINED, Event.END: State.ENDED},
    State.JOINED: {Event.END: State.ENDED},
    State.ENDED: {},
}


class TellJoined(NamedTuple):
    """Tell a connection that both are here, and take messages of so many bytes; whatever it is sent comes after."""

    connection: int
    bytes: int


class Hangup(NamedTuple):
    """Close a connection once all that was to be sent to it has left."""

    connection: int
    code: CloseCode


Effect = TellJoined | Hangup | PairEnded


class Passage(NamedTuple):
    """What becomes of what a connection sends, as long as both members are here: looked up for each message."""

    partner: int
    """The connection to which it goes."""
    largest: int
    """Bytes that a message may have."""
    account: Account


@dataclass(slots=True, eq=False)
class Room:
    """One link of one pair; `members` are connections by `a` and `b`, `takes` the largest message of each."""

    pair: str
    link: int
    since: float
    account: Account
    state: State = State.WAITING
    members: dict[str, int] = field(default_factory=dict)
    takes: dict[str, int] = field(default_factory=dict)

    def happens(self, event: Event) -> None:
        """Change state by the table."""
        self.state = TRANSITIONS[self.state][event]


class Rooms:
    """All rooms of a server. Times are seconds of a clock that never goes back."""

    def __init__(self, accounts: Accounts, stats: Stats) -> None:
        self._accounts = accounts
        self._stats = stats
        self._rooms: dict[str, Room] = {}
        self._by_connection: dict[int, tuple[Room, Member]] = {}
        self._passages: dict[int, Passage] = {}

    def __len__(self) -> int:
        return len(self._rooms)

    def join(self, connection: int, member: Member, link: int, size: int, now: float) -> list[Effect]:
        """A member has come, by a connection that is in no room, to one of its pair's links; it takes messages of so
        many bytes."""
        room = self._rooms.get(member.pair)
        if room is not None and link < room.link:
            return [Hangup(connection, CloseCode.REPLACED)]
        effects: list[Effect] = []
        if room is not None and (link > room.link or room.state is State.JOINED):
            effects += self._end(room, self._replaced(room, member, link), now)
            room = None
        if room is None:
            try:
                room = self._open(member.pair, link, now)
            except RefusedError as error:
                self._stats.refusals[error.reason] += 1
                return [*effects, Hangup(connection, CloseCode.BUSY)]
        room.takes[member.name] = size
        return [*effects, *self._admit(room, connection, member)]

    def left(self, connection: int, now: float) -> list[Effect]:
        """A connection is gone; nothing happens if it is in no room any more."""
        found = self._by_connection.get(connection)
        if found is None:
            return []
        room, member = found
        self._forget(connection)
        del room.members[member.name]
        return self._end(room, dict.fromkeys(room.members, CloseCode.PARTED), now)

    def tick(self, now: float) -> list[Effect]:
        """Time passes; to be called about every second."""
        late = [
            room
            for room in self._rooms.values()
            if room.state is State.WAITING and now - room.since >= limits.RELAY_ALONE_S
        ]
        return self._end_all(late, CloseCode.ALONE, now)

    def close(self, now: float) -> list[Effect]:
        """The server ends."""
        return self._end_all(list(self._rooms.values()), CloseCode.RESTARTING, now)

    def passage(self, connection: int) -> Passage | None:
        """What becomes of what this connection sends; None unless both are here."""
        return self._passages.get(connection)

    def debt(self, passage: Passage, now: float) -> float:
        """Seconds until a pair may relay again; 0 if it may."""
        return self._accounts.debt(passage.account, now)

    def pay(self, passage: Passage, size: int, now: float) -> None:
        """So many bytes of a connection are relayed."""
        self._accounts.pay(passage.account, size, now)
        self._stats.to_members += size

    def _open(self, pair: str, link: int, now: float) -> Room:
        room = self._rooms[pair] = Room(pair, link, now, self._accounts.open(pair, now))
        self._stats.allocated[Transport.WEBSOCKET] += 1
        return room

    def _admit(self, room: Room, connection: int, member: Member) -> list[Effect]:
        before = room.members.get(member.name)
        effects: list[Effect] = []
        if before is not None:
            self._forget(before)
            effects.append(Hangup(before, CloseCode.REPLACED))
        room.members[member.name] = connection
        self._by_connection[connection] = room, member
        if len(room.members) < 2:
            room.happens(Event.ADMITTED)
            return effects
        room.happens(Event.COMPLETED)
        return [*effects, *self._join_up(room, connection, room.members[member.other.name])]

    def _join_up(self, room: Room, last: int, first: int) -> list[Effect]:
        """Both are here. The one who came last hears of it first: nothing of the other's can reach it before."""
        largest = min(limits.RELAY_MESSAGE_BYTES_MAX, *room.takes.values())
        self._passages[last] = Passage(first, largest, room.account)
        self._passages[first] = Passage(last, largest, room.account)
        return [TellJoined(last, largest), TellJoined(first, largest)]

    def _replaced(self, room: Room, member: Member, link: int) -> dict[str, CloseCode]:
        """How the connections of a room end that gives way to another of this member."""
        same = link == room.link
        return {name: CloseCode.PARTED if same and name != member.name else CloseCode.REPLACED for name in room.members}

    def _end_all(self, rooms: Iterable[Room], code: CloseCode, now: float) -> list[Effect]:
        return [effect for room in rooms for effect in self._end(room, dict.fromkeys(room.members, code), now)]

    def _end(self, room: Room, codes: dict[str, CloseCode], now: float) -> list[Effect]:
        room.happens(Event.END)
        del self._rooms[room.pair]
        effects: list[Effect] = []
        for name, connection in room.members.items():
            self._forget(connection)
            effects.append(Hangup(connection, codes[name]))
        ended = self._accounts.close(room.account, now)
        return [*effects, ended] if ended is not None else effects

    def _forget(self, connection: int) -> None:
        del self._by_connection[connection]
        self._passages.pop(connection, None)
