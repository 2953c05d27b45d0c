"""A policy of roads under way: what happens to it, and what it does, in time that is moved by hand."""

from pypeer.connect.lanes import Action, Event, Road
from pypeer.connect.roads import Roads
from pypeer.secure.keys import Role

TCP, ICE, RELAY = Road
OPENED, FAILED, SILENT, BACK, LOST = Event.OPENED, Event.FAILED, Event.SILENT, Event.BACK, Event.LOST
USED = Event.USED
DELAY_S = 0.25
"""How long is waited before the first repetition."""


class Journey:
    """A policy, and the time."""

    def __init__(self, role: Role = Role.A, can_relay: bool = True, can_tcp: bool = False) -> None:
        self.now = 1000.0
        self.roads = Roads(role, can_relay, lambda failures: DELAY_S * (1 + failures), can_tcp)
        self.first = self.roads.begin(self.now)

    def happens(self, road: Road, event: Event) -> list[Action]:
        """What is done about it at once."""
        return self.roads.happened(road, event, self.now)

    def next(self) -> tuple[float, list[Action]]:
        """What is done next if nothing happens, and in how many seconds."""
        deadline = self.roads.deadline
        assert deadline is not None
        waited, self.now = deadline - self.now, deadline
        return waited, self.roads.tick(self.now)

    def open(self, road: Road) -> None:
        """The session uses this road, and nothing else is open or due."""
        self.happens(road, OPENED)
        assert self.roads.carrying is road
