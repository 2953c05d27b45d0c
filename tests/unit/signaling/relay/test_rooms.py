"""Rooms: who is relayed to whom, and how each connection ends."""

import pytest

from signaling.protocol import limits
from signaling.protocol.codes import CloseCode
from signaling.relay.rooms import Hangup, Rooms, TellJoined
from signaling.relay.tickets import Member
from signaling.relay.turn.effects import PairEnded
from signaling.relay.turn.kinds import Refusal, Stats, Transport
from signaling.relay.turn.quota import RELAYED_BYTES, Accounts, Limits

A, B = Member("pair", "a"), Member("pair", "b")
OTHER = Member("other", "a")
SIZE = limits.RELAY_MESSAGE_BYTES
TRIED = PairEnded(0, 0.0, False)


class Hall:
    """Rooms, and the time."""

    def __init__(self, **limits: float) -> None:
        self.stats = Stats()
        self.accounts = Accounts(Limits(**limits), self.stats)  # type: ignore[arg-type]
        self.rooms = Rooms(self.accounts, self.stats)
        self.now = 1000.0

    def join(self, connection: int, member: Member, link: int = 0, size: int = SIZE) -> list[object]:
        """See Rooms."""
        return list(self.rooms.join(connection, member, link, size, self.now))

    def partner(self, connection: int) -> int | None:
        """To whom goes what this connection sends."""
        passage = self.rooms.passage(connection)
        return passage and passage.partner

    def pay(self, connection: int, size: int) -> None:
        """A connection of a pair that is here relays so many bytes."""
        passage = self.rooms.passage(connection)
        assert passage is not None
        self.rooms.pay(passage, size, self.now)

    def debt(self, connection: int) -> float:
        """Seconds that it has to wait."""
        passage = self.rooms.passage(connection)
        assert passage is not None
        return self.rooms.debt(passage, self.now)

    def left(self, connection: int) -> list[object]:
        """See Rooms."""
        return list(self.rooms.left(connection, self.now))

    def both(self, link: int = 0) -> None:
        """Connections 1 and 2 join."""
        assert self.join(1, A, link) == []
        assert self.join(2, B, link) == [TellJoined(2, SIZE), TellJoined(1, SIZE)]


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_both_are_told_the_last_one_first_and_are_partners(hall: Hall) -> None:
    assert hall.join(1, A) == []
    assert hall.partner(1) is None
    assert hall.join(2, B) == [TellJoined(2, SIZE), TellJoined(1, SIZE)]
    assert (hall.partner(1), hall.partner(2)) == (2, 1)
    assert hall.stats.allocated[Transport.WEBSOCKET] == hall.stats.allocations == len(hall.rooms) == 1


def test_pairs_do_not_meet(hall: Hall) -> None:
    hall.join(1, A)
    assert hall.join(2, OTHER.other) == []
    assert hall.partner(1) is hall.partner(2) is None


def test_when_one_leaves_the_other_is_let_go(hall: Hall) -> None:
    hall.both()
    hall.now += 3
    assert hall.left(1) == [Hangup(2, CloseCode.PARTED), PairEnded(0, 3.0, False)]
    assert hall.left(2) == hall.left(1) == []
    assert hall.partner(2) is None
    assert len(hall.rooms) == hall.stats.allocations == 0


def test_who_waits_alone_is_let_go_in_time(hall: Hall) -> None:
    hall.join(1, A)
    hall.join(2, OTHER)
    hall.join(3, OTHER.other)
    hall.now += limits.RELAY_ALONE_S - 1
    assert hall.rooms.tick(hall.now) == []
    hall.now += 1
    alone = PairEnded(0, float(limits.RELAY_ALONE_S), False)
    assert hall.rooms.tick(hall.now) == [Hangup(1, CloseCode.ALONE), alone]
    assert hall.partner(2) == 3


def test_another_connection_of_who_waits_replaces_it(hall: Hall) -> None:
    hall.join(1, A)
    assert hall.join(2, A) == [Hangup(1, CloseCode.REPLACED)]
    assert hall.left(1) == []
    assert hall.join(3, B) == [TellJoined(3, SIZE), TellJoined(2, SIZE)]


def test_another_connection_of_who_has_joined_ends_the_link_and_waits(hall: Hall) -> None:
    hall.both()
    assert hall.join(3, A) == [Hangup(1, CloseCode.REPLACED), Hangup(2, CloseCode.PARTED), TRIED]
    assert hall.partner(3) is None
    assert hall.join(4, B) == [TellJoined(4, SIZE), TellJoined(3, SIZE)]


@pytest.mark.parametrize("member", [A, B])
def test_a_later_link_ends_an_earlier_one_and_no_earlier_one_comes_after(hall: Hall, member: Member) -> None:
    hall.both(link=1)
    assert hall.join(3, member, 2) == [Hangup(1, CloseCode.REPLACED), Hangup(2, CloseCode.REPLACED), TRIED]
    assert hall.join(4, member.other, 1) == [Hangup(4, CloseCode.REPLACED)]
    assert hall.join(5, member.other, 2) == [TellJoined(5, SIZE), TellJoined(3, SIZE)]


def test_a_later_link_ends_one_that_waits(hall: Hall) -> None:
    hall.join(1, A, 0)
    assert hall.join(2, B, 1) == [Hangup(1, CloseCode.REPLACED), TRIED]


def test_at_the_end_everybody_is_let_go(hall: Hall) -> None:
    hall.both()
    hall.join(3, OTHER)
    code = CloseCode.RESTARTING
    assert hall.rooms.close(hall.now) == [Hangup(1, code), Hangup(2, code), TRIED, Hangup(3, code), TRIED]
    assert len(hall.rooms) == 0


def test_there_is_not_room_for_everybody() -> None:
    hall = Hall(total=1)
    hall.both()
    assert hall.join(3, OTHER) == [Hangup(3, CloseCode.BUSY)]
    assert hall.stats.refusals == {Refusal.CAPACITY: 1}
    assert hall.left(3) == []


def test_the_limits_of_a_pair_hold_for_all_its_relays_together() -> None:
    hall = Hall(per_pair=1)
    hall.accounts.open(A.pair, hall.now)
    assert hall.join(1, A) == [Hangup(1, CloseCode.BUSY)]
    assert hall.stats.refusals == {Refusal.QUOTA: 1}


def test_what_is_relayed_counts_for_the_pair_and_for_all(hall: Hall) -> None:
    hall.both()
    hall.pay(1, RELAYED_BYTES - 1)
    assert hall.stats.pairs == 0
    hall.pay(2, 1)
    assert (hall.stats.pairs, hall.stats.to_members) == (1, RELAYED_BYTES)
    assert hall.left(2) == [Hangup(1, CloseCode.PARTED), PairEnded(RELAYED_BYTES, 0.0, True)]


@pytest.mark.parametrize("limit", ["rate", "total_rate"])
def test_who_is_over_a_limit_waits_until_that_is_paid_off(limit: str) -> None:
    hall = Hall(**{limit: 1_000_000.0})
    hall.both()
    assert hall.debt(1) == 0
    hall.pay(1, 2_250_000)
    assert hall.debt(2) == pytest.approx(2.0)
    hall.now += 2
    assert hall.debt(2) == pytest.approx(0)


def test_without_limits_nobody_waits(hall: Hall) -> None:
    hall.both()
    hall.pay(1, 10**12)
    assert hall.debt(1) == 0


def test_nothing_passes_unless_both_are_here(hall: Hall) -> None:
    hall.join(1, A)
    assert hall.rooms.passage(1) is hall.rooms.passage(7) is None
    hall.join(2, B)
    hall.left(2)
    assert hall.rooms.passage(1) is hall.rooms.passage(2) is None


@pytest.mark.parametrize(
    ("sizes", "largest"),
    [
        ((SIZE, limits.RELAY_MESSAGE_BYTES_MAX), SIZE),
        ((limits.RELAY_MESSAGE_BYTES_MAX, 65_536), 65_536),
        ((limits.RELAY_MESSAGE_BYTES_MAX, limits.RELAY_MESSAGE_BYTES_MAX + 1), limits.RELAY_MESSAGE_BYTES_MAX),
        ((2**30, 2**30), limits.RELAY_MESSAGE_BYTES_MAX),
    ],
)
def test_both_are_told_the_same_largest_message(hall: Hall, sizes: tuple[int, int], largest: int) -> None:
    hall.join(1, A, size=sizes[0])
    assert hall.join(2, B, size=sizes[1]) == [TellJoined(2, largest), TellJoined(1, largest)]
    passages = hall.rooms.passage(1), hall.rooms.passage(2)
    assert [each and each.largest for each in passages] == [largest, largest]


def test_what_counts_is_what_the_latest_connection_of_a_member_takes(hall: Hall) -> None:
    hall.join(1, A, size=SIZE)
    hall.join(2, A, size=SIZE + 2)
    assert hall.join(3, B, size=SIZE + 1) == [TellJoined(3, SIZE + 1), TellJoined(2, SIZE + 1)]
    assert hall.rooms.passage(1) is None
