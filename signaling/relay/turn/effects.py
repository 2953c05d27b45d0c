"""What the shell is told to do. Tuples, since there may be one for each datagram."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from signaling.protocol.values import Address
from signaling.relay.turn.kinds import FiveTuple


class ToClient(NamedTuple):
    """Send this to a client. Dropped where the client takes no more: nothing is queued."""

    client: FiveTuple
    data: bytes


class ToPeer(NamedTuple):
    """Send this from the socket at `relay` to a peer."""

    relay: Address
    data: bytes
    peer: Address


class ManyToClient(NamedTuple):
    """As ToClient, for several datagrams."""

    client: FiveTuple
    datagrams: Sequence[bytes]


class ManyToPeer(NamedTuple):
    """As ToPeer, for several datagrams."""

    relay: Address
    datagrams: Sequence[bytes]
    peer: Address


class OpenRelay(NamedTuple):
    """Open a UDP socket at `relay`, and tell the core at once by `opened` or `failed`."""

    number: int
    relay: Address


class CloseRelay(NamedTuple):
    """Close the socket at `relay`."""

    relay: Address


class CloseClient(NamedTuple):
    """The allocation of a client ended; a connection over TCP is of no more use."""

    client: FiveTuple


class PairEnded(NamedTuple):
    """The last allocation of a pair ended."""

    bytes: int
    seconds: float
    relayed: bool
    """Whether it was more than checks."""


Effect = ToClient | ToPeer | ManyToClient | ManyToPeer | OpenRelay | CloseRelay | CloseClient | PairEnded


def together(effects: Iterable[Effect]) -> Iterator[Effect]:
    """The same, in order: datagrams that follow each other to one place as one effect."""
    for _, group in groupby(effects, _place):
        run = list(group)
        match run:
            case [_]:
                yield run[0]
            case [ToPeer(relay, _, peer), *_]:
                yield ManyToPeer(relay, [each.data for each in run if isinstance(each, ToPeer)], peer)
            case [ToClient(client, _), *_]:
                yield ManyToClient(client, [each.data for each in run if isinstance(each, ToClient)])
            case _:
                yield from run


def _place(effect: Effect) -> object:
    match effect:
        case ToPeer():
            return effect.relay, effect.peer
        case ToClient():
            return effect.client
        case _:
            return effect
