"""Roots of the files that are fetched: those that are known, and those that have to be asked for; sans-I/O."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from pypeer.protocol.messages import AskRoot, Entry
from pypeer.transfer import merkle
from pypeer.transfer.asking import Asking
from pypeer.transfer.subflow import OtherError, ViolationError

ASKS: Final = 256
"""Roots asked for at once: with as many requests, half of what a sender queues."""


class Roots:
    """`may` tells whether the root of a file may be asked of a source, `send` says a frame on a link."""

    def __init__(
        self,
        entries: Sequence[Entry],
        links: Mapping[int, Asking],
        may: Callable[[int, int], bool],
        send: Callable[[Asking, AskRoot], None],
    ) -> None:
        self._entries = entries
        self._links = links
        self._may = may
        self._send = send
        self._known: dict[int, bytes] = {}
        self._asks: deque[int] = deque()

    def of(self, file: int) -> bytes | None:
        """The root of a file, from its entry or from who sent it; None if nobody has told."""
        entry = self._entries[file]
        if not entry.size:
            return merkle.MISSING_LEAF
        return self._known.get(file) if entry.root is None else bytes.fromhex(entry.root)

    def learn(self, file: int, root: bytes, others: bool) -> None:
        """Somebody told it, beside whom there may be `others`. What was told first holds: raises OtherError if that was
        another, and ViolationError if there is nobody else who may have told it."""
        known = self._entries[file].root
        if self._known.setdefault(file, root) != root or (known is not None and known != root.hex()):
            raise OtherError if others else ViolationError(f"file {file} has two roots")

    def forget(self, file: int) -> None:
        """What was told is of no use any more."""
        self._known.pop(file, None)

    def want(self, files: Iterable[int]) -> None:
        """Ask for these, next time."""
        self._asks.extend(files)

    def give_back(self, link: Asking) -> None:
        """No answer comes on this link any more."""
        self.want(sorted(link.roots))
        link.roots.clear()

    def pump(self, links: Sequence[Asking]) -> None:
        """Ask for those that are wanted, each on the best link to somebody who may be asked."""
        if not self._asks:
            return
        asked = sum(len(each.roots) for each in self._links.values())
        while self._asks and asked < ASKS:
            able = [link for link in links if self._may(link.source, self._asks[0])]
            if not able:
                return
            asked += 1
            link = min(able, key=lambda link: link.order)
            link.roots.add(file := self._asks.popleft())
            self._send(link, AskRoot(file=file))
