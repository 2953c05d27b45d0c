"""What has come, until it is stored: who sent it, and whose word its hash is; sans-I/O.

In a swarm what a helper sends is verified with the hash that a sender of everything tells for it: that is asked for
together with the chunk, and costs the sender a hundred bytes rather than a chunk. So what was stored is right as far as
that sender goes, whoever sent it, and may be passed on at once. While nobody can tell, the helper's own hash has to do;
such a chunk is passed on only when its whole file has matched the root.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pypeer.protocol.frames import End, Probe, Request, Stop
from pypeer.transfer.asking import Asking, Flight
from pypeer.transfer.effects import Effect
from pypeer.transfer.storing import Reuse, Store
from pypeer.transfer.trust import Trust

ASKS: Final = 256
"""Hashes asked for at once: with as many requests and roots, three quarters of what a sender queues."""

WAIT_S: Final = 5.0
"""So long a chunk waits for its hash: a congested sender answers in less, and what waits takes room from the rest."""

Key = tuple[int, int]
"""File and chunk."""


@dataclass(frozen=True, slots=True)
class Landed:
    """A chunk that has come, or only its hash."""

    flight: Flight
    source: int
    digest: bytes
    """As its sender says."""
    since: float


@dataclass(frozen=True, slots=True)
class Origin:
    """Of a chunk that is being stored: who sent it, and whether its hash came from who has everything."""

    source: int
    vouched: bool


class Landing:
    """`vouches` tells whether hashes are asked for, as in a swarm; `send` says a frame on a link."""

    def __init__(
        self, links: Mapping[int, Asking], trust: Trust, send: Callable[[Asking, Probe], None], vouches: bool
    ) -> None:
        self.effects: list[Effect] = []
        """What is to be stored, for whoever owns this to take."""
        self._links = links
        self._trust = trust
        self._send = send
        self._vouches = vouches
        self._storing: dict[Key, Origin] = {}
        self._wanted: deque[Key] = deque()
        self._asked: set[Key] = set()
        self._told: dict[Key, tuple[int, bytes]] = {}
        self._held: dict[Key, Landed] = {}

    def asked(self, link: Asking, frame: Request | Probe | Stop) -> None:
        """This is said on a link: if it asks a helper for a chunk, its hash is wanted, too."""
        if self._vouches and not isinstance(frame, Stop) and self._trust.holdings.is_helper(link.source):
            key = (frame.file, frame.chunk)
            if key not in self._asked and key not in self._told:
                self._asked.add(key)
                self._wanted.append(key)

    def come(self, flight: Flight, source: int, digest: bytes, now: float) -> None:
        """This came: store it, or wait for its hash."""
        landed = Landed(flight, source, digest, now)
        if self._vouches and self._trust.holdings.is_helper(source):
            self._held[flight.file, flight.chunk] = landed
            self._look((flight.file, flight.chunk))
        else:
            self._store(landed, source, digest)

    def told(self, link: Asking, frame: End) -> bool:
        """Whether this tells a hash that was asked for here; if so, what waited for it is stored."""
        key = link.vouches.pop(frame.request, None)
        if key is None:
            return False
        self._asked.discard(key)
        self._told[key] = (link.source, frame.hash)
        self._look(key)
        return True

    def refused(self, link: Asking, request: int) -> Key | None:
        """The chunk whose hash this request asked for, if it did; nobody there will tell it."""
        key = link.vouches.pop(request, None)
        if key is not None:
            self._asked.discard(key)
        return key

    def settle(self, file: int, chunk: int) -> Origin:
        """A chunk is not being stored any more: where it came from."""
        return self._storing.pop((file, chunk))

    def drop(self, file: int) -> list[Flight]:
        """Nothing of this file is wanted any more: what waited."""
        self._told = {key: told for key, told in self._told.items() if key[0] != file}
        return [self._held.pop(key).flight for key in [key for key in self._held if key[0] == file]]

    def give_back(self, link: Asking) -> None:
        """No answer comes on this link any more."""
        self._wanted.extend(link.vouches.values())
        link.vouches.clear()

    def pump(self, links: Sequence[Asking], now: float) -> None:
        """Ask for hashes that are wanted; what waits for one in vain is stored without."""
        if not self._vouches:
            return
        asked = sum(len(each.vouches) for each in self._links.values())
        while self._wanted and asked < ASKS:
            key = self._wanted.popleft()
            able = [link for link in links if link.can_probe and self._trust.may_tell(link.source, key[0])]
            if able:
                asked += 1
                link = min(able, key=lambda link: link.order)
                self._send(link, link.ask_hash(*key))
            else:
                self._asked.discard(key)
        for key in [key for key, landed in self._held.items() if now - landed.since > WAIT_S or key not in self._asked]:
            landed = self._held.pop(key)
            self._store(landed, landed.source, landed.digest)

    def _look(self, key: Key) -> None:
        told = self._told.get(key)
        if told is not None and key in self._held:
            del self._told[key]
            self._store(self._held.pop(key), *told)

    def _store(self, landed: Landed, source: int, digest: bytes) -> None:
        """The hash is the word of `source`."""
        flight = landed.flight
        vouched = not self._trust.holdings.is_helper(source)
        self._storing[flight.file, flight.chunk] = Origin(landed.source, vouched)
        self._trust.witness.note(flight.file, flight.chunk, source, digest)
        if flight.bare:
            self.effects.append(Reuse(flight.file, flight.chunk, digest))
        else:
            self.effects.append(Store(flight.file, flight.chunk, flight.data, digest))
