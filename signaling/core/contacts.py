"""Contacts: who waits to be called under which tokens, and who calls.

Whoever waits says a token, and is found by the ring of that token and its own key: so others who say the same token
are never called instead.

A caller is told the same whether nobody waits, whoever waits has lost the connection, or is in as many pairs as it
may: only that they have met says that somebody is here.
"""

from typing import Final

from signaling.core.answers import UNNUMBERED, failed, ok
from signaling.core.charging import charge
from signaling.core.effects import Count, Tally
from signaling.core.policy import Policy
from signaling.core.rendezvous import Rendezvous
from signaling.core.session import Session
from signaling.core.states import SessionState
from signaling.engine.base import Engine, Holder
from signaling.protocol.codes import ErrorCode
from signaling.protocol.contacts import Call, Called, ContactRequest, Wait, ring_of
from signaling.protocol.messages import Reply
from signaling.protocol.rendezvous import Met

NOT_HERE: Final = "nobody can be called so now"


class Contacts:
    """The tokens of this server, and the sessions that wait under them."""

    def __init__(self, policy: Policy, engine: Engine, rendezvous: Rendezvous) -> None:
        self._policy = policy
        self._engine = engine
        self._rendezvous = rendezvous
        self._waiting: dict[str, dict[str, Session]] = {}
        """By ring and id of the session, whoever came last at the end."""
        self._tokens: dict[str, dict[str, str]] = {}
        """By id of the session and by ring."""
        self._total = 0

    def __len__(self) -> int:
        """Tokens that all sessions wait under."""
        return self._total

    async def answer(self, session: Session, address: str, request: ContactRequest, now: float) -> Reply:
        """Carry out a request."""
        if isinstance(request, Wait):
            return await self._wait(session, address, request, now)
        return await self._call(session, address, request, now)

    def end(self, session: Session) -> None:
        """A session is over: it can be called no more."""
        for ring in self._tokens.pop(session.id, ()):
            sessions = self._waiting[ring]
            del sessions[session.id]
            if not sessions:
                del self._waiting[ring]
            self._total -= 1

    async def _wait(self, session: Session, address: str, request: Wait, now: float) -> Reply:
        tokens = {ring_of(token, session.key): token for token in request.tokens}
        before = self._tokens.get(session.id, {})
        if self._total - len(before) + len(tokens) > self._policy.waiting_tokens:
            return failed(request, ErrorCode.TOO_MANY, "the server has no room for more contacts to wait for")
        cost = min(len(set(tokens).difference(before)), self._policy.waiting.burst)
        wait = await self._engine.take(f"wait {address}", self._policy.waiting, cost, now)
        if wait:
            return failed(request, ErrorCode.RATE_LIMITED, "too many contacts waited for from this address", wait)
        self.end(session)
        for ring in tokens:
            self._waiting.setdefault(ring, {})[session.id] = session
        self._tokens[session.id] = tokens
        self._total += len(tokens)
        return ok(request)

    async def _call(self, session: Session, address: str, request: Call, now: float) -> Reply:
        rates = self._policy.calling, self._policy.calling_address
        wait = await charge(self._engine, "call", session, address, rates, 1, now)
        if wait:
            return failed(request, ErrorCode.RATE_LIMITED, "too many calls from this identity or address", wait)
        answer = await self._meet(session, request, now)
        self._rendezvous.emit(Count(Tally.CALLS, "met" if isinstance(answer, Met) else ErrorCode.NOT_HERE.value))
        return answer

    async def _meet(self, session: Session, request: Call, now: float) -> Reply:
        waiting = self._newest(session, request.ring)
        if waiting is None:
            return failed(request, ErrorCode.NOT_HERE, NOT_HERE)
        token = self._tokens[waiting.id][request.ring]
        answer = await self._rendezvous.meet(
            session,
            Holder(waiting.id, waiting.key, now),
            request,
            None,
            lambda pair: Called(seq=UNNUMBERED, pair=pair, token=token, peer=session.key),
        )
        return answer if isinstance(answer, Met) else failed(request, ErrorCode.NOT_HERE, NOT_HERE)

    def _newest(self, caller: Session, ring: str) -> Session | None:
        """Of several programs of one person, the one that was opened last and is connected."""
        for session in reversed(self._waiting.get(ring, {}).values()):
            if session.state is SessionState.READY and session is not caller:
                return session
        return None
