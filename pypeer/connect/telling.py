"""What one side tells the other of its network for one link: candidates, in few messages, and what its NAT does."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pypeer.connect.ice.candidate import Candidate, to_line
from pypeer.protocol import sealed
from pypeer.protocol.codes import Mapping
from pypeer.protocol.sealed import Network, SealedMessage

BATCH_S: Final = 0.02
"""Candidates found within this time go in one message: two servers answer about at once."""

BATCH_CANDIDATES: Final = 64
"""As many as one message holds (schema of `candidate`)."""


class Telling:
    """Collects what is to be told about link `number`. `mapping` gives what the NAT does, as far as is known."""

    def __init__(self, number: int, send: Callable[[SealedMessage], None], mapping: Callable[[], Mapping]) -> None:
        self._number = number
        self._send = send
        self._mapping = mapping
        self._found: list[Candidate] = []
        self._told = Mapping.UNKNOWN
        self._is_described = False
        self._batch: asyncio.TimerHandle | None = None

    def found(self, candidate: Candidate, ufrag: str) -> None:
        """A candidate of this generation; it goes with the first description, or soon after."""
        self._found.append(replace(candidate, ufrag=ufrag))
        if self._is_described and self._batch is None:
            self._batch = asyncio.get_running_loop().call_later(BATCH_S, self.flush)

    def described(self) -> tuple[Candidate, ...]:
        """What goes into a description that is sent now."""
        self._is_described = True
        found, self._found = self._found, []
        return tuple(found)

    def flush(self) -> None:
        """Tell what is known."""
        self.close()
        while self._found:
            batch, self._found = self._found[:BATCH_CANDIDATES], self._found[BATCH_CANDIDATES:]
            self._send(sealed.Candidate(link=self._number, candidates=tuple(map(to_line, batch))))
        self.network()

    def end(self) -> None:
        """No more candidates come."""
        self.flush()
        self._send(sealed.Candidate(link=self._number, candidates=()))

    def network(self) -> None:
        """Tell what the NAT does, if that is news; not before the description, without which nobody listens."""
        mapping = self._mapping()
        if self._is_described and mapping not in (Mapping.UNKNOWN, self._told):
            self._told = mapping
            self._send(Network(link=self._number, mapping=mapping))

    def close(self) -> None:
        """Tell nothing more by itself."""
        if self._batch is not None:
            self._batch.cancel()
            self._batch = None
