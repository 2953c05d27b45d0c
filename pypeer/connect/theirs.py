"""The other side's candidates for one link, as they come: before its description, as names, and their end."""

from dataclasses import replace
from typing import Final

from pypeer.connect.ice.candidate import Candidate, CandidateError, parse
from pypeer.connect.mdns import resolve_mdns
from pypeer.connect.path import PathTransport
from pypeer.connect.prospects import Side
from pypeer.tasks import Tasks

EARLY_MAX: Final = 256
"""Candidates kept before the description: more than any honest side has."""


class Theirs:
    """Passes them on to the agent; names are looked up in tasks of the link."""

    def __init__(self, transport: PathTransport, tasks: Tasks) -> None:
        self._transport = transport
        self._tasks = tasks
        self._early: list[str] = []
        self._families: set[int] = set()
        self._is_complete = False

    @property
    def side(self) -> Side:
        """What is known of the other side."""
        return Side(self._transport.there, frozenset(self._families), self._is_complete)

    def add(self, lines: tuple[str, ...]) -> None:
        """Candidates by trickle, none at their end; before the description they wait."""
        self._is_complete = not lines
        self._early.extend(lines[: EARLY_MAX - len(self._early)])
        if self._transport.agent.remote is not None:
            self._take_early()

    def described(self, candidates: tuple[Candidate, ...]) -> None:
        """Those of a description, which the agent has got by now."""
        for candidate in candidates:
            self._add(candidate)
        self._take_early()

    def _take_early(self) -> None:
        early, self._early = self._early, []
        for line in early:
            try:
                self._add(parse(line))
            except CandidateError:
                continue  # of a kind that we do not know: it costs nothing but itself
        if self._is_complete:
            self._transport.remote_end()

    def _add(self, candidate: Candidate) -> None:
        self._families.add(candidate.family)
        if candidate.host.endswith(".local"):
            self._tasks.spawn(self._resolve(candidate))
        elif candidate.family:
            self._transport.remote_candidate(candidate)

    async def _resolve(self, candidate: Candidate) -> None:
        host = await resolve_mdns(candidate.host)
        if host is not None:
            self._transport.remote_candidate(replace(candidate, host=host))
