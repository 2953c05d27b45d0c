"""Under which addresses others see our sockets (RFC 8445, section 5.1.1.2), and what the NAT does with them.

All sockets ask all servers at once; a server that does not answer costs nothing but its own candidates.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pypeer.connect.ice.candidate import family_of
from pypeer.connect.ice.effects import Send
from pypeer.protocol.codes import Mapping
from signaling.protocol import stun
from signaling.protocol.stun import TRANSACTION_BYTES, Attribute, Class, Message, Method
from signaling.protocol.values import Address, StunError

ASK_S: Final = (0.15, 0.25, 0.4, 0.7)
"""Pauses after each request; 1.5 s in all. RFC 8489 goes on for 40 s, but nobody waits for a candidate that long."""

DOUBTFUL_SENT: Final = 3
"""A socket that has sent so many requests to every server and got no answer is taken for blocked: that is 0.4 s after
the first, longer than a round trip to almost any server, and two lost packets in a row are rare."""

STEP_MAX: Final = 16
"""Two ports no further apart than this were given out one after the other: by chance, once in two thousand times."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A server saw a socket under this address; `rtt` in seconds."""

    base: int
    server: Address
    address: Address
    rtt: float


@dataclass(slots=True)
class _Question:
    base: int
    server: Address
    due: float
    sent: int = 0
    sent_at: float = 0.0


class Gatherer:
    """Asks STUN servers. Times are of a monotonic clock."""

    def __init__(self, entropy: Callable[[int], bytes]) -> None:
        self.found: list[Mapped] = []
        self._entropy = entropy
        self._asked: set[tuple[int, Address]] = set()
        self._open: dict[bytes, _Question] = {}
        self._hosts: dict[int, str] = {}

    def ask(self, base: int, host: str, servers: Iterable[Address], now: float) -> list[Send]:
        """Ask these servers what they see of a socket that is bound to `host`."""
        self._hosts[base] = host
        for server in servers:
            if family_of(server[0]) == family_of(host) and (base, server) not in self._asked:
                self._asked.add((base, server))
                self._open[self._entropy(TRANSACTION_BYTES)] = _Question(base, server, now)
        return self.tick(now)

    def tick(self, now: float) -> list[Send]:
        """Send what is due, and give up what nobody answered."""
        effects: list[Send] = []
        for transaction, question in list(self._open.items()):
            if question.due > now:
                continue
            if question.sent == len(ASK_S):
                del self._open[transaction]
                continue
            question.due = now + ASK_S[question.sent]
            question.sent += 1
            question.sent_at = now
            data = stun.encode(Method.BINDING, Class.REQUEST, transaction)
            effects.append(Send(question.base, question.server, data))
        return effects

    def wake_at(self) -> float | None:
        """When `tick` has something to do."""
        return min((question.due for question in self._open.values()), default=None)

    def receive(self, base: int, source: Address, message: Message, now: float) -> Mapped | None:
        """An answer of a server; None if it is not for us."""
        question = self._open.get(message.transaction)
        if question is None or (question.base, question.server) != (base, source):
            return None
        del self._open[message.transaction]
        try:
            address = message.xor_address(Attribute.XOR_MAPPED_ADDRESS)
        except StunError:
            address = None
        if message.kind is not Class.SUCCESS or address is None:
            return None
        mapped = Mapped(base, source, address, now - question.sent_at)
        self.found.append(mapped)
        return mapped

    @property
    def is_done(self) -> bool:
        """Whether all servers have answered or been given up."""
        return not self._open

    def mapping(self) -> Mapping:
        """What the NAT does with UDP over IPv4, as far as the answers tell (RFC 4787, section 4.1)."""
        by_base: dict[int, list[Mapped]] = {base: [] for base, server in self._asked if family_of(server[0]) == 4}
        for mapped in self.found:
            if mapped.base in by_base:
                by_base[mapped.base].append(mapped)
        kinds = [self._of_base(base, found) for base, found in by_base.items()]
        return max(kinds, key=_TELLING.index, default=Mapping.UNKNOWN)

    def _of_base(self, base: int, found: list[Mapped]) -> Mapping:
        if not found:
            return Mapping.BLOCKED if self._seems_blocked(base) else Mapping.UNKNOWN
        if any(mapped.address[0] == self._hosts[base] for mapped in found):
            return Mapping.NONE
        addresses = {mapped.address for mapped in found}
        if len(found) < 2:
            return Mapping.UNKNOWN
        if len(addresses) == 1:
            return Mapping.INDEPENDENT
        return Mapping.SEQUENTIAL if step([mapped.address for mapped in found]) else Mapping.RANDOM

    def _seems_blocked(self, base: int) -> bool:
        """An answer that comes later takes this back."""
        return all(question.sent >= DOUBTFUL_SENT for question in self._open.values() if question.base == base)


_TELLING: Final = (
    Mapping.UNKNOWN,
    Mapping.BLOCKED,
    Mapping.RANDOM,
    Mapping.SEQUENTIAL,
    Mapping.INDEPENDENT,
    Mapping.NONE,
)
"""Of several interfaces the one that others can reach best counts: it is the one that will be used."""


def step(seen: list[Address]) -> int:
    """By how much ports went up from one mapping to the next; 0 if that is no rule."""
    ports = sorted({port for _, port in seen})
    gaps = [after - before for before, after in pairwise(ports)]
    one_host = len({host for host, _ in seen}) == 1
    return min(gaps) if gaps and one_host and max(gaps) <= STEP_MAX else 0
