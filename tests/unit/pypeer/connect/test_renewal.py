"""When relays are renewed."""

import pytest

from pypeer.connect.renewal import AGAIN_S, FOREVER, SHARE, Renewal, State


def test_it_is_asked_for_long_before_the_end_and_again_after_each_answer() -> None:
    renewal = Renewal(100, 1000)
    assert renewal.wake_at() == 1000 + SHARE * 100
    assert renewal.ask()
    assert not renewal.ask()
    assert renewal.wake_at() == FOREVER
    renewal.renewed(40, 1050)
    assert renewal.wake_at() == 1050 + SHARE * 40


def test_a_refusal_is_not_the_end() -> None:
    renewal = Renewal(100, 1000)
    assert renewal.ask()
    renewal.refused(1050)
    assert renewal.wake_at() == 1050 + AGAIN_S
    assert renewal.ask()


def test_a_server_that_tells_no_time_is_never_asked() -> None:
    renewal = Renewal(None, 1000)
    assert renewal.wake_at() == FOREVER
    assert not renewal.ask()


@pytest.mark.parametrize("asked", [True, False])
def test_the_end_is_the_end(asked: bool) -> None:
    renewal = Renewal(100, 1000)
    if asked:
        renewal.ask()
    renewal.end()
    renewal.end()
    assert renewal.state is State.OVER
    assert renewal.wake_at() == FOREVER


def test_what_is_good_for_ever_is_not_renewed_again() -> None:
    renewal = Renewal(100, 1000)
    renewal.ask()
    renewal.renewed(None, 1050)
    assert renewal.wake_at() == FOREVER
