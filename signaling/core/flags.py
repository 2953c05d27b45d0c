"""What people have told the operator of: how many have, of each file or library.

Each identity counts once for each; identities cost nothing, so the count is a hint and no verdict. Bounded: what was
told of longest ago is forgotten first.
"""

from collections import OrderedDict
from typing import Final

SUBJECTS: Final = 10_000
"""Files and libraries that are counted, in some megabytes: more than an operator can look at."""

REPORTERS: Final = 100
"""Identities that are remembered for one of them: who comes later counts again, and it is known by then."""


class Flags:
    """Counts by peer and file; no file is the peer itself."""

    def __init__(self) -> None:
        self._by: OrderedDict[tuple[str, str], set[str]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by)

    def add(self, peer: str, handle: str, reporter: str) -> int:
        """One more; how many there are now."""
        reporters = self._by.setdefault((peer, handle), set())
        self._by.move_to_end((peer, handle))
        if len(reporters) < REPORTERS:
            reporters.add(reporter)
        if len(self._by) > SUBJECTS:
            self._by.popitem(last=False)
        return len(reporters)
