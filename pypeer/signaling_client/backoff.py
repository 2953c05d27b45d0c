"""When to try again: full jitter, so that thousands of peers do not come back in the same second."""

from typing import Final

BASE_S: Final = 0.5
"""Bound of the first wait: a blip heals before a person notices."""

CAP_S: Final = 30.0
"""Bound of any wait: half of the grace time in which a session can be resumed."""


def delay(failures: int, random: float, not_before: float = 0.0) -> float:
    """Seconds to wait after that many failures in a row (from 0), for a random number in [0, 1)."""
    return not_before + random * min(CAP_S, BASE_S * 2.0 ** min(failures, 16))
