"""The asyncio shell of ICE for one link: sockets, timers, and the datagrams of DTLS in between.

To aiortc's DTLS transport it is the ICE transport below: `_recv` and `_send` are the interface that it uses.
"""

import asyncio
import os
import random
import time
from collections import deque
from collections.abc import Callable
from math import inf
from typing import Final

from pypeer.connect.gathering import Gathering
from pypeer.connect.ice.agent import Agent
from pypeer.connect.ice.candidate import Candidate
from pypeer.connect.ice.checks import Credentials, IceRole
from pypeer.connect.ice.consent import SUSPECT_S
from pypeer.connect.ice.effects import Became, Effect, Selected, Send, Side, State
from pypeer.connect.ice.pairs import Pair
from pypeer.connect.ice.predict import is_careful
from pypeer.connect.options import Relaying
from pypeer.connect.punching import Punching
from pypeer.protocol.codes import Mapping
from pypeer.protocol.report import CandidateKind
from signaling.protocol.stun import Message
from signaling.protocol.values import Address

INBOX: Final = 4096
"""Datagrams that wait for DTLS at most, 5 MB: more than that is lost, as in any full queue."""

DTLS_FIRST: Final = bytes([20])
DTLS_BEYOND: Final = bytes([64])
"""Records of DTLS begin with a byte from the first up to before the second (RFC 7983): so they compare between them."""


class PathTransport:
    """Paths to one peer: a first agent, and another for each restart, over the same gathered sockets.

    `on_selected` is called at each change of the pair in use, `on_state` at each change of the present agent's state.
    """

    def __init__(self, gathering: Gathering, role: IceRole) -> None:
        self.gathering = gathering
        self.on_selected: Callable[[Pair], None] = lambda pair: None
        self.on_state: Callable[[State], None] = lambda state: None
        self.on_doubt: Callable[[], None] = lambda: None
        """The relay in use will not serve for long."""
        self.agent = self._new_agent(role)
        self._punching = Punching(gathering, lambda: self.agent, self._perform)
        self._before: Agent | None = None
        self._inbox: deque[bytes] = deque()
        self._on_datagrams: Callable[[list[bytes]], None] | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._wakes_at = inf
        self._closed = False
        gathering.on_stun = self._stun
        gathering.on_data = self._data
        gathering.relays.on_doubt = self._doubtful

    # What DTLS uses, and aiortc's handshake

    @property
    def role(self) -> str:
        """The ICE role."""
        return self.agent.role.value

    def carry(self, on_datagrams: Callable[[list[bytes]], None]) -> None:
        """Hand over what has come and what comes from now on; until then it waits for `_recv`."""
        self._on_datagrams = on_datagrams
        on_datagrams(list(self._inbox))
        self._inbox.clear()

    def send(self, data: bytes) -> None:
        """Send a datagram over the pair in use; without one it is lost."""
        pair = self.selected
        if pair is not None:
            self.gathering.sockets.send(pair.base, pair.remote.address, data)

    def send_all(self, datagrams: list[bytes]) -> None:
        """Send several, in this order."""
        pair = self.selected
        if pair is not None:
            self.gathering.sockets.send_all(pair.base, pair.remote.address, datagrams)

    def send_whole(self, data: bytes) -> None:
        """Send a datagram that the network must not cut up."""
        pair = self.selected
        if pair is not None:
            self.gathering.sockets.send_whole(pair.base, pair.remote.address, data)

    async def _recv(self) -> bytes:
        while not self._inbox:
            if self._closed:
                raise ConnectionError("closed")
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._inbox.popleft()

    async def _send(self, data: bytes) -> None:
        if self._closed:
            raise ConnectionError("closed")
        self.send(data)

    # For the layer above

    @property
    def selected(self) -> Pair | None:
        """The pair in use; during a restart the one from before, until a new one works."""
        before = self._before.selected if self._before is not None else None
        return self.agent.selected or before

    @property
    def mapping(self) -> Mapping:
        """What our NAT does."""
        return self.gathering.mapping

    @property
    def there(self) -> Mapping:
        """What the other side says of its NAT."""
        return self._punching.there

    def local_candidate(self, base: int, candidate: Candidate) -> None:
        """A candidate was gathered."""
        self.agent.add_base(base, self.gathering.hosts[base])
        self._perform(self.agent, self.agent.add_local(base, candidate, time.monotonic()))

    def remote_candidate(self, candidate: Candidate) -> None:
        """The other side named a candidate, with an address and not a name."""
        if candidate.kind is CandidateKind.RELAY and self.gathering.options.relaying is Relaying.NEVER:
            return
        self._perform(self.agent, self.agent.add_remote(candidate, time.monotonic()))

    def local_end(self) -> None:
        """All candidates were gathered."""
        self._perform(self.agent, self.agent.complete(Side.HERE, time.monotonic()))

    def remote_end(self) -> None:
        """The other side has named all of its candidates."""
        self._perform(self.agent, self.agent.complete(Side.THERE, time.monotonic()))

    def remote_credentials(self, credentials: Credentials, late: bool) -> None:
        """The other side's description is here; `late` says that it may send later than we."""
        self.agent.careful = is_careful(late, self.mapping, self.gathering.options.predict)
        self._perform(self.agent, self.agent.set_remote(credentials, time.monotonic()))
        self._punching.consider()

    def local_mapping(self) -> None:
        """It is known better what our NAT does."""
        self._punching.consider()

    def remote_mapping(self, mapping: Mapping) -> None:
        """The other side tells what its NAT does."""
        self._punching.there = mapping
        self._punching.consider()

    def restart(self, role: IceRole) -> None:
        """Begin a new generation (RFC 8445, section 9). The candidates are told again: the network may be another."""
        if self.agent.selected is not None:
            self._before = self.agent
        self._punching.cancel()
        self.agent = self._new_agent(role)
        selected = self.selected
        self.gathering.refresh(None if selected is None else selected.base)

    def close(self) -> None:
        """Close all sockets; who waits for a datagram gets ConnectionError."""
        self._closed = True
        self._punching.cancel()
        self._arm()
        self._wake_reader()
        self.gathering.close()

    # Datagrams

    def _data(self, base: int, source: Address, datagrams: list[bytes]) -> None:
        now = time.monotonic()
        found = datagrams
        if not (min(datagrams) >= DTLS_FIRST and max(datagrams) < DTLS_BEYOND):
            found = [data for data in datagrams if DTLS_FIRST <= data < DTLS_BEYOND]
        if not found or not self._carries(base, source, now):
            return
        if self._on_datagrams is not None:
            self._on_datagrams(found)
        else:
            self._inbox.extend(found[: max(0, INBOX - len(self._inbox))])
            self._wake_reader()
        if self._wakes_at > now + SUSPECT_S:
            self._arm()

    def _stun(self, base: int, source: Address, message: Message) -> None:
        now = time.monotonic()
        for agent in filter(None, (self.agent, self._before)):
            self._perform(agent, agent.receive(base, source, message, now))

    def _carries(self, base: int, source: Address, now: float) -> bool:
        before = self._before
        return self.agent.carries(base, source, now) or (before is not None and before.carries(base, source, now))

    def _doubtful(self, base: int) -> None:
        selected = self.selected
        if selected is not None and selected.base == base:
            self.on_doubt()

    def _wake_reader(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    # Effects and timers

    def _new_agent(self, role: IceRole) -> Agent:
        agent = Agent(role, Credentials.make(os.urandom), os.urandom, random.random)
        agent.await_candidates()
        return agent

    def _perform(self, agent: Agent, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send():
                    self.gathering.sockets.send(effect.base, effect.to, effect.data, effect.ttl)
                case Selected() if agent is self.agent:
                    self._before = None
                    self.gathering.settle()
                    if self.agent.is_direct:
                        self.gathering.close_spares(effect.pair.base)
                    self.on_selected(effect.pair)
                case Became() if agent is self.agent:
                    self.on_state(effect.state)
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._wakes_at = inf
        times = [at for agent in filter(None, (self.agent, self._before)) if (at := agent.wake_at()) is not None]
        if times and not self._closed:
            self._wakes_at = min(times)
            delay = max(0.0, self._wakes_at - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        self._timer = None
        now = time.monotonic()
        for agent in filter(None, (self.agent, self._before)):
            self._perform(agent, agent.tick(now))
