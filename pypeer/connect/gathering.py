"""Gathering for one link: sockets are opened, STUN servers asked and relays found, all at once.

It begins as early as there is consent, while the two peers still prove their code to each other; what it finds goes to
whoever listens, what it found before comes first.
"""

import time
from collections.abc import Callable
from typing import Final

from pypeer.connect.addresses import host_addresses
from pypeer.connect.bases import Bases
from pypeer.connect.ice import predict
from pypeer.connect.ice.candidate import Candidate
from pypeer.connect.ice.gather import Mapped
from pypeer.connect.mapping.leases import Leases
from pypeer.connect.mapping.wire import Protocol
from pypeer.connect.options import ConnectOptions, Relaying
from pypeer.connect.reflexive import Reflexive
from pypeer.connect.relay_bases import Relays
from pypeer.connect.servers import Relay, Servers, Stun
from pypeer.connect.sockets import Sockets
from pypeer.protocol.codes import Mapping
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
        self._bases = Bases(self._datagrams, options.ports)
        self.on_stun: Callable[[int, Address, Message], None] = lambda base, source, message: None
        """Gets STUN messages that are no answers of servers."""
        self.on_data: Callable[[int, Address, list[bytes]], None] = lambda base, source, datagrams: None
        """Gets all other datagrams."""
        self._on_candidate: OnCandidate = lambda base, candidate: None
        self._on_done: Callable[[], None] = lambda: None
        self._on_mapping: Callable[[], None] = lambda: None
        self._known = Mapping.UNKNOWN
        self._reflexive = Reflexive(self._bases, self._news)
        self._waiting = 0
        self._began = -FRESH_S
        self._done = False
        self._tasks = Tasks("gathering")
        self._leases = Leases(self._leased)
        self._public: dict[Address, Candidate] = {}
        """By our own address, what a router gave for it."""
        self.relays = Relays(self._bases.sockets, self._datagrams, self._relayed)

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
        return self._reflexive.mapping

    @property
    def hosts(self) -> dict[int, Candidate]:
        """Each base, as the host or relayed candidate that it is."""
        return self._bases.hosts

    @property
    def sockets(self) -> Sockets:
        """What datagrams leave from."""
        return self._bases.sockets

    @property
    def is_done(self) -> bool:
        """Whether no more candidates come."""
        return self._done

    @property
    def leased(self) -> frozenset[Address]:
        """Public addresses that routers have given us."""
        return frozenset(each.address for each in self._public.values())

    async def open_spares(self, count: int, predicted: bool = False) -> list[int]:
        """More sockets, which nobody is told of (pypeer.connect.bases)."""
        return await self._bases.open_spares(count, {mapped.base for mapped in self._reflexive.found}, predicted)

    def look(self) -> None:
        """Ask what others see of sockets that were opened since; it is told like all else."""
        self._done = False
        self._waiting += len(self.servers.stun)
        for server in self.servers.stun:
            self._tasks.spawn(self._ask(server))

    def close_spares(self, kept: int) -> None:
        """Close those sockets but for the one that is in use."""
        self._bases.close_spares(kept)

    def refresh(self, in_use: int | None = None) -> None:
        """Look again: addresses come and go, and the NAT may have another by now. A relayed base that is `in_use`
        serves on until `settle`, though it is not named again (make before break)."""
        self._bases.keep(in_use)
        self._reflexive.restart()
        self._done = False
        self.candidates = []
        self._tasks.spawn(self._open_all())

    def settle(self) -> None:
        """What `refresh` has left is not needed any more."""
        self._bases.settle()

    def renew(self, servers: Servers) -> None:
        """There are newer credentials of relays, for what will be asked for and for what there is."""
        self.servers = servers
        self.relays.renew(servers.relays)

    def close(self) -> None:
        """Close all sockets."""
        self._tasks.cancel()
        self._reflexive.close()
        self._leases.close()
        self._bases.close()

    async def wait_closed(self) -> None:
        """After `close`: wait until nothing is under way any more, and what relays had granted is given back."""
        await self._tasks.wait()
        await self._leases.wait_closed()
        await self.relays.wait_closed()

    # Finding

    async def _open_all(self) -> None:
        self._waiting = 1
        await self._bases.open(host_addresses(self.options.interfaces))
        if self.options.relaying is not Relaying.ONLY:
            for base, own in tuple(self.hosts.items()):
                self._found(base, own)
        relays = () if self.options.relaying is Relaying.NEVER else self.servers.relays
        self._waiting = len(self.servers.stun) + len(relays)
        for server in self.servers.stun:
            self._tasks.spawn(self._ask(server))
        for relay in relays:
            self._tasks.spawn(self._allocate(relay))
        self._map()
        self._news()

    def _map(self) -> None:
        """Ask the router for ports; those that were given before are told again. Nobody waits: most give none."""
        for base, own in self._bases.own() if self.options.may_map else ():
            known = self._public.get(own.address)
            if known is not None:
                self._found(base, known)
            else:
                self._leases.want(own.address, Protocol.UDP)

    def _leased(self, inside: Address, _: Protocol, outside: Address) -> None:
        found = self._bases.leased(inside, outside)
        if found is not None:
            self._public[inside] = found[1]
            self._found(*found)

    async def _ask(self, server: Stun) -> None:
        await self._reflexive.ask(server)
        self._waiting -= 1
        self._news()

    async def _allocate(self, relay: Relay) -> None:
        try:
            await self.relays.allocate(relay)
        finally:
            self._waiting -= 1
        self._news()

    def _relayed(self, base: int, own: Candidate) -> None:
        self.hosts[base] = own
        self._found(base, own)

    def _seen(self, mapped: Mapped) -> None:
        if self.options.relaying is Relaying.ONLY:
            return
        found = self._bases.seen(mapped.base, mapped.address)
        self._found(mapped.base, found)
        if self.options.predict and self.mapping is Mapping.SEQUENTIAL:
            for guess in predict.ahead(self._reflexive.found, mapped.base, self.hosts[mapped.base].address):
                self._found(mapped.base, guess)

    def _found(self, base: int, candidate: Candidate) -> None:
        if any(known.address == candidate.address for _, known in self.candidates):
            return
        self.candidates.append((base, candidate))
        self._on_candidate(base, candidate)

    # Datagrams

    def _datagrams(self, base: int, source: Address, datagrams: list[bytes]) -> None:
        if min(datagrams) >= stun.BEYOND:  # as nearly always, and quicker to see of all than of each
            self.on_data(base, source, datagrams)
            return
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
        mapped = self._reflexive.receive(base, source, message)
        if mapped is None:
            self.on_stun(base, source, message)
        else:
            self._seen(mapped)
            self._news()

    def _news(self) -> None:
        """More may be known, of the NAT or of the end."""
        known, self._known = self._known, self.mapping
        if self._known is not known:
            self._on_mapping()
        if not self._done and self._waiting == 0 and self._reflexive.is_done:
            self._done = True
            self._on_done()
