"""Counting what somebody does, for its identity and for its address: whoever has many of one has few of the other."""

from signaling.core.quota import Rate
from signaling.core.session import Session
from signaling.engine.base import Engine


async def charge(
    engine: Engine, what: str, session: Session, address: str, rates: tuple[Rate, Rate], cost: float, now: float
) -> float:
    """Count something for an identity, then for an address; the seconds to wait, if it is too much for either."""
    wait = await engine.take(f"{what} {session.key}", rates[0], cost, now)
    return wait or await engine.take(f"{what} {address}", rates[1], cost, now)
