"""Speed and time left."""

from pypeer.transfer.rate import Rate


def test_unknown_until_there_is_enough() -> None:
    rate = Rate()
    rate.add(0, 100)
    assert rate.speed(5) is None
    rate.start(5, 100)
    rate.add(5.5, 1000)
    assert rate.speed(5.9) is None
    assert rate.left(5.9, 10) is None


def test_average_over_the_window() -> None:
    rate = Rate()
    rate.start(0, 0)
    for second in range(1, 21):
        rate.add(second, second * 100 if second <= 10 else 1000 + (second - 10) * 500)
    assert rate.speed(20) == 500
    assert rate.left(20, 5000) == 10


def test_falls_when_nothing_comes_and_says_nothing_of_the_time_left() -> None:
    rate = Rate()
    rate.start(0, 0)
    rate.add(2, 2000)
    assert rate.speed(2) == 1000
    assert rate.speed(20) == 100
    rate.stop()
    rate.start(20, 2000)
    rate.start(25, 2000)
    assert rate.speed(30) == 0
    assert rate.left(30, 1) is None


def test_a_pause_does_not_count() -> None:
    rate = Rate()
    rate.start(0, 0)
    rate.add(10, 1000)
    rate.stop()
    assert rate.speed(3600) is None
    rate.start(3600, 1000)
    rate.add(3602, 1400)
    assert rate.speed(3602) == 200
