"""Gathering for one link: sockets are opened, STUN servers asked and relays found, all at once.

It begins as early as there is consent, while the two peers still prove their code to each other; what it finds goes to
whoever listens, what it found before comes first.
"""

import asyncio
import os
import time
from collections.abc import Callable
from typing import Final

from pypeer.connect.addresses import host_addresses
from pypeer.connect.ice import predict
from pypeer.connect.ice.candidate import LOCAL_PREFERENCE_MAX, Candidate, priority
from pypeer.connect.ice.gather import Gatherer, Mapped
from pypeer.connect.mapping.leases import Leases
from pypeer.connect.mapping.wire import Protocol
from pypeer.connect.options import ConnectOptions, Relaying
from pypeer.connect.relay_bases import Relays
from pypeer.connect.resolving import resolve
from pypeer.connect.servers import Relay, Servers, Stun
from pypeer.connect.sockets import Sockets
from pypeer.protocol.codes import Mapping
from pypeer.protocol.report import CandidateKind
from pypeer.tasks import Tasks
from signaling.protocol import stun
from signaling.protocol.stun import Message
from signaling.protocol.values import Address, StunError

FRESH_S: Final = 4.0
"""How long gathered addresses may wait to be used: less than the shortest time-out of mappings that routers have."""

OnCandidate = Callable[[int, Candidate], None]


class Gathering:
    """Candidates of one side for one link, and the sockets that they stand for. Call `start`, then `listen`."""

    def __init__(self, servers: Servers, options: ConnectOptions) -> None:
        self.servers = servers
        self.options = options
        self.candidates: list[tuple[int, Candidate]] = []
        self.hosts: dict[int, Candidate] = {}
        """Each base, as the host or relayed candidate that it is."""
        self.sockets = Sockets(self._datagrams, options.ports)
        self.on_stun: Callable[[int, Address, Message], None] = lambda base, source, message: None
        """Gets STUN messages that are no answers of servers."""
        self.on_data: Callable[[int, Address, list[bytes]], None] = lambda base, source, datagrams: None
        """Gets all other datagrams."""
        self._on_candidate: OnCandidate = lambda base, candidate: None
        self._on_done: Callable[[], None] = lambda: None
        self._on_mapping: Callable[[], None] = lambda: None
        self._known = Mapping.UNKNOWN
        self._gatherer = Gatherer(os.urandom)
        self._spares: set[int] = set()
        """Sockets beyond one for each address."""
        self._kept: int | None = None
        """A relayed base of a generation that is past, in use until a new one is."""
        self._waiting = 0
        self._began = -FRESH_S
        self._done = False
        self._timer: asyncio.TimerHandle | None = None
        self._tasks = Tasks("gathering")
        self._leases = Leases(self._leased)
        self._public: dict[Address, Candidate] = {}
        """By our own address, what a router gave for it."""
        self.relays = Relays(self.sockets, self._datagrams, self._relayed)

    def start(self) -> None:
        """Begin."""
        self._began = time.monotonic()
        self._tasks.spawn(self._open_all())

    def listen(
        self, on_candidate: OnCandidate, on_done: Callable[[], None], on_mapping: Callable[[], None] = lambda: None
    ) -> None:
        """Get the candidates, the end of them, and word when `mapping` changes."""
        self._on_candidate, self._on_done, self._on_mapping = on_candidate, on_done, on_mapping
        for base, candidate in tuple(self.candidates):
            on_candidate(base, candidate)
        if self._done:
            on_done()

    @property
    def is_fresh(self) -> bool:
        """Whether what was found still holds: it began, and the NAT has forgotten nothing since."""
        return time.monotonic() - self._began < FRESH_S

    @property
    def mapping(self) -> Mapping:
        """What the NAT does, as far as is known now."""
        return self._gatherer.mapping()

    @property
    def is_done(self) -> bool:
        """Whether no more candidates come."""
        return self._done

    @property
    def leased(self) -> frozenset[Address]:
        """Public addresses that routers have given us."""
        return frozenset(each.address for each in self._public.values())

    async def open_spares(self, count: int, predicted: bool = False) -> list[int]:
        """More sockets on the address that leads outside, which nobody is told of: for holes at ports that are guessed,
        or at one that nobody has sent to."""
        bases = [base for base, host in self.hosts.items() if host.kind is CandidateKind.HOST and host.family == 4]
        seen = {mapped.base for mapped in self._gatherer.found}
        base = min(bases, key=lambda base: base not in seen, default=None)
        opened = [] if base is None else [await self.sockets.open(self.hosts[base].host) for _ in range(count)]
        numbers = [each for each in opened if each is not None]
        for number, port in numbers:
            assert base is not None
            self.hosts[number] = self._host(self.hosts[base].host, port, 0, predicted)
            self._spares.add(number)
        return [number for number, _ in numbers]

    def look(self) -> None:
        """Ask what others see of sockets that were opened since; it is told like all else."""
        self._done = False
        self._waiting += len(self.servers.stun)
        for server in self.servers.stun:
            self._tasks.spawn(self._ask(server))

    def close_spares(self, kept: int) -> None:
        """Close those sockets but for the one that is in use."""
        spare = self._spares - {kept}
        self._spares -= spare
        self.hosts = {base: host for base, host in self.hosts.items() if base not in spare}
        self._close_spare()

    def refresh(self, in_use: int | None = None) -> None:
        """Look again: addresses come and go, and the NAT may have another by now. A relayed base that is `in_use`
        serves on until `settle`, though it is not named again (make before break)."""
        self._keep(in_use)
        self._gatherer = Gatherer(os.urandom)
        self._done = False
        self.candidates = []
        self._tasks.spawn(self._open_all())

    def settle(self) -> None:
        """What `refresh` has left is not needed any more."""
        if self._kept is not None:
            self._kept = None
            self._close_spare()

    def renew(self, servers: Servers) -> None:
        """There are newer credentials of relays, for what will be asked for and for what there is."""
        self.servers = servers
        self.relays.renew(servers.relays)

    def close(self) -> None:
        """Close all sockets."""
        self._tasks.cancel()
        if self._timer is not None:
            self._timer.cancel()
        self._leases.close()
        self.sockets.close()

    async def wait_closed(self) -> None:
        """After `close`: wait until nothing is under way any more, and what relays had granted is given back."""
        await self._tasks.wait()
        await self._leases.wait_closed()
        await self.relays.wait_closed()

    def _keep(self, base: int | None) -> None:
        own = None if base is None else self.hosts.get(base)
        if own is not None and base != self._kept:
            self._kept = base if own.kind is CandidateKind.RELAY else None

    def _close_spare(self) -> None:
        kept = set() if self._kept is None else {self._kept}
        self.sockets.close_except(set(self.hosts) | kept)

    # Finding

    async def _open_all(self) -> None:
        self._waiting = 1
        await self._open_hosts(host_addresses(self.options.interfaces))
        relays = () if self.options.relaying is Relaying.NEVER else self.servers.relays
        self._waiting = len(self.servers.stun) + len(relays)
        for server in self.servers.stun:
            self._tasks.spawn(self._ask(server))
        for relay in relays:
            self._tasks.spawn(self._allocate(relay))
        self._map()
        self._maybe_done()

    async def _open_hosts(self, hosts: list[str]) -> None:
        gone = {base for base, own in self.hosts.items() if own.kind is not CandidateKind.HOST or own.host not in hosts}
        self.hosts = {base: own for base, own in self.hosts.items() if base not in gone}
        known = {own.host for own in self.hosts.values()}
        missing = [host for host in hosts if host not in known]
        opened = await asyncio.gather(*(self.sockets.open(host) for host in missing))
        for host, each in zip(missing, opened, strict=True):
            if each is not None:
                self.hosts[each[0]] = self._host(host, each[1], hosts.index(host))
        self._close_spare()
        if self.options.relaying is not Relaying.ONLY:
            for base, own in tuple(self.hosts.items()):
                self._found(base, own)

    def _map(self) -> None:
        """Ask the router for ports; those that were given before are told again. Nobody waits: most give none."""
        for base, own in tuple(self.hosts.items()):
            if own.kind is CandidateKind.HOST and base not in self._spares and self.options.may_map:
                known = self._public.get(own.address)
                if known is not None:
                    self._found(base, known)
                else:
                    self._leases.want(own.address, Protocol.UDP)

    def _leased(self, inside: Address, _: Protocol, outside: Address) -> None:
        base = next((base for base, own in self.hosts.items() if own.address == inside), None)
        if base is not None:
            preference = priority(CandidateKind.SRFLX, LOCAL_PREFERENCE_MAX - base)
            found = Candidate(CandidateKind.SRFLX, *outside, preference, f"m{base}", inside, mapped=True)
            self._public[inside] = found
            self._found(base, found)

    async def _ask(self, server: Stun) -> None:
        addresses = await resolve(server.host, server.port)
        for base, host in tuple(self.hosts.items()):
            if host.kind is CandidateKind.HOST:
                for send in self._gatherer.ask(base, host.host, addresses, time.monotonic()):
                    self.sockets.send(send.base, send.to, send.data)
        self._waiting -= 1
        self._arm()
        self._maybe_done()

    async def _allocate(self, relay: Relay) -> None:
        try:
            await self.relays.allocate(relay)
        finally:
            self._waiting -= 1
        self._maybe_done()

    def _relayed(self, base: int, own: Candidate) -> None:
        self.hosts[base] = own
        self._found(base, own)

    def _reflexive(self, mapped: Mapped) -> None:
        host = self.hosts[mapped.base]
        if self.options.relaying is Relaying.ONLY:
            return
        if mapped.address == host.address:
            self._found(mapped.base, host)
            return
        preference = priority(CandidateKind.SRFLX, LOCAL_PREFERENCE_MAX - mapped.base)
        found = Candidate(CandidateKind.SRFLX, *mapped.address, preference, f"s{mapped.base}", host.address)
        self._found(mapped.base, found)
        if self.options.predict and self.mapping is Mapping.SEQUENTIAL:
            for guess in predict.ahead(self._gatherer.found, mapped.base, host.address):
                self._found(mapped.base, guess)

    def _found(self, base: int, candidate: Candidate) -> None:
        if any(known.address == candidate.address for _, known in self.candidates):
            return
        self.candidates.append((base, candidate))
        self._on_candidate(base, candidate)

    def _host(self, host: str, port: int, rank: int, predicted: bool = False) -> Candidate:
        preference = priority(CandidateKind.HOST, LOCAL_PREFERENCE_MAX - rank)
        return Candidate(CandidateKind.HOST, host, port, preference, f"h{rank}", predicted=predicted)

    # Datagrams, timers, tasks

    def _datagrams(self, base: int, source: Address, datagrams: list[bytes]) -> None:
        rest = []
        for data in datagrams:
            if stun.is_stun(data):
                self._message(base, source, data)
            else:
                rest.append(data)
        if rest:
            self.on_data(base, source, rest)

    def _message(self, base: int, source: Address, data: bytes) -> None:
        try:
            message = stun.decode(data)
        except StunError:
            return
        mapped = self._gatherer.receive(base, source, message, time.monotonic())
        if mapped is None:
            self.on_stun(base, source, message)
        else:
            self._reflexive(mapped)
            self._maybe_done()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = self._gatherer.wake_at()
        if at is not None:
            delay = max(0.0, at - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        self._timer = None
        for send in self._gatherer.tick(time.monotonic()):
            self.sockets.send(send.base, send.to, send.data)
        self._arm()
        self._maybe_done()

    def _maybe_done(self) -> None:
        known, self._known = self._known, self.mapping
        if self._known is not known:
            self._on_mapping()
        if not self._done and self._waiting == 0 and self._gatherer.is_done:
            self._done = True
            self._on_done()
