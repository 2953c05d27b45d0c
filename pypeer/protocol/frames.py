"""Binary frames of a link: one byte of type, then fixed fields in network byte order, then bytes.

    0 CONTROL  text: a control message in UTF-8 JSON
    1 REQUEST  request u32, file u32, chunk u32
    2 STOP     request u32: the receiver no longer wants it
    3 DATA     request u32, bytes: the next part of the chunk, in order
    4 END      request u32, flags u8, hash[32], root[32] if flags & 1: the chunk is complete
    5 PROBE    request u32, file u32, chunk u32: as REQUEST, but END is to come alone

A request number is chosen by the receiver, unique among those open on the link. Flags other than 1 are ignored.
"""

import struct
from typing import Final

import msgspec

from pypeer.octets import Arrived, Lasting
from pypeer.protocol import limits
from pypeer.protocol.messages import ControlMessage

CONTROL: Final = 0
REQUEST: Final = 1
STOP: Final = 2
DATA: Final = 3
END: Final = 4
PROBE: Final = 5
HAS_ROOT: Final = 1
HASH_BYTES: Final = 32

_request = struct.Struct("!BIII")
_numbered = struct.Struct("!BI")
_end = struct.Struct("!BIB32s")
DATA_HEADER_BYTES: Final = _numbered.size


class FrameError(ValueError):
    """Bytes that are no frame; the message says why."""


class Request(msgspec.Struct, frozen=True):
    """Ask for a chunk."""

    request: int
    file: int
    chunk: int


class Probe(msgspec.Struct, frozen=True):
    """Ask for the hash of a chunk, without its bytes."""

    request: int
    file: int
    chunk: int


class Stop(msgspec.Struct, frozen=True):
    """Take a request back."""

    request: int


class Data(msgspec.Struct, frozen=True):
    """Part of a chunk; `payload` is a view of the received bytes."""

    request: int
    payload: memoryview


class End(msgspec.Struct, frozen=True):
    """End of a chunk, its hash, and the file's root if the sender knows it."""

    request: int
    hash: bytes
    root: bytes | None = None


Frame = Request | Probe | Stop | Data | End | ControlMessage

_control_encoder = msgspec.json.Encoder()
_control_decoder: msgspec.json.Decoder[ControlMessage] = msgspec.json.Decoder(ControlMessage)


def encode(frame: Frame) -> bytes:
    """Serialise a frame; raises FrameError for a control message that is too long."""
    head, payload = encode_parts(frame)
    return head + payload


def encode_parts(frame: Frame) -> tuple[bytes, Lasting]:
    """The same in two parts, of which the second is the payload as it is, not copied."""
    if isinstance(frame, Data):
        return _numbered.pack(DATA, frame.request), frame.payload
    return _encode_short(frame), b""


def _encode_short(frame: Request | Probe | Stop | End | ControlMessage) -> bytes:
    match frame:
        case Request():
            return _request.pack(REQUEST, frame.request, frame.file, frame.chunk)
        case Probe():
            return _request.pack(PROBE, frame.request, frame.file, frame.chunk)
        case Stop():
            return _numbered.pack(STOP, frame.request)
        case End():
            flags = 0 if frame.root is None else HAS_ROOT
            return _end.pack(END, frame.request, flags, frame.hash) + (frame.root or b"")
        case _:
            text = _control_encoder.encode(frame)
            if len(text) > limits.CONTROL_BYTES:
                raise FrameError(f"a control message of {len(text)} bytes is longer than {limits.CONTROL_BYTES}")
            return bytes((CONTROL,)) + text


def decode(data: Arrived) -> Frame:
    """Parse a frame; raises FrameError."""
    if not data:
        raise FrameError("an empty frame")
    view = memoryview(data)
    try:
        match data[0]:
            case 0:
                return _decode_control(view[1:])
            case 1:
                return Request(*_request.unpack(data)[1:])
            case 2:
                return Stop(_numbered.unpack(data)[1])
            case 3:
                return _decode_data(view)
            case 4:
                return _decode_end(data)
            case 5:
                return Probe(*_request.unpack(data)[1:])
            case other:
                raise FrameError(f"unknown type of frame: {other}")
    except struct.error:
        raise FrameError(f"a frame of type {data[0]} and {len(data)} bytes") from None


def _decode_control(text: memoryview) -> ControlMessage:
    if len(text) > limits.CONTROL_BYTES:
        raise FrameError(f"a control message of {len(text)} bytes is longer than {limits.CONTROL_BYTES}")
    try:
        return _control_decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise FrameError(f"control message: {error}") from None


def _decode_data(view: memoryview) -> Data:
    _, request = _numbered.unpack_from(view)
    if len(view) == DATA_HEADER_BYTES:
        raise FrameError("a data frame without data")
    return Data(request, view[DATA_HEADER_BYTES:])


def _decode_end(data: Arrived) -> End:
    _, request, flags, digest = _end.unpack_from(data)
    expected = _end.size + (HASH_BYTES if flags & HAS_ROOT else 0)
    if len(data) != expected:
        raise FrameError(f"an end frame of {len(data)} bytes instead of {expected}")
    return End(request, digest, bytes(data[_end.size :]) if flags & HAS_ROOT else None)
