"""Which way a session takes, and when another is tried. Pure: what happens and the time in, what to do out.

There are three roads to a peer: TLS over TCP, where neither is a page; ICE's, direct or through TURN; and the last of
the ladder, the relay inside a WebSocket. Each has its state, by the table below. Role A begins all attempts; role B
follows, but each side moves its session by the same rule: the best road that is open, else the best that is silent.
What leads there counts first (`Grade`): TCP through a proxy is worse than ICE without a relay, better than with one.
The first two are tried together, and the one that does not carry the session stands by. A relay is tried when there is
no other way a moment after the start, at once when there is none any more or none is to be hoped for
(`pypeer.connect.prospects`), and while it carries the session the better roads are tried again, soon and then at
growing intervals. Twin of web/src/connect/roads.ts, held to the same vectors (tests/vectors/roads.json); a page has no
TCP, and so no grades.
"""

from collections.abc import Callable
from typing import Final

from pypeer.connect.lanes import (
    STANDING,
    TRANSITIONS,
    Action,
    Event,
    GiveUp,
    Grade,
    Lane,
    Leave,
    Lost,
    Road,
    State,
    Try,
    Use,
)
from pypeer.secure.keys import Role

DIRECT: Final = (Road.TCP, Road.ICE)
"""The roads that are better than the relay."""

RELAY_AFTER_S: Final = 1.0
"""How long ICE is ahead at the start: where it works it takes a few round trips, and most pairs need no relay then."""

BETTER_S: Final = (5.0, 15.0, 60.0)
"""Pauses between attempts to leave the relay; the last one stays. Soon, as the first attempt may have met a bad moment;
then rarely, as each tells all addresses anew and is in vain where only HTTP leaves the network."""

LINGER_S: Final = 30.0
"""How long the relay's link outlives a move to a better one at most. The receiver closes it as soon as all that was on
its way has arrived, which takes as long as a full queue somewhere."""

UNUSED_S: Final = 3.0
"""How long a relay's link is kept that opened too late: the other side may still be moving to it, or away from it."""

ATTEMPTS: Final = 3
"""Attempts in a row that may fail on each road before role A gives up: ten seconds, each with fresh candidates."""

STABLE_S: Final = 5.0
"""A link that is lost sooner counts as an attempt that failed: whatever breaks each link must not be tried for ever."""

RECOVER_S: Final = 120.0
"""How long role B waits for role A after its link broke: all attempts of role A, and the waits between them."""


class Roads:
    """The policy of one side. `delay` gives the pause after so many failures in a row, in seconds."""

    def __init__(self, role: Role, can_relay: bool, delay: Callable[[int], float], can_tcp: bool = False) -> None:
        self.carrying: Road | None = None
        """What the session uses."""
        self._role = role
        self._can_relay = can_relay
        self._can_tcp = can_tcp
        self._delay = delay
        self._lanes = {road: Lane() for road in Road}
        self._lanes[Road.RELAY].grade = Grade.RELAYED
        self._paired = True
        self._quests = 0
        self._give_up_at: float | None = None
        self._leave_at: float | None = None

    def state(self, road: Road) -> State:
        """What there is of a road."""
        return self._lanes[road].state

    @property
    def deadline(self) -> float | None:
        """When `tick` is to be called, whatever happens or not."""
        times = [lane.due for lane in self._lanes.values()] + [self._give_up_at, self._leave_at]
        return min((at for at in times if at is not None), default=None)

    def begin(self, now: float) -> list[Action]:
        """The two know each other."""
        if self._role is Role.A:
            self._lanes[Road.TCP].due = now if self._can_tcp else None
            self._lanes[Road.ICE].due = now
            self._lanes[Road.RELAY].due = now + RELAY_AFTER_S if self._can_relay else None
        return self.tick(now)

    def happened(self, road: Road, event: Event, now: float) -> list[Action]:
        """Something happened on a road."""
        lane = self._lanes[road]
        before, lane.state = lane.state, TRANSITIONS[lane.state][event]
        if event is Event.USED and lane.state is State.OPEN:
            self._doubt_others(road, now)
        if event is Event.OPENED:
            lane.since, lane.due = now, None
        elif event is Event.FAILED and before is State.TRYING:
            lane.failures += 1
        elif event is Event.LOST and before in STANDING:
            self._count_loss(lane, now)
        moves = self._move(road if event is Event.OPENED else None, now)
        if not self._paired:
            return self._end_if_cut_off() or moves
        ends = self._plan(now) if self._role is Role.A else []
        return [*moves, *ends, *self.tick(now)]

    def graded(self, road: Road, grade: Grade, now: float) -> list[Action]:
        """The path of a road's link, open or about to be, is as good as this."""
        self._lanes[road].grade = grade
        return self._move(None, now)

    def barred(self, now: float) -> list[Action]:
        """As far as can be told, no datagram gets from one side to the other: there is nothing to wait for."""
        relay = self._lanes[Road.RELAY]
        if relay.due is not None and relay.failures == 0:
            relay.due = min(relay.due, now)
        return self.tick(now)

    def unpaired(self) -> list[Action]:
        """The two can tell each other nothing any more: what is open stays, and nothing new opens."""
        self._paired = False
        for lane in self._lanes.values():
            lane.due = None
        return self._end_if_cut_off()

    def idle(self, road: Road) -> list[Action]:
        """The session needs this road's link no longer."""
        return [] if road is self.carrying else self._leave(road)

    def is_direct(self, road: Road) -> bool:
        """Whether this road has a link that leads straight to the other side."""
        lane = self._lanes[road]
        return lane.state is State.OPEN and lane.grade is Grade.DIRECT

    def tick(self, now: float) -> list[Action]:
        """Time passes."""
        if self._give_up_at is not None and self._give_up_at <= now:
            self._give_up_at = None
            return [GiveUp()]
        actions: list[Action] = []
        if self._leave_at is not None and self._leave_at <= now:
            self._leave_at = None
            actions += self._leave(Road.RELAY)
        for road, lane in self._lanes.items():
            if lane.due is not None and lane.due <= now:
                lane.due = None
                lane.state = TRANSITIONS[lane.state][Event.TRY]
                actions.append(Try(road))
        return actions

    def _move(self, opened: Road | None, now: float) -> list[Action]:
        """Use the best link there is; the same road again if a new link opened on it."""
        best, before = self._best(), self.carrying
        if opened is Road.RELAY and best is not Road.RELAY:
            self._leave_at = now + UNUSED_S
        if best is before and (opened is None or opened is not best):
            return []
        self.carrying = best
        if best is None:
            self._give_up_at = now + RECOVER_S if self._role is Role.B else None
            return [Lost()]
        self._give_up_at = None
        self._plan_relay(best, now)
        return [Use(best), *self._leave_silent(best)]

    def _plan_relay(self, best: Road, now: float) -> None:
        """It is left when a better road carries the session; while it does, the others are planned anew."""
        relay = self._lanes[Road.RELAY]
        if best is Road.RELAY:
            self._leave_at = None
            for road in DIRECT:
                self._lanes[road].due = None
        else:
            relay.due, self._quests = None, 0
            self._leave_at = now + LINGER_S if relay.state is State.OPEN else None

    def _leave_silent(self, used: Road) -> list[Action]:
        """What the session has moved away from: it must not come back with what was meant for then."""
        silent = [road for road, lane in self._lanes.items() if road is not used and lane.state is State.SILENT]
        return [action for road in silent for action in self._leave(road)]

    def _doubt_others(self, used: Road, now: float) -> None:
        """The other side has left the other road, unless it is just about to see that it opened."""
        for road, lane in self._lanes.items():
            if road is not used and now - lane.since >= UNUSED_S:
                lane.state = TRANSITIONS[lane.state][Event.SILENT]

    def _best(self) -> Road | None:
        for state in (State.OPEN, State.SILENT):
            found = [road for road, lane in self._lanes.items() if lane.state is state]
            if found:
                return min(found, key=lambda road: self._lanes[road].grade)
        return None

    def _leave(self, road: Road) -> list[Action]:
        lane = self._lanes[road]
        if lane.state not in STANDING:
            return []
        lane.state = TRANSITIONS[lane.state][Event.LOST]
        return [Leave(road)]

    def _count_loss(self, lane: Lane, now: float) -> None:
        if now - lane.since < STABLE_S:
            lane.failures += 1
            return
        for each in self._lanes.values():
            each.failures = 0

    def _plan(self, now: float) -> list[Action]:
        """Role A: when what is closed is tried next, or that there is no way."""
        tcp, ice, relay = (self._lanes[road] for road in Road)
        if ice.state is State.CLOSED and ice.due is None and self.carrying is not Road.TCP:
            ice.due = self._ice_due(ice, now)
        if tcp.state is State.CLOSED and tcp.due is None and self._can_tcp:
            tcp.due = self._tcp_due(tcp, now)
        if relay.state is State.CLOSED and self._can_relay and self._needs_relay():
            relay.due = now + self._pause(relay) if relay.failures < ATTEMPTS else None
        idle = all(lane.state is State.CLOSED and lane.due is None for lane in self._lanes.values())
        return [GiveUp()] if idle else []

    def _ice_due(self, ice: Lane, now: float) -> float | None:
        if self.carrying is Road.RELAY:
            pause = BETTER_S[min(self._quests, len(BETTER_S) - 1)]
            self._quests += 1
            return now + pause
        return now + self._delay(ice.failures) if ice.failures < ATTEMPTS else None

    def _tcp_due(self, tcp: Lane, now: float) -> float | None:
        """With ICE, while the relay carries; and beside ICE it is not tried again where it has failed."""
        if self.carrying is Road.RELAY:
            return self._lanes[Road.ICE].due
        most = 1 if self.carrying is Road.ICE else ATTEMPTS
        return now + self._delay(tcp.failures) if tcp.failures < most else None

    def _needs_relay(self) -> bool:
        """Whether the other roads have nothing to offer; at the start, and only then, ICE is waited for."""
        if self.carrying is not None:
            return self._lanes[self.carrying].state is State.SILENT
        ice = self._lanes[Road.ICE]
        return ice.state is State.CLOSED or ice.failures > 0

    def _pause(self, relay: Lane) -> float:
        return self._delay(relay.failures) if relay.failures else 0.0

    def _end_if_cut_off(self) -> list[Action]:
        return [GiveUp()] if self.carrying is None else []
