"""Hole punching where plain checks do not lead through. Above all where one side's NAT takes another port for each
destination: guess the port (RFC 5128, section 3.4).

- Ports that go up: the hard side names the next few as candidates, and the other side tries them like any other.
- Ports at random: the hard side sends from many sockets to the one address of the other, which opens as many holes
  (with packets that die on the way, lest the other's router takes them for itself); the other tries random ports of the
  one host that was named. 256 holes in 64,512 ports: half of all tries are over after 174 checks, 999 in 1,000 after
  1,740 (a geometric distribution).
- Ports that go up on both sides: each sends from a fresh socket to the ports that follow those last seen of the other,
  one side to each of them, the other to every second. Say that the one NAT has given away c more ports than were seen
  when the first probe leaves, the other d more. Probe m of the side that skips leaves by port c + m for port 2 m, and
  probe n of the other by d + n for n: with m = c + d and n = 2 c + d they are each other's. So whatever came between,
  one pair of holes fits, and no moment has to be agreed on: holes stay open, and later rounds go through them.
- Ports that stay, on both sides: then a check came to a router before its own client had sent one, and the router took
  that port for itself; the client's checks leave by another since. A page cannot hold its checks back, so that is usual
  where it answers. Whoever can tries once more from a fresh socket, whose port nobody knows: it opens its hole, with
  packets that die on the way, before it tells its address.
  That helps where it was our own router. The page's, once it has taken a port, gives the page another for whatever it
  sends to later, which nobody is told of; then only a restart of ICE would help, for which the page opens new sockets.

Bounds, so that no network mistakes this for an attack: sockets, checks and their rate are limited, one round for an
attempt, and only to hosts that the other side named as its own.
"""

import ipaddress
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Final

from pypeer.connect.ice.candidate import LOCAL_PREFERENCE_MAX, Candidate, priority
from pypeer.connect.ice.gather import Mapped, step
from pypeer.connect.ice.probing import Probe
from pypeer.protocol.codes import Mapping
from pypeer.protocol.report import CandidateKind
from signaling.protocol.values import Address

AHEAD: Final = 16
"""Ports named beyond the last one seen: as many destinations as may be sent to before the one that matters."""

FAN_SOCKETS: Final = 256
"""Sockets, and so holes, of the hard side: few enough for any router's table and any process's descriptors."""

FAN_RATE: Final = 2_000.0
"""Checks a second while the holes are opened: all are open after an eighth of a second."""

FAN_ROUNDS: Final = 2
"""Times each hole is opened: a check may get lost."""

SPRAY_CHECKS: Final = 2_000
"""Random ports tried at most: 999 in 1,000 attempts are over by then."""

SPRAY_RATE: Final = 1_000.0
"""Checks a second to random ports: two seconds in all, within the patience of an attempt; 0.8 Mbit/s."""

CROSS_CHECKS: Final = 192
"""Ports tried where both count: enough for 64 that each side gave to others since it was seen (2 c + d above)."""

CROSS_RATE: Final = 2_000.0
"""Checks a second there: a round takes a tenth of a second, in which few ports go to others."""

CROSS_ROUNDS: Final = 3
"""Times each is sent so that it arrives: the other side may have begun as much later as a round trip takes."""

CROSS_WAIT_S: Final = 0.2
"""From the first round, whose packets open holes only, to the next: by then it is over, here and there."""

PORTS: Final = (1024, 65_536)
"""What NATs choose from (RFC 6056, section 3.2)."""

WAIT_S: Final = 0.3
"""Plain checks come first: whoever filters by host only is reached without guessing."""


class Plan(Enum):
    """What this side does about the ports."""

    NOTHING = "nothing"
    FAN = "fan"
    """Open many holes: our ports are the ones at random."""
    SPRAY = "spray"
    """Try many ports: theirs are."""
    CROSS = "cross"
    """Both count."""
    AFRESH = "afresh"
    """Begin again from a socket that nobody has sent to."""


STEADY: Final = (Mapping.NONE, Mapping.INDEPENDENT)
"""Ports are the same for all destinations."""


def plan(here: Mapping, there: Mapping) -> Plan:
    """Both sides come to the same conclusion from what each knows of both."""
    if here is there is Mapping.SEQUENTIAL:
        return Plan.CROSS
    if here is Mapping.RANDOM and there in STEADY:
        return Plan.FAN
    if here not in STEADY:
        return Plan.NOTHING
    if there is Mapping.RANDOM:
        return Plan.SPRAY
    return Plan.AFRESH if there in (*STEADY, Mapping.SEQUENTIAL) else Plan.NOTHING


def is_careful(late: bool, here: Mapping, predicts: bool) -> bool:
    """Whether our first checks open our own hole only, lest they arrive before the other side has opened its own.

    So where that may be `late`: for whoever answers, and for who asked a browser, which tries one address after the
    other. Where our ports count, in any case: the other side comes to the right one by guessing, and a browser needs a
    quarter of a second for that. Where they are at random, or count and are not told, never: only a check that arrives
    shows our port.
    """
    return predicts if here is Mapping.SEQUENTIAL else late and here is not Mapping.RANDOM


def ahead(found: list[Mapped], base: int, host: Address) -> list[Candidate]:
    """The next ports that a counting NAT will give to a socket, as candidates; empty if it does not count."""
    mine = [mapped.address for mapped in found if mapped.base == base]
    return [_guess(*address, host, rank) for rank, address in enumerate(following(mine, step(mine)))]


def following(seen: list[Address], stride: int, behind: int = 0) -> list[Address]:
    """What a NAT gives next that counts by `stride` and was seen to give these; none if that is 0.

    With `behind` so many before, and those in between: what was given to others meanwhile, and nobody has seen.
    """
    if stride == 0:
        return []
    ports = [port for _, port in seen]
    first = min(ports) - stride * behind if behind else max(ports) + stride
    found = range(first, max(ports) + stride * AHEAD + 1, stride)
    return [(seen[0][0], port) for port in found if PORTS[0] <= port < PORTS[1] and port not in ports]


def fan(bases: list[int], remotes: list[Candidate]) -> Iterator[Probe]:
    """From each socket to each address that others see the other side under."""
    for _ in range(FAN_ROUNDS):
        for base in bases:
            for remote in outside(remotes):
                yield base, remote.address


def spray(base: int, remotes: list[Candidate], random: Callable[[], float]) -> Iterator[Probe]:
    """From our one socket to random ports of the hosts that the other side named."""
    hosts = list(dict.fromkeys(remote.host for remote in outside(remotes)))
    tried: set[Address] = set()
    while hosts and len(tried) < SPRAY_CHECKS:
        low, high = PORTS
        address = hosts[len(tried) % len(hosts)], low + int(random() * (high - low))
        if address not in tried:
            tried.add(address)
            yield base, address


def cross(base: int, remotes: list[Candidate], skips: bool) -> Iterator[Probe]:
    """From a fresh socket to the ports that their NAT gives next, or, as the side that `skips`, to every second."""
    seen = [each.address for each in outside(remotes) if each.kind is CandidateKind.SRFLX and not each.mapped]
    stride = step(seen)
    last = max((port for _, port in seen), default=0)
    for turn in range(CROSS_CHECKS if stride else 0):
        port = last + stride * (1 + turn * (2 if skips else 1))
        if port < PORTS[1]:
            yield base, (seen[0][0], port)


def outside(remotes: list[Candidate]) -> list[Candidate]:
    """IPv4 addresses of the other side that lead there from anywhere: on the far side of its NAT, or without one."""
    return [each for each in remotes if each.family == 4 and not each.predicted and _is_outside(each)]


def _is_outside(candidate: Candidate) -> bool:
    address = ipaddress.ip_address(candidate.host)
    public = address.is_global and not address.is_multicast
    return public and candidate.kind in (CandidateKind.SRFLX, CandidateKind.HOST)


def _guess(host: str, port: int, related: Address, rank: int) -> Candidate:
    preference = priority(CandidateKind.SRFLX, LOCAL_PREFERENCE_MAX // 2 - rank)
    return Candidate(CandidateKind.SRFLX, host, port, preference, f"p{rank}", related, predicted=True)
