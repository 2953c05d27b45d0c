"""STUN questions that are outstanding (RFC 8489): sent, repeated, answered or given up. Pure.

An answer counts only if it has the random number of a question and came to the same socket, and if it came from whom
it was asked of, unless the question was for an answer from elsewhere (CHANGE-REQUEST, RFC 5780, section 7.2).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from signaling.protocol import stun, values
from signaling.protocol.stun import TRANSACTION_BYTES, Attribute, Class, Message, Method
from signaling.protocol.values import Address, StunError

CHANGE_PORT: Final = 0x2
CHANGE_ADDRESS: Final = 0x4
"""Flags of CHANGE-REQUEST (RFC 5780, section 7.2)."""

ASK_S: Final = (0.25, 0.5, 0.75, 1.0)
"""Pauses after each sending of what should be answered: 2.5 s in all. Three may get lost, and a satellite is heard."""

SILENCE_S: Final = (0.2, 0.3, 0.4, 0.6)
"""Likewise where silence is an answer too: 1.5 s in all, since the way is known to work."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send a datagram from a socket."""

    socket: int
    to: Address
    data: bytes


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; `turn` tells the same question at different times apart."""

    socket: int
    to: Address
    change: int = 0
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: whence, as whom the server sees us, its other address, or that it refused; `rtt` in seconds."""

    question: Question
    source: Address
    mapped: Address | None
    other: Address | None
    rtt: float


@dataclass(slots=True)
class _Open:
    question: Question
    pauses: tuple[float, ...]
    due: float
    sent: int = 0
    sent_at: float = 0.0


class Questions:
    """All questions of one discovery. Times are of a monotonic clock."""

    def __init__(self, entropy: Callable[[int], bytes]) -> None:
        self.answers: dict[Question, Answer] = {}
        self.silent: list[Question] = []
        """Given up."""
        self.returned: list[Question] = []
        """Those that came back to a socket of our own."""
        self._entropy = entropy
        self._open: dict[bytes, _Open] = {}
        self._asked: set[Question] = set()

    def ask(self, question: Question, now: float, pauses: tuple[float, ...] = ASK_S) -> list[Send]:
        """Ask, unless it has been asked before."""
        if question in self._asked:
            return []
        self._asked.add(question)
        self._open[self._entropy(TRANSACTION_BYTES)] = _Open(question, pauses, now)
        return self.tick(now)

    def tick(self, now: float) -> list[Send]:
        """Repeat what is due, and give up what nobody answered."""
        sends = []
        for transaction, each in list(self._open.items()):
            if each.due > now:
                continue
            if each.sent == len(each.pauses):
                del self._open[transaction]
                self.silent.append(each.question)
                continue
            each.due, each.sent_at = now + each.pauses[each.sent], now
            each.sent += 1
            sends.append(Send(each.question.socket, each.question.to, encode(each.question, transaction)))
        return sends

    def wake_at(self) -> float | None:
        """When `tick` has something to do."""
        return min((each.due for each in self._open.values()), default=None)

    @property
    def is_quiet(self) -> bool:
        """Whether everything is answered or given up."""
        return not self._open

    def receive(self, socket: int, source: Address, data: bytes, now: float) -> None:
        """A datagram; anything but an answer to a question is dropped."""
        try:
            message = stun.decode(data)
        except StunError:
            return
        found = self._open.get(message.transaction)
        if found is None:
            return
        if message.kind is Class.REQUEST:
            self._came_back(found, socket, message)
        elif found.question.socket == socket and (found.question.change or found.question.to == source):
            del self._open[message.transaction]
            self.answers[found.question] = read(found.question, source, message, now - found.sent_at)

    def _came_back(self, found: _Open, socket: int, message: Message) -> None:
        if found.question.socket != socket:
            del self._open[message.transaction]
            self.returned.append(found.question)


def encode(question: Question, transaction: bytes) -> bytes:
    """A Binding request."""
    attributes = [(Attribute.CHANGE_REQUEST, values.number32(question.change))] if question.change else []
    return stun.encode(Method.BINDING, Class.REQUEST, transaction, attributes)


def read(question: Question, source: Address, message: Message, rtt: float) -> Answer:
    """What an answer says; servers of RFC 3489 tell the address in clear only."""
    if message.kind is not Class.SUCCESS:
        return Answer(question, source, None, None, rtt)
    try:
        mapped = message.xor_address(Attribute.XOR_MAPPED_ADDRESS) or message.address(Attribute.MAPPED_ADDRESS)
        return Answer(question, source, mapped, message.address(Attribute.OTHER_ADDRESS), rtt)
    except StunError:
        return Answer(question, source, None, None, rtt)
