"""Pairs: bringing two sessions together, and what they may say to each other.

Each function answers one request of a session with the message to send it; what others are told goes through the
engine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from signaling.core.answers import UNNUMBERED, failed, ok
from signaling.core.effects import Count, Effect, Tally
from signaling.core.policy import Policy
from signaling.core.quota import Rate
from signaling.core.reports import counted
from signaling.core.session import Session
from signaling.engine.base import Engine, Holder, Presence, Push
from signaling.protocol.codes import ErrorCode
from signaling.protocol.contacts import Call
from signaling.protocol.directory import Ask
from signaling.protocol.encoding import b64
from signaling.protocol.messages import Error, Reply
from signaling.protocol.rendezvous import (
    Knock,
    Knocked,
    Leave,
    Left,
    Met,
    PairRequest,
    Renew,
    Renewed,
    Report,
    Signal,
    Signaled,
)

MISS_COST: Final = 5
"""What a knock at a locator that nobody holds costs: whoever looks for open codes by trying gets a fifth as far."""

PROVEN_BODIES: Final = 3
"""Bodies from whoever opened a code to somebody who knocked: no fewer if the words were right, two at most if they were
wrong, an answer and a refusal (docs/protocol.md, "Meeting"). So the server learns that it was no guess, and no word."""

AWAY_WAIT_S: Final = 2.0
"""When to knock again at a session that is away: most come back within their first tries."""

RENEWALS: Final = Rate(burst=8, per_second=1 / 60)
"""Of one member of one pair: credentials last for hours, but a network that goes up and down makes a few links a
minute, each of which asks before it is made."""


@dataclass(frozen=True, slots=True)
class Rendezvous:
    """The rules over an engine. `entropy` gives so many random bytes."""

    policy: Policy
    engine: Engine
    entropy: Callable[[int], bytes]
    emit: Callable[[Effect], None]

    async def answer(self, session: Session, address: str, request: PairRequest, now: float) -> Reply:
        """Carry out a request."""
        match request:
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

    async def end(self, session: Session, reason: str) -> None:
        """A session is over: tell the other members of its pairs."""
        for pair in await self.engine.pairs_of(session.id):
            await self._part(session, pair, reason)

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
        for effect in counted(request):
            self.emit(effect)
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
