"""What comes before somebody takes it, and after."""

from pypeer.links.arrivals import EARLY_BYTES, Arrivals
from pypeer.octets import Arrived


def test_what_came_before_is_delivered_first_and_everything_once() -> None:
    arrivals, taken = Arrivals(), list[Arrived]()
    for frame in (b"a", b"b"):
        arrivals.put(frame)
    assert taken == []
    arrivals.deliver(taken.append)
    arrivals.put(bytearray(b"c"))
    assert taken == [b"a", b"b", b"c"]


def test_no_more_is_read_than_is_kept_until_it_is_delivered() -> None:
    arrivals, full = Arrivals(), list[bool]()
    for frame in (bytes(EARLY_BYTES), b"x"):
        arrivals.put(frame)
        full.append(arrivals.is_full)
    arrivals.deliver(lambda frame: None)
    arrivals.put(bytes(EARLY_BYTES + 1))
    assert [*full, arrivals.is_full] == [False, True, False]
