"""What a line does to packets."""

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from tests.nat.shaper import HELD_BACK_S, Direction, Shape, Shaper

NOW = 100.0
shapes = st.builds(Shape, delay_ms=st.floats(0, 500), jitter_ms=st.floats(0, 100))


def sent(shape: Shape, gaps: list[float]) -> list[tuple[float, bytes]]:
    """When each of some packets leaves, if they come after these gaps."""
    shaper, direction, now = Shaper(random.Random(1)), Direction(7, shape), NOW
    left: list[tuple[float, bytes]] = []
    for number, gap in enumerate(gaps):
        left += until(shaper, now, now + gap)
        now += gap
        shaper.enter(now, direction, bytes([number]))
    return left + until(shaper, now, math.inf)


def until(shaper: Shaper, now: float, end: float) -> list[tuple[float, bytes]]:
    """What leaves between two times."""
    left = []
    while (wait := shaper.wait(now)) is not None and now + wait <= end:
        now += wait
        left += [(now, packet) for _, packet in shaper.leave(now + 1e-9)]
    return left


def test_a_bare_line_hands_over_at_once() -> None:
    shaper = Shaper(random.Random(1))
    shaper.enter(NOW, Direction(7), b"packet")
    assert shaper.wait(NOW) == 0
    assert shaper.leave(NOW) == [(7, b"packet")]
    assert shaper.wait(NOW) is None


@given(shapes, st.lists(st.floats(0, 0.2), min_size=1, max_size=30))
def test_jitter_keeps_order_and_bounds(shape: Shape, gaps: list[float]) -> None:
    left = sent(shape, gaps)
    assert [packet[0] for _, packet in left] == list(range(len(gaps)))
    at, longest = NOW, (shape.delay_ms + shape.jitter_ms) / 1000
    arrivals = [at := at + gap for gap in gaps]
    latest = [max(arrivals[: index + 1]) + longest for index in range(len(gaps))]
    for (time, _), arrival, late in zip(left, arrivals, latest, strict=True):
        assert arrival + shape.delay_ms / 1000 - 1e-6 <= time <= late + 1e-6


def test_a_packet_held_back_is_overtaken() -> None:
    shaper, direction = Shaper(random.Random(1)), Direction(7, Shape(reorder=1.0))
    shaper.enter(NOW, direction, b"late")
    direction.shape = Shape()
    shaper.enter(NOW, direction, b"early")
    assert shaper.leave(NOW + HELD_BACK_S) == [(7, b"early"), (7, b"late")]


def test_loss_takes_about_what_it_should() -> None:
    shaper, direction = Shaper(random.Random(1)), Direction(7, Shape(loss=0.3))
    for _ in range(10_000):
        shaper.enter(NOW, direction, b"packet")
    assert 6_800 < len(shaper.leave(NOW)) < 7_200


def test_a_change_does_not_touch_what_is_under_way() -> None:
    shaper, direction = Shaper(random.Random(1)), Direction(7, Shape(delay_ms=100))
    shaper.enter(NOW, direction, b"before")
    direction.shape = Shape()
    assert shaper.leave(NOW + 0.05) == []
    assert shaper.leave(NOW + 0.1) == [(7, b"before")]
