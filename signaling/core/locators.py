"""Locators: which session waits under which, and for how long."""

from collections.abc import Callable
from typing import Final

from signaling.core.answers import UNNUMBERED, failed, ok
from signaling.core.delegating import delegated, explained
from signaling.core.policy import Policy
from signaling.core.session import Session
from signaling.engine.base import Claim, Engine, Holder
from signaling.protocol.codes import ErrorCode
from signaling.protocol.messages import Error, Reply
from signaling.protocol.rendezvous import Lapsed, LocatorRequest, Open, Opened, Shut, Take

DIGITS: Final = (3, 4, 5, 6, 7)
"""Lengths of locators, from the shortest: they are read aloud. Seven digits is what the contract allows."""

CROWDED: Final = 3
"""Locators of one length are given out until one in three is taken, so that a few random tries find a free one."""

TRIES: Final = 32
"""Random tries for a free locator: with one in three taken all fail once in 10^15."""


class Locators:
    """The rules over an engine. `entropy` gives so many random bytes, `wall` the seconds since 1970."""

    def __init__(
        self,
        policy: Policy,
        engine: Engine,
        entropy: Callable[[int], bytes],
        wall: Callable[[], float],
    ) -> None:
        self._policy = policy
        self._engine = engine
        self._entropy = entropy
        self._wall = wall

    async def answer(self, session: Session, address: str, request: LocatorRequest, now: float) -> Reply:
        """Carry out a request."""
        match request:
            case Open():
                return await self._open(session, address, request, now)
            case Take():
                return await self._take(session, address, request, now)
            case _:
                return await self._shut(session, request, now)

    async def end(self, session: Session, now: float) -> None:
        """A session is over: free its locators."""
        for locator in session.locators:
            await self._engine.release(locator, session.id, self._policy.quarantine, now)

    async def lapse(self, session: Session, locator: str, now: float) -> None:
        """The time of a locator is over."""
        await self._engine.release(locator, session.id, self._policy.quarantine, now)
        await self._engine.deliver(session.id, Lapsed(seq=UNNUMBERED, locator=locator, reason="expired"))

    async def _open(self, session: Session, address: str, request: Open, now: float) -> Reply:
        refused = await self._may_hold(session, address, request, request.locator, now)
        if refused is not None:
            return refused
        ttl = min(request.ttl or self._policy.ttl, self._policy.max_ttl)
        holder = Holder(session.id, session.key, now + ttl)
        locator = await self._claim(request.locator, holder, now)
        if locator is None:
            return failed(request, ErrorCode.LOCATOR_TAKEN, "this locator belongs to someone else: ask for any")
        session.locators[locator] = None
        return Opened(seq=UNNUMBERED, re=request.id, locator=locator, ttl=ttl)

    async def _take(self, session: Session, address: str, request: Take, now: float) -> Reply:
        made = delegated(request.delegation, session.key, self._wall())
        if isinstance(made, str):
            return failed(request, ErrorCode.BAD_DELEGATION, made)
        refused = await self._may_hold(session, address, request, made.locator, now)
        if refused is not None:
            return refused
        ttl = min(request.ttl or self._policy.max_ttl, made.left, self._policy.max_ttl)
        holder = Holder(session.id, session.key, now + ttl, made.at(now))
        claim = await self._engine.claim(made.locator, holder, True, now)
        if not claim.granted:
            return failed(request, *explained(claim))
        await self._displace(made.locator, claim)
        session.locators[made.locator] = None
        return Opened(seq=UNNUMBERED, re=request.id, locator=made.locator, ttl=ttl)

    async def _may_hold(
        self, session: Session, address: str, request: Open | Take, locator: str | None, now: float
    ) -> Error | None:
        if locator not in session.locators and len(session.locators) >= self._policy.locators_per_session:
            return failed(request, ErrorCode.TOO_MANY, f"a session may hold {self._policy.locators_per_session} codes")
        wait = await self._engine.take(f"open {address}", self._policy.opens, 1, now)
        if wait:
            return failed(request, ErrorCode.RATE_LIMITED, "too many codes opened from this address", wait)
        return None

    async def _displace(self, locator: str, claim: Claim) -> None:
        if claim.displaced:
            await self._engine.deliver(claim.displaced, Lapsed(seq=UNNUMBERED, locator=locator, reason="moved"))

    async def _claim(self, wanted: str | None, holder: Holder, now: float) -> str | None:
        candidates = [wanted] if wanted else await self._free_looking(now)
        for locator in candidates:
            claim = await self._engine.claim(locator, holder, wanted is not None, now)
            await self._displace(locator, claim)
            if claim.granted:
                return locator
        return None

    async def _free_looking(self, now: float) -> list[str]:
        totals = await self._engine.totals(now)
        taken = totals.locators + totals.reserved
        digits = next((n for n in DIGITS if taken * CROWDED < 10**n - 1), DIGITS[-1])
        return [str(1 + int.from_bytes(self._entropy(8)) % (10**digits - 1)) for _ in range(TRIES)]

    async def _shut(self, session: Session, request: Shut, now: float) -> Reply:
        if request.locator not in session.locators:
            return failed(request, ErrorCode.UNKNOWN_LOCATOR, "this session does not hold this locator")
        await self._engine.release(request.locator, session.id, self._policy.quarantine, now)
        del session.locators[request.locator]
        return ok(request)
