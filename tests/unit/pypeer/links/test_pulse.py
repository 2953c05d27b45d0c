"""Signs of life, in virtual time."""

from pypeer.links.pulse import GONE_S, SIGN_S, SILENT_S, Pulse


def looked(pulse: Pulse, start: float, stop: float) -> list[float]:
    """Look as often as is due: when silences began."""
    times = [start + SIGN_S / 2 * number for number in range(int((stop - start) / SIGN_S * 2) + 1)]
    return [now for now in times if pulse.look(now)]


def test_a_sign_is_due_when_nothing_was_sent() -> None:
    pulse = Pulse(0.0)
    assert not pulse.has_to_speak(SIGN_S / 2)
    assert pulse.has_to_speak(SIGN_S)
    pulse.spoke(SIGN_S)
    assert not pulse.has_to_speak(SIGN_S * 3 / 2)


def test_a_silence_begins_once_and_ends_with_the_next_sign() -> None:
    pulse = Pulse(0.0)
    (began,) = looked(pulse, 0.0, 10.0)
    assert SILENT_S < began <= SILENT_S + SIGN_S
    assert [pulse.heard(10.0), pulse.silent, pulse.heard(10.1)] == [True, False, False]


def test_who_is_silent_for_too_long_is_gone() -> None:
    pulse = Pulse(0.0)
    looked(pulse, 0.0, GONE_S + 1)
    assert not pulse.is_gone(GONE_S)
    assert pulse.is_gone(GONE_S + 0.1)


def test_a_program_that_did_not_look_does_not_blame_the_other_side() -> None:
    pulse = Pulse(0.0)
    assert not pulse.look(GONE_S * 2)
    assert not pulse.is_gone(GONE_S * 2)
