"""The relayed bases of one link: allocations at all relays that are named, and why there are no more."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final

from pypeer.connect import trouble
from pypeer.connect.ice.candidate import LOCAL_PREFERENCE_MAX, Candidate, priority
from pypeer.connect.relays import Allocation, open_relay
from pypeer.connect.resolving import resolve
from pypeer.connect.servers import Relay
from pypeer.connect.sockets import OnDatagrams, Sockets
from pypeer.connect.turn.words import Want
from pypeer.protocol.report import CandidateKind, RelayTrouble
from signaling.protocol.values import Address

TROUBLES_MAX: Final = 16
"""Kept of one link: each address of each relay has one or two."""

UNAUTHORIZED: Final = 401
"""RFC 8489, section 14.8."""

_log = logging.getLogger("byway.connect")


class Relays:
    """Allocations of one link. `found` gets each base, as the relayed candidate that it is."""

    def __init__(self, sockets: Sockets, on_datagrams: OnDatagrams, found: Callable[[int, Candidate], None]) -> None:
        self.on_unauthorized: Callable[[], None] = lambda: None
        """A relay does not take the credentials: they may be over."""
        self.on_doubt: Callable[[int], None] = lambda base: None
        """A base works, but will not last."""
        self.troubles: list[RelayTrouble] = []
        """Why relays could not be used, each once."""
        self._sockets = sockets
        self._on_datagrams = on_datagrams
        self._found = found
        self._allocations: list[Allocation] = []

    async def allocate(self, relay: Relay) -> None:
        """Ask all addresses of a relay."""
        addresses = await resolve(relay.host, relay.port)
        if not addresses:
            self._troubled(trouble.unknown(relay))
        for address in addresses:
            allocation = await self._open(relay, address, Want.BOTH)
            if allocation is not None and allocation.unheard:
                await self._open(relay, address, Want.IPV6)

    def renew(self, relays: Iterable[Relay]) -> None:
        """There are newer credentials."""
        for allocation in self._allocations:
            allocation.renew(relays)

    async def wait_closed(self) -> None:
        """After the sockets are closed: wait until all is given back."""
        await asyncio.gather(*(each.wait_closed() for each in self._allocations))

    async def _open(self, relay: Relay, address: Address, want: Want) -> Allocation | None:
        allocation = await open_relay(relay, address, self._on_datagrams, want, self._troubled)
        if allocation is None:
            return None
        self._allocations.append(allocation)
        allocation.on_doubt = lambda: self._doubtful(allocation)
        for rank, relayed in enumerate(allocation.bases):
            base = relayed.number = self._sockets.add(relayed)
            preference = priority(CandidateKind.RELAY, LOCAL_PREFERENCE_MAX - rank, relay.preference)
            own = Candidate(CandidateKind.RELAY, *relayed.relayed, preference, f"r{base}", allocation.mapped)
            self._found(base, own)
        return allocation

    def _troubled(self, found: RelayTrouble) -> None:
        _log.info("%s", found.text)
        if found not in self.troubles and len(self.troubles) < TROUBLES_MAX:
            self.troubles.append(found)
        if found.code == UNAUTHORIZED:
            self.on_unauthorized()

    def _doubtful(self, allocation: Allocation) -> None:
        for base in allocation.bases:
            self.on_doubt(base.number)
