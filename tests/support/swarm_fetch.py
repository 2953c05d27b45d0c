"""A fetch of a swarm without its session: a sender, two helpers, and a store that believes everything."""

import random
from typing import Final

from pypeer.protocol import limits, messages
from pypeer.protocol.frames import Data, End
from pypeer.transfer.asking import Asking
from pypeer.transfer.effects import Effect, Pass
from pypeer.transfer.fetch import Fetch
from pypeer.transfer.storing import Stored

CHUNK: Final = limits.CHUNK_BYTES
SENDER, HELPER, OTHER = 1, 2, 3


class Scene:
    """`vouches`: the sender tells hashes by themselves."""

    def __init__(self, chunks: int = 6, files: int = 1, vouches: bool = False) -> None:
        entries = [messages.Entry(path=f"f{i}", size=chunks * CHUNK) for i in range(files)]
        self.flows: dict[int, Asking] = {}
        self.fetch = Fetch(entries, {}, self.flows, chance=random.Random(5))
        self.told: list[Effect] = []
        self.passed: set[tuple[int, int]] = set()
        for source in (SENDER, HELPER, OTHER):
            self.flows[source] = flow = Asking(source, 0, 65536, source)
            for said in (messages.Hello, messages.Offer, messages.Accept):
                flow.step(said)
            if source != SENDER:
                self.fetch.is_helper(source)
        self.flows[SENDER].can_probe = vouches

    def pump(self) -> list[Effect]:
        self.fetch.pump(list(self.flows.values()), 0.0)
        effects = self.fetch.take(0.0)
        self.told += effects
        for effect in effects:
            if isinstance(effect, Pass):
                self.passed.update((effect.file, chunk) for chunk in range(effect.start, effect.stop))
        return effects

    def asked(self, source: int) -> list[int]:
        return [flight.chunk for flight in self.flows[source].flights.values()]

    def answer(self, source: int, digest: bytes = b"h" * 32) -> tuple[int, int]:
        """The oldest request there is answered."""
        flow = self.flows[source]
        flight = next(iter(flow.flights.values()))
        flow.data(Data(flight.request, memoryview(bytes(flight.length))), 0.0)
        self.fetch.end(flow, End(flight.request, digest), 0.0)
        self.pump()
        return flight.file, flight.chunk

    def store(self, source: int, digest: bytes = b"h" * 32) -> None:
        """The oldest request there is answered, and that is stored."""
        self.fetch.stored(Stored(*self.answer(source, digest)))
        self.pump()
