"""STUN Binding (RFC 8489) with behaviour discovery (RFC 5780): a datagram in, an answer and its way out. Pure.

A peer learns here under which address others see it (RFC 8445, section 5.1.1.2), and how its NAT treats it: it asks at
two ports or two addresses, and compares; or it asks for an answer that leaves from another of them (CHANGE-REQUEST).

The port has to be open to everybody, without authentication, and UDP sources can be forged. So:

- An answer goes to where the request came from and nowhere else: RESPONSE-PORT is refused (RFC 5780, section 7.5,
  leaves it to the server), and so is PADDING, which would make answers large.
- An answer is at most ANSWER_BYTES more than its request, and with the headers of IP and UDP at most 2.5 times as much:
  less than the 3 times that QUIC allows itself (RFC 9000, section 8.1). What is for discovery alone is only in
  answers to those who ask for it, or of a server that was given two addresses.
- All that an address gets is bounded (RATE), so nobody can be flooded through this server.
- What is no request gets silence: two such servers cannot keep each other busy.

One deviation: RFC 5780, section 6, wants all of CHANGE-REQUEST refused by a server with one address. This one changes
its port even so, which is what tells an address-dependent filter from one that is also port-dependent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Flag, StrEnum
from typing import Final

from signaling.core.address import quota_key
from signaling.core.quota import Buckets, Rate
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.protocol.values import Address, StunError

REQUEST_BYTES: Final = 548
"""Largest request looked at: what fits the smallest IPv4 datagram every host takes (RFC 8489, section 6.1)."""

ANSWER_BYTES: Final = 96
"""How much longer than its request an answer may be: four IPv6 addresses of 24 bytes."""

RATE: Final = Rate(burst=250, per_second=50)
"""Answers to one address (IPv6: /64): forty peers behind it start at once, with two sockets, two or three servers and a
repetition each, and browsers go on every ten seconds. 50 answers a second are 8 kB, which hurts nobody."""

SOURCES: Final = 10_000
"""Addresses whose rate is remembered, about 2 MB. Who is forgotten may begin anew, but to have somebody forgotten takes
10,000 forged requests, forty for each answer gained."""

UNDERSTOOD: Final = frozenset(
    {Attribute.CHANGE_REQUEST, Attribute.PRIORITY, Attribute.USE_CANDIDATE, Attribute.XOR_MAPPED_ADDRESS}
    | {Attribute.USERNAME, Attribute.USERHASH, Attribute.REALM, Attribute.NONCE, Attribute.PASSWORD_ALGORITHM}
    | {Attribute.MESSAGE_INTEGRITY, Attribute.MESSAGE_INTEGRITY_SHA256}
)
"""What may be in a request. Beside CHANGE-REQUEST all of it is ignored: credentials, which this server does not ask
for, and attributes of ICE checks (RFC 8445, section 7.1)."""


class Change(Flag):
    """Flags of CHANGE-REQUEST: from where else the answer is to leave (RFC 5780, section 7.2)."""

    PORT = 0x2
    ADDRESS = 0x4


class Verdict(StrEnum):
    """What became of a datagram; its value is a label of the operator's counters."""

    BINDING = "binding"
    """Answered."""
    DISCOVERY = "discovery"
    """Answered, by the rules of CHANGE-REQUEST."""
    ATTRIBUTE = "attribute"
    """Refused, with 420: something in it is not understood, or not possible here."""
    RATE = "rate"
    """Silence: its address has had enough."""
    MALFORMED = "malformed"
    """Silence: no Binding request."""


ANSWERED: Final = frozenset({Verdict.BINDING, Verdict.DISCOVERY})


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict and, unless it is silence, the answer and the endpoint from which it leaves."""

    verdict: Verdict
    answer: bytes = b""
    leaves: Address = ("", 0)


class StunServer:
    """Answers for all endpoints of one server. `endpoints` are those with a socket, as they come and go."""

    def __init__(self, ports: Sequence[int], partners: Mapping[str, str]) -> None:
        """`ports` are one or two; `partners` tells for an address of this server which one to change to."""
        self.endpoints: set[Address] = set()
        self._other_port = dict(zip(ports, reversed(ports), strict=True)) if len(ports) == 2 else {}
        self._partners = partners
        self._buckets = Buckets(RATE, SOURCES)

    def receive(self, datagram: bytes, source: Address, at: Address, now: float) -> Outcome:
        """A datagram arrived at one of the endpoints."""
        request = binding_request(datagram)
        if request is None:
            return Outcome(Verdict.MALFORMED)
        if self._buckets.take(quota_key(source[0]), now):
            return Outcome(Verdict.RATE)
        change = changes(request)
        leaves = self._exit(at, change or Change(0))
        unknown = request.unknown(UNDERSTOOD)
        if leaves is None or unknown:
            return Outcome(Verdict.ATTRIBUTE, refusal(request, unknown or (Attribute.CHANGE_REQUEST,)), at)
        other = self._exit(at, Change.PORT | Change.ADDRESS)
        answer = success(request, source, None if change is None and other is None else leaves, other)
        return Outcome(Verdict.BINDING if change is None else Verdict.DISCOVERY, answer, leaves)

    def _exit(self, at: Address, change: Change) -> Address | None:
        """RFC 5780, section 6.1, table 1; None where this server has no such endpoint."""
        host, port = at
        if Change.ADDRESS in change:
            host = self._partners.get(host, "")
        if Change.PORT in change:
            port = self._other_port.get(port, 0)
        return (host, port) if (host, port) in self.endpoints else None


def over_stream(message: bytes, source: Address) -> bytes | None:
    """The answer to a Binding request over TCP, where there is nothing to discover; None for anything else."""
    request = binding_request(message)
    if request is None:
        return None
    unknown = request.unknown(UNDERSTOOD - {Attribute.CHANGE_REQUEST})
    return refusal(request, unknown) if unknown else success(request, source, None, None)


def binding_request(datagram: bytes) -> Message | None:
    """The request in a datagram; None for anything else."""
    if len(datagram) > REQUEST_BYTES:
        return None
    try:
        message = stun.decode(datagram)
    except StunError:
        return None
    flags = message.get(Attribute.CHANGE_REQUEST)
    valid = message.method == Method.BINDING and message.kind is Class.REQUEST and (flags is None or len(flags) == 4)
    return message if valid else None


def changes(request: Message) -> Change | None:
    """What CHANGE-REQUEST asks for; None without one. Its other bits are reserved, and ignored."""
    flags = request.number(Attribute.CHANGE_REQUEST)
    return None if flags is None else Change(flags & (Change.PORT | Change.ADDRESS).value)


def success(request: Message, source: Address, origin: Address | None, other: Address | None) -> bytes:
    """The answer: where the request came from; with an `origin` also what belongs to discovery (RFC 5780, section 6.1).

    The address in clear shows whether something on the way rewrites addresses in what passes.
    """
    attributes = [(Attribute.XOR_MAPPED_ADDRESS, values.xor_address(source, request.transaction))]
    if origin is not None:
        attributes.append((Attribute.MAPPED_ADDRESS, values.plain_address(source)))
        attributes.append((Attribute.RESPONSE_ORIGIN, values.plain_address(origin)))
    if other is not None:
        attributes.append((Attribute.OTHER_ADDRESS, values.plain_address(other)))
    return stun.encode(request.method, Class.SUCCESS, request.transaction, attributes, fingerprint=False)


def refusal(request: Message, unknown: Sequence[int]) -> bytes:
    """420 Unknown Attribute (RFC 8489, sections 14.8 and 14.13)."""
    attributes = [
        (Attribute.ERROR_CODE, values.error_code(420)),
        (Attribute.UNKNOWN_ATTRIBUTES, values.types(unknown)),
    ]
    return stun.encode(request.method, Class.ERROR, request.transaction, attributes, fingerprint=False)
