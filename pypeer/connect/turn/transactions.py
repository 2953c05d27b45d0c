"""Requests on their way: repeated over UDP, not over TCP and TLS, given up in the end (RFC 8489, section 6.2). Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pypeer.connect.turn.signing import Credentials
from signaling.protocol import values
from signaling.protocol.stun import TRANSACTION_BYTES, Attribute, Message, Method
from signaling.protocol.values import Address

RTO_S: Final = 0.5
SENDS: Final = 7
LAST_RTO: Final = 16
"""Section 6.2.1: first pause, doubled each time; how often a request is sent; pauses after the last. 39.5 s in all."""

RELIABLE_S: Final = 39.5
"""Section 6.2.2: over a stream nothing is repeated, and an answer is waited for as long."""

TRIES: Final = 4
"""How often one request is sent at most: unsigned, signed, with a new nonce, and with newer credentials."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, apart from who asks; XOR-ed addresses are made with the transaction."""

    method: Method
    attributes: tuple[tuple[int, bytes], ...] = ()
    peer: Address | None = None
    tries: int = 1
    signed: Credentials | None = None
    """Whose; None before the first challenge."""

    def under(self, transaction: bytes) -> list[tuple[int, bytes]]:
        """All attributes, for this transaction."""
        if self.peer is None:
            return [*self.attributes]
        return [*self.attributes, (Attribute.XOR_PEER_ADDRESS, values.xor_address(self.peer, transaction))]


@dataclass(slots=True)
class _Flight:
    request: Request
    data: bytes
    due: float
    pause: float
    sent: int = 1


Encode = Callable[[Request, bytes], bytes]
"""A request under a transaction, as bytes."""


class Transactions:
    """All requests without an answer yet."""

    def __init__(self, reliable: bool, entropy: Callable[[int], bytes]) -> None:
        self._reliable = reliable
        self._entropy = entropy
        self._flights: dict[bytes, _Flight] = {}

    def begin(self, request: Request, encode: Encode, now: float) -> bytes:
        """A new one; returns what to send."""
        transaction = self._entropy(TRANSACTION_BYTES)
        data = encode(request, transaction)
        pause = RELIABLE_S if self._reliable else RTO_S
        self._flights[transaction] = _Flight(request, data, now + pause, pause)
        return data

    def find(self, message: Message) -> Request | None:
        """The request that a message answers, if it is still waited for."""
        flight = self._flights.get(message.transaction)
        return flight.request if flight is not None and flight.request.method == message.method else None

    def end(self, transaction: bytes) -> None:
        """It was answered."""
        del self._flights[transaction]

    def clear(self) -> None:
        """Wait for nothing any more."""
        self._flights.clear()

    def tick(self, now: float) -> tuple[list[bytes], list[Request]]:
        """What is to be sent again, and what nobody has answered."""
        again, lost = [], []
        for transaction, flight in list(self._flights.items()):
            if flight.due > now:
                continue
            if self._reliable or flight.sent == SENDS:
                del self._flights[transaction]
                lost.append(flight.request)
                continue
            flight.sent += 1
            flight.pause *= 2
            flight.due = now + (RTO_S * LAST_RTO if flight.sent == SENDS else flight.pause)
            again.append(flight.data)
        return again, lost

    def wake_at(self) -> float:
        """When `tick` has something to do; infinity for never."""
        return min((flight.due for flight in self._flights.values()), default=float("inf"))
