"""Codes and pairs: bringing two sessions together, and what they may say to each other.

Each function answers one request of a session with the message to send it; what others are told goes through the
engine.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from signaling.core.answers import UNNUMBERED, failed, ok
from signaling.core.delegating import delegated, explained
from signaling.core.effects import Count, Effect, Observe, Tally
from signaling.core.policy import Policy
from signaling.core.quota import Rate
from signaling.core.session import Session
from signaling.engine.base import Claim, Engine, Holder, Presence, Push
from signaling.protocol.codes import ErrorCode
from signaling.protocol.contacts import Call
from signaling.protocol.directory import Ask
from signaling.protocol.encoding import b64
from signaling.protocol.messages import (
    Error,
    Knock,
    Knocked,
    Lapsed,
    Leave,
    Left,
    Met,
    Open,
    Opened,
    Phases,
    Renew,
    Renewed,
    Reply,
    Report,
    Shut,
    Signal,
    Signaled,
    Take,
)

Meeting = Open | Take | Shut | Knock | Signal | Leave | Report | Renew
"""The requests that are not of the directory."""

DIGITS: Final = (3, 4, 5, 6, 7)
"""Lengths of locators, from the shortest: they are read aloud. Seven digits is what the contract allows."""

CROWDED: Final = 3
"""Locators of one length are given out until one in three is taken, so that a few random tries find a free one."""

TRIES: Final = 32
"""Random tries for a free locator: with one in three taken all fail once in 10^15."""

MISS_COST: Final = 5
"""What a knock at a locator that nobody holds costs: whoever looks for open codes by trying gets a fifth as far."""

PROVEN_BODIES: Final = 3
"""Bodies from whoever opened a code to somebody who knocked: no fewer if the words were right, two at most if they were
wrong, an answer and a refusal (docs/protocol.md, "Meeting"). So the server learns that it was no guess, and no word."""

AWAY_WAIT_S: Final = 2.0
"""When to knock again at a session that is away: most come back within their first tries."""

OUTCOMES: Final = frozenset(
    {"direct", "reversed", "mapped", "punched", "predicted", "spliced", "proxied", "websocket", "failed"}
    | {"turn-udp", "turn-tcp", "turn-tls"}
)
"""What `report` may say; anything else is counted as `other`, so that nobody can fill the operator's counters."""

RENEWALS: Final = Rate(burst=8, per_second=1 / 60)
"""Of one member of one pair: credentials last for hours, but a network that goes up and down makes a few links a
minute, each of which asks before it is made."""

PHASES: Final = Phases.__struct_fields__
"""The phases that `report` may time."""

SLOWEST_S: Final = 60.0
"""What a phase counts at most: ICE has given up long before, so more is a clock that was set or a number that was made
up, and must not spoil the sum of all others."""


@dataclass(frozen=True, slots=True)
class Rendezvous:
    """The rules over an engine. `entropy` gives so many random bytes, `wall` the seconds since 1970."""

    policy: Policy
    engine: Engine
    entropy: Callable[[int], bytes]
    emit: Callable[[Effect], None]
    wall: Callable[[], float] = field(default=time.time)

    async def answer(self, session: Session, address: str, request: Meeting, now: float) -> Reply:
        """Carry out a request."""
        match request:
            case Open():
                return await self._open(session, address, request, now)
            case Take():
                return await self._take(session, address, request, now)
            case Shut():
                return await self._shut(session, request, now)
            case Knock():
                return await self._knock(session, address, request, now)
            case Signal():
                return await self._signal(session, request, now)
            case Leave():
                return await self._leave(session, request)
            case Renew():
                return await self._renew(session, request, now)
            case _:
                return await self._report(session, request)

    async def lapse(self, session: Session, locator: str, now: float) -> None:
        """The time of a locator is over."""
        await self.engine.release(locator, session.id, self.policy.quarantine, now)
        await self.engine.deliver(session.id, Lapsed(seq=UNNUMBERED, locator=locator, reason="expired"))

    async def end(self, session: Session, reason: str, now: float) -> None:
        """A session is over: free its locators and tell the other members of its pairs."""
        for locator in session.locators:
            await self.engine.release(locator, session.id, self.policy.quarantine, now)
        for pair in await self.engine.pairs_of(session.id):
            await self._part(session, pair, reason)
        await self.engine.set_presence(session.id, None)

    async def _open(self, session: Session, address: str, request: Open, now: float) -> Reply:
        refused = await self._may_hold(session, address, request, request.locator, now)
        if refused is not None:
            return refused
        ttl = min(request.ttl or self.policy.ttl, self.policy.max_ttl)
        holder = Holder(session.id, session.key, now + ttl)
        locator = await self._claim(request.locator, holder, now)
        if locator is None:
            return failed(request, ErrorCode.LOCATOR_TAKEN, "this locator belongs to someone else: ask for any")
        session.locators[locator] = None
        return Opened(seq=UNNUMBERED, re=request.id, locator=locator, ttl=ttl)

    async def _take(self, session: Session, address: str, request: Take, now: float) -> Reply:
        made = delegated(request.delegation, session.key, self.wall())
        if isinstance(made, str):
            return failed(request, ErrorCode.BAD_DELEGATION, made)
        refused = await self._may_hold(session, address, request, made.locator, now)
        if refused is not None:
            return refused
        ttl = min(request.ttl or self.policy.max_ttl, made.left, self.policy.max_ttl)
        holder = Holder(session.id, session.key, now + ttl, made.at(now))
        claim = await self.engine.claim(made.locator, holder, True, now)
        if not claim.granted:
            return failed(request, *explained(claim))
        await self._displace(made.locator, claim)
        session.locators[made.locator] = None
        return Opened(seq=UNNUMBERED, re=request.id, locator=made.locator, ttl=ttl)

    async def _may_hold(
        self, session: Session, address: str, request: Open | Take, locator: str | None, now: float
    ) -> Error | None:
        if locator not in session.locators and len(session.locators) >= self.policy.locators_per_session:
            return failed(request, ErrorCode.TOO_MANY, f"a session may hold {self.policy.locators_per_session} codes")
        wait = await self.engine.take(f"open {address}", self.policy.opens, 1, now)
        if wait:
            return failed(request, ErrorCode.RATE_LIMITED, "too many codes opened from this address", wait)
        return None

    async def _displace(self, locator: str, claim: Claim) -> None:
        if claim.displaced:
            await self.engine.deliver(claim.displaced, Lapsed(seq=UNNUMBERED, locator=locator, reason="moved"))

    async def _claim(self, wanted: str | None, holder: Holder, now: float) -> str | None:
        candidates = [wanted] if wanted else await self._free_looking(now)
        for locator in candidates:
            claim = await self.engine.claim(locator, holder, wanted is not None, now)
            await self._displace(locator, claim)
            if claim.granted:
                return locator
        return None

    async def _free_looking(self, now: float) -> list[str]:
        totals = await self.engine.totals(now)
        taken = totals.locators + totals.reserved
        digits = next((n for n in DIGITS if taken * CROWDED < 10**n - 1), DIGITS[-1])
        return [str(1 + int.from_bytes(self.entropy(8)) % (10**digits - 1)) for _ in range(TRIES)]

    async def _shut(self, session: Session, request: Shut, now: float) -> Reply:
        if request.locator not in session.locators:
            return failed(request, ErrorCode.UNKNOWN_LOCATOR, "this session does not hold this locator")
        await self.engine.release(request.locator, session.id, self.policy.quarantine, now)
        del session.locators[request.locator]
        return ok(request)

    async def _knock(self, session: Session, address: str, request: Knock, now: float) -> Reply:
        counter = f"knock {address}"
        wait = await self.engine.take(counter, self.policy.knocks, 1, now)
        if wait:
            return failed(request, ErrorCode.RATE_LIMITED, "too many codes tried from this address", wait)
        holder = await self.engine.find(request.locator, now)
        presence = await self.engine.presence(holder.session) if holder else None
        if holder is None or presence is None:
            await self.engine.charge(counter, self.policy.knocks, MISS_COST - 1, now)
            return failed(request, ErrorCode.UNKNOWN_LOCATOR, "nobody waits under this code")
        if presence is Presence.AWAY:
            return failed(
                request, ErrorCode.SENDER_AWAY, "whoever opened this code has lost the connection", AWAY_WAIT_S
            )
        if holder.session == session.id:
            return failed(request, ErrorCode.BAD_MESSAGE, "a session cannot knock at its own code")
        return await self.meet(
            session,
            holder,
            request,
            counter,
            lambda pair: Knocked(seq=UNNUMBERED, pair=pair, locator=request.locator, peer=session.key),
        )

    async def meet(
        self,
        session: Session,
        holder: Holder,
        request: Knock | Ask | Call,
        charged: str | None,
        push: Callable[[str], Push],
    ) -> Reply:
        """Make a pair of two sessions, and tell the other one of it; `charged` is the counter that paid for it."""
        pair = b64(self.entropy(12))
        if not await self.engine.pair(pair, (session.id, holder.session), self.policy.pairs_per_session, charged):
            return failed(
                request, ErrorCode.TOO_MANY, f"one of the two is in {self.policy.pairs_per_session} pairs already"
            )
        self.emit(Count(Tally.PAIRS))
        await self.engine.deliver(holder.session, push(pair))
        return Met(seq=UNNUMBERED, re=request.id, pair=pair, peer=holder.key)

    async def _signal(self, session: Session, request: Signal, now: float) -> Reply:
        other = await self.engine.other(request.pair, session.id)
        if other is None:
            return _no_member(session, request)
        await self.engine.deliver(other, Signaled(seq=UNNUMBERED, pair=request.pair, body=request.body))
        if session.said(request.pair) == PROVEN_BODIES:
            await self.engine.forgive(request.pair, self.policy.knocks, now)
        return ok(request)

    async def _leave(self, session: Session, request: Leave) -> Reply:
        if not await self._part(session, request.pair, request.reason) and not session.was_in(request.pair):
            return _no_member(session, request)
        return ok(request)

    async def _renew(self, session: Session, request: Renew, now: float) -> Reply:
        if await self.engine.other(request.pair, session.id) is None:
            return _no_member(session, request)
        wait = await self.engine.take(f"renew {request.pair} {session.id}", RENEWALS, 1, now)
        if wait:
            return failed(request, ErrorCode.RATE_LIMITED, "too many renewals in this pair", wait)
        return Renewed(seq=UNNUMBERED, re=request.id, pair=request.pair)

    async def _report(self, session: Session, request: Report) -> Reply:
        if await self.engine.other(request.pair, session.id) is None and not session.was_in(request.pair):
            return _no_member(session, request)
        self.emit(Count(Tally.REPORTS, request.outcome if request.outcome in OUTCOMES else "other"))
        for phase in PHASES:
            seconds = getattr(request.phases, phase, None)
            if seconds is not None:
                self.emit(Observe(phase, min(seconds, SLOWEST_S)))
        return ok(request)

    async def _part(self, session: Session, pair: str, reason: str) -> bool:
        other = await self.engine.part(pair, session.id)
        if other is None:
            return False
        session.pair_ended(pair)
        await self.engine.deliver(other, Left(seq=UNNUMBERED, pair=pair, reason=reason))
        return True


def _no_member(session: Session, request: Signal | Leave | Report | Renew) -> Error:
    if session.was_in(request.pair):
        return failed(request, ErrorCode.PEER_GONE, "the pair is over")
    return failed(request, ErrorCode.UNKNOWN_PAIR, "this session is no member of this pair")
