"""Packets and chunks of SCTP on the wire (RFC 9260, section 3)."""

import struct
from collections.abc import Sequence
from enum import IntEnum
from functools import reduce
from typing import Final, NamedTuple

import google_crc32c

from pypeer.octets import Lasting

PACKET_HEADER_BYTES: Final = 12
CHUNK_HEADER_BYTES: Final = 4
DATA_HEADER_BYTES: Final = 16
"""Header of a packet, of any chunk, and of a DATA chunk (sections 3.1, 3.2 and 3.3.1)."""

ALIGNMENT: Final = 4
"""Chunks and parameters are padded to a multiple of this (section 3.2)."""

_ports = struct.Struct("!HHI")
_checksum = struct.Struct("<I")
_chunk = struct.Struct("!BBH")
_data = struct.Struct("!BBHIHHI")
_only_data = struct.Struct("!4xI4xBBHIHHI")
_init = struct.Struct("!IIHHI")
_sack = struct.Struct("!IIHH")
_parameter = struct.Struct("!HH")


class PacketError(ValueError):
    """Bytes that are no packet of SCTP; the message says why."""


class Kind(IntEnum):
    """Types of chunks that are understood here."""

    DATA = 0
    INIT = 1
    INIT_ACK = 2
    SACK = 3
    HEARTBEAT = 4
    HEARTBEAT_ACK = 5
    ABORT = 6
    SHUTDOWN = 7
    SHUTDOWN_ACK = 8
    COOKIE_ECHO = 10
    COOKIE_ACK = 11
    SHUTDOWN_COMPLETE = 14
    RE_CONFIG = 130
    """RFC 6525: how a browser closes a channel."""


END: Final = 1
BEGIN: Final = 2
IMMEDIATE: Final = 8
"""Flags of a DATA chunk (section 3.3.1): last and first piece of a message, and that an acknowledgement is wanted at
once. Plain numbers, for they are looked at with each packet."""


class Parameter(IntEnum):
    """Types of parameters in INIT, INIT ACK, HEARTBEAT and RE-CONFIG."""

    HEARTBEAT = 1
    STATE_COOKIE = 7
    OUTGOING_RESET = 13
    RESET_RESPONSE = 16
    EXTENSIONS = 0x8008
    """Chunk types beyond the first ones that a side understands (RFC 5061, section 4.2.7)."""


class Chunk(NamedTuple):
    """A chunk, without its header and its padding."""

    kind: int
    flags: int
    value: bytes


Data = tuple[int, int, int, int, bytes]
"""A DATA chunk: flags, number, stream, protocol, payload. A plain tuple, for there is one in each packet."""


class Init(NamedTuple):
    """What INIT and INIT ACK say; `window` in bytes."""

    tag: int
    window: int
    outbound: int
    inbound: int
    tsn: int
    cookie: bytes = b""


class Sack(NamedTuple):
    """An acknowledgement: all up to `cumulative`, and the ranges `gaps`, which count from there, ends included."""

    cumulative: int
    window: int
    gaps: tuple[tuple[int, int], ...] = ()
    duplicates: tuple[int, ...] = ()


class Header:
    """The header of all packets of one side to the other, whose `tag` it has."""

    def __init__(self, source: int, destination: int, tag: int) -> None:
        self._head = _ports.pack(source, destination, tag)
        self._checksum = google_crc32c.value(self._head + bytes(_checksum.size))

    def packet(self, chunks: Sequence[bytes]) -> bytes:
        """A packet of whole chunks, with its checksum (section 6.8)."""
        checksum = reduce(google_crc32c.extend, chunks, self._checksum)
        return b"".join((self._head, _checksum.pack(checksum), *chunks))


def tag_of(data: bytes) -> int:
    """The verification tag of a packet; raises PacketError.

    The checksum is not looked at: DTLS has authenticated every byte already, so all that it could find is a sender that
    reckons it wrong, or leaves it out (RFC 9653).
    """
    if len(data) < PACKET_HEADER_BYTES + CHUNK_HEADER_BYTES:
        raise PacketError(f"a packet of {len(data)} bytes")
    tag: int = _ports.unpack_from(data)[2]
    return tag


def parse(data: bytes) -> list[Chunk]:
    """The chunks of a packet; raises PacketError."""
    found = []
    at = PACKET_HEADER_BYTES
    while at + CHUNK_HEADER_BYTES <= len(data):
        kind, flags, length = _chunk.unpack_from(data, at)
        if length < CHUNK_HEADER_BYTES or at + length > len(data):
            raise PacketError(f"a chunk of type {kind} that says it has {length} bytes")
        found.append(Chunk(kind, flags, data[at + CHUNK_HEADER_BYTES : at + length]))
        at += length + -length % ALIGNMENT
    return found


def write(kind: int, value: bytes = b"", flags: int = 0) -> bytes:
    """A chunk with its header and its padding."""
    return _chunk.pack(kind, flags, CHUNK_HEADER_BYTES + len(value)) + value + bytes(-len(value) % ALIGNMENT)


def write_data(flags: int, tsn: int, stream: int, sequence: int, protocol: int, payload: Lasting) -> bytes:
    """A DATA chunk."""
    size = len(payload)
    head = _data.pack(0, flags, DATA_HEADER_BYTES + size, tsn, stream, sequence, protocol)
    return b"".join((head, payload, bytes(-size % ALIGNMENT)) if size % ALIGNMENT else (head, payload))


def read_only_data(data: bytes, tag: int) -> Data | None:
    """The DATA chunk of a packet that has just that one, which most have; None if there is anything else in it, or the
    packet has another tag."""
    start = PACKET_HEADER_BYTES + DATA_HEADER_BYTES
    if len(data) <= start:
        return None
    theirs, kind, flags, length, tsn, stream, _, protocol = _only_data.unpack_from(data)
    end = PACKET_HEADER_BYTES + length
    if kind or theirs != tag or end <= start or end + -length % ALIGNMENT != len(data):
        return None
    return flags, tsn, stream, protocol, data[start:end]


def read_data(chunk: Chunk) -> Data:
    """Raises PacketError, also for one without data (section 6.2: that ends an association)."""
    at = DATA_HEADER_BYTES - CHUNK_HEADER_BYTES
    if len(chunk.value) <= at:
        raise PacketError("a DATA chunk without data")
    tsn, stream, _, protocol = struct.unpack_from("!IHHI", chunk.value)
    return chunk.flags, tsn, stream, protocol, chunk.value[at:]


def write_init(kind: Kind, init: Init) -> bytes:
    """INIT or INIT ACK; understood beyond RFC 9260 is only RE-CONFIG."""
    value = _init.pack(init.tag, init.window, init.outbound, init.inbound, init.tsn)
    value += write_parameter(Parameter.EXTENSIONS, bytes((Kind.RE_CONFIG,)))
    if init.cookie:
        value += write_parameter(Parameter.STATE_COOKIE, init.cookie)
    return write(kind, value)


def read_init(value: bytes) -> Init:
    """What INIT or INIT ACK say; raises PacketError, also for values that must not be (sections 3.3.2 and 5.1)."""
    if len(value) < _init.size:
        raise PacketError(f"an INIT of {len(value)} bytes")
    tag, window, outbound, inbound, tsn = _init.unpack_from(value)
    if not (tag and outbound and inbound):
        raise PacketError("an INIT without tag or streams")
    cookie = next((data for kind, data in parameters(value[_init.size :]) if kind == Parameter.STATE_COOKIE), b"")
    return Init(tag, window, outbound, inbound, tsn, cookie)


def write_sack(sack: Sack) -> bytes:
    """A SACK chunk."""
    value = _sack.pack(sack.cumulative, sack.window, len(sack.gaps), len(sack.duplicates))
    numbers = [number for gap in sack.gaps for number in gap]
    value += struct.pack(f"!{len(numbers)}H", *numbers)
    return write(Kind.SACK, value + struct.pack(f"!{len(sack.duplicates)}I", *sack.duplicates))


def read_sack(value: bytes) -> Sack:
    """Raises PacketError; duplicates are not needed here, and not read."""
    if len(value) < _sack.size:
        raise PacketError(f"a SACK of {len(value)} bytes")
    cumulative, window, count, _ = _sack.unpack_from(value)
    if len(value) < _sack.size + ALIGNMENT * count:
        raise PacketError(f"a SACK of {len(value)} bytes with {count} gaps")
    numbers = struct.unpack_from(f"!{2 * count}H", value, _sack.size)
    return Sack(cumulative, window, tuple(zip(numbers[::2], numbers[1::2], strict=True)))


def write_parameter(kind: int, value: bytes) -> bytes:
    """A parameter with its header and its padding."""
    return _parameter.pack(kind, _parameter.size + len(value)) + value + bytes(-len(value) % ALIGNMENT)


def parameters(data: bytes) -> list[tuple[int, bytes]]:
    """Parameters by type; raises PacketError."""
    found = []
    at = 0
    while at + _parameter.size <= len(data):
        kind, length = _parameter.unpack_from(data, at)
        if length < _parameter.size or at + length > len(data):
            raise PacketError(f"a parameter of type {kind} that says it has {length} bytes")
        found.append((kind, data[at + _parameter.size : at + length]))
        at += length + -length % ALIGNMENT
    return found
