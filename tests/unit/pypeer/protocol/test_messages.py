"""What messages tell beyond their fields."""

from pypeer.protocol.messages import Entry


def test_holes_are_pairs_of_chunks() -> None:
    assert Entry(path="disk", size=10, holes=(0, 2, 5, 7)).hole_ranges == ((0, 2), (5, 7))
    assert Entry(path="disk", size=10).hole_ranges == ()
