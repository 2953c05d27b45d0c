"""Hole punching beyond plain checks: what `predict.plan` says is carried out here, once for each generation of ICE."""

import asyncio
import random
import time
from collections.abc import Callable

from pypeer.connect.gathering import Gathering
from pypeer.connect.ice import predict
from pypeer.connect.ice.agent import HOLE_TTL, Agent
from pypeer.connect.ice.checks import IceRole
from pypeer.connect.ice.effects import Effect, State
from pypeer.connect.options import Relaying
from pypeer.protocol.codes import Mapping

Perform = Callable[[Agent, list[Effect]], None]


class Punching:
    """Waits until both NATs are known, and plain checks have had their time. `agent` gives that of the generation."""

    def __init__(self, gathering: Gathering, agent: Callable[[], Agent], perform: Perform) -> None:
        self.there = Mapping.UNKNOWN
        """What the other side says of its NAT."""
        self._gathering = gathering
        self._agent = agent
        self._perform = perform
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def plan(self) -> predict.Plan:
        """What is to be done, as far as is known now."""
        options = self._gathering.options
        if options.relaying is Relaying.ONLY:  # all of it would show our address
            return predict.Plan.NOTHING
        found = predict.plan(self._gathering.mapping, self.there)
        return found if options.predict or found is predict.Plan.AFRESH else predict.Plan.NOTHING

    def consider(self) -> None:
        """More is known: begin soon, if there is something to be done, unless plain checks are enough until then."""
        wanted = self._agent().remote is not None and self._timer is None
        if wanted and self.plan is not predict.Plan.NOTHING:
            self._timer = asyncio.get_running_loop().call_later(predict.WAIT_S, self._begin)

    def cancel(self) -> None:
        """Stop; another generation may begin anew."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _begin(self) -> None:
        agent = self._agent()
        if agent.is_direct or agent.state is State.FAILED:
            return
        match self.plan:
            case predict.Plan.FAN:
                self._task = asyncio.ensure_future(self._fan(agent))
            case predict.Plan.SPRAY:
                self._spray(agent)
            case predict.Plan.CROSS:
                self._task = asyncio.ensure_future(self._cross(agent))
            case predict.Plan.AFRESH:
                self._task = asyncio.ensure_future(self._afresh(agent))
            case predict.Plan.NOTHING:
                pass

    async def _fan(self, agent: Agent) -> None:
        bases = await self._gathering.open_spares(predict.FAN_SOCKETS, predicted=True)
        for base in bases:
            agent.add_base(base, self._gathering.hosts[base])
        probes = predict.fan(bases, agent.remotes)
        self._perform(agent, agent.probe(probes, predict.FAN_RATE, time.monotonic(), HOLE_TTL))

    def _spray(self, agent: Agent) -> None:
        base = next((base for base, host in self._gathering.hosts.items() if host.family == 4), None)
        if base is not None:
            probes = predict.spray(base, agent.remotes, random.random)
            self._perform(agent, agent.probe(probes, predict.SPRAY_RATE, time.monotonic()))

    async def _cross(self, agent: Agent) -> None:
        """Open the holes first, then send through them."""
        for base in await self._gathering.open_spares(1, predicted=True):
            agent.add_base(base, self._gathering.hosts[base])
            skips = agent.role is IceRole.CONTROLLING
            probes = list(predict.cross(base, agent.remotes, skips))
            self._perform(agent, agent.probe(iter(probes), predict.CROSS_RATE, time.monotonic(), HOLE_TTL))
            await asyncio.sleep(predict.CROSS_WAIT_S)
            again = iter(probes * predict.CROSS_ROUNDS)
            self._perform(agent, agent.probe(again, predict.CROSS_RATE, time.monotonic()))

    async def _afresh(self, agent: Agent) -> None:
        """Holes are opened from the new socket while servers are asked for its address, which is told after that."""
        for base in await self._gathering.open_spares(1):
            self._perform(agent, agent.add_fresh(base, self._gathering.hosts[base], time.monotonic()))
            self._gathering.look()
