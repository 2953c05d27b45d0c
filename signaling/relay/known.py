"""From where the members of each pair have signed in, for --relay-only-known. Pure."""

from collections.abc import Collection
from typing import Final

PAIRS: Final = 50_000
"""Pairs remembered, about 20 MB; the oldest are forgotten, and then get no more new addresses to relay to."""


class Known:
    """Addresses as quotas count them, by pair."""

    def __init__(self) -> None:
        self._addresses: dict[str, set[str]] = {}

    def add(self, pair: str, address: str) -> None:
        """A member of a pair has this address."""
        self._addresses.setdefault(pair, set()).add(address)
        if len(self._addresses) > PAIRS:
            del self._addresses[next(iter(self._addresses))]

    def of(self, pair: str) -> Collection[str]:
        """All that is known of a pair."""
        return self._addresses.get(pair, ())
