"""Where what is fetched comes from: links, what is asked for on them, and what of it may be believed; sans-I/O."""

import random
from collections.abc import Mapping, Sequence
from typing import Final

from pypeer.protocol.frames import End, Probe, Request, Stop
from pypeer.protocol.messages import AskRoot, Entry
from pypeer.transfer import chunks
from pypeer.transfer.asking import Asking
from pypeer.transfer.budget import Budget
from pypeer.transfer.effects import Effect, Send
from pypeer.transfer.landing import Landing, Origin
from pypeer.transfer.mutual import Mutual
from pypeer.transfer.pulling import Pulling
from pypeer.transfer.roots import Roots
from pypeer.transfer.subflow import Stage, ViolationError
from pypeer.transfer.trust import Trust

NOTHING: Final[Mapping[int, int]] = {}


class Drawing:
    """Draws chunks and roots; the parameters are those of Fetch."""

    def __init__(
        self,
        entries: Sequence[Entry],
        links: Mapping[int, Asking],
        budget: Budget | None = None,
        here: Mapping[int, int] = NOTHING,
        chance: random.Random | None = None,
    ) -> None:
        self.effects: list[Effect] = []
        """What is to be done."""
        self.trust = Trust()
        self._entries = entries
        self._links = links
        self._roots = Roots(entries, links, self.trust.may_tell, self._send)
        self._landing = Landing(links, self.trust, self._send, chance is not None)
        self._mutual = None if chance is None else Mutual(entries, links, self._ask, self.trust, budget, chance)
        self._pulling = self._mutual or Pulling(entries, links, self._ask, self.trust.may, budget)
        for file, count in here.items():
            self._pulling.may_be_here(file, count)

    def pump(self, links: Sequence[Asking], now: float) -> None:
        """Ask on these links for as much as there is room for, and for roots on the best of them."""
        links = [link for link in links if not self.trust.bars(link.source)]
        self.trust.know(link.source for link in self._links.values() if link.stage is Stage.SERVING)
        self._pulling.pump(links, now)
        self._landing.pump(links, now)
        self._roots.pump(links)
        self._take_landed()

    @property
    def is_busy(self) -> bool:
        """Whether something is on its way, or being stored."""
        return self._pulling.window.requests > 0 or any(link.roots or link.vouches for link in self._links.values())

    def prefer(self, files: Sequence[int]) -> None:
        """From now on these files come before the others, in this order."""
        self._pulling.schedule.prefer(files)

    def excuse(self, now: float) -> None:
        """Nobody was to send up to now."""
        self._pulling.excuse(self._links.values(), now)

    def link_lost(self, link: Asking) -> None:
        """What was on its way on this link is missing again."""
        self._pulling.give_back(link.flights.values())
        self._roots.give_back(link)
        self._landing.give_back(link)

    def end(self, link: Asking, frame: End, now: float) -> None:
        """The end of a chunk: verify and store it; raises ViolationError."""
        asked = link.asked_by(frame.request)
        if frame.root is not None and asked is not None:
            self._learn(link, asked[0], frame.root)
        if not self._landing.told(link, frame):
            flight = link.end(frame, now)
            if flight is None:
                return
            self._pulling.landed(flight)
            self._landing.come(flight, link.source, frame.hash, now)
        self._take_landed()

    def _learn(self, link: Asking, file: int, root: bytes) -> None:
        self._roots.learn(file, root, self.trust.has_others(link.source, self._links.values()))

    def _take_landed(self) -> None:
        self.effects += self._landing.effects
        self._landing.effects = []

    def is_helper(self, source: int) -> None:
        """This source has only what it tells."""
        self.trust.holdings.begin(source)

    def has(self, source: int, chunks_of: Sequence[tuple[int, int, int]]) -> None:
        """A helper has these: file, from a chunk, up to before another; raises ViolationError."""
        for file, start, stop in chunks_of:
            if file >= len(self._entries) or not start < stop <= chunks.chunk_count(self._entries[file].size):
                raise ViolationError(f"file {file} has no chunks {start} to {stop}")
            new = self.trust.holdings.add(source, file, start, stop)
            if self._mutual is not None:
                self._mutual.told(source, new)

    def _settle(self, file: int, chunk: int) -> Origin:
        """A chunk is not being stored any more: where it came from."""
        self._pulling.window.remove(self._pulling.length(file, chunk))
        return self._landing.settle(file, chunk)

    def _ask(self, link: Asking, frame: Request | Probe | Stop) -> None:
        self._send(link, frame)
        self._landing.asked(link, frame)

    def _send(self, link: Asking, frame: Request | Probe | Stop | AskRoot) -> None:
        self.effects.append(Send(link.link, frame))
