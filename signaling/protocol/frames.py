"""Frames of a WebSocket (RFC 6455, section 5), read and written where they lie; pure.

For what is relayed: a large message arrives straight in memory of its own, with room before it for the header with
which it is sent, so that it is not copied on its way. No extension is spoken.
"""

import struct
from collections.abc import Callable
from enum import IntEnum
from typing import Final, NamedTuple, TypeAlias

ROOM: Final = 16
"""Bytes before a payload: the longest header has 14; a multiple of four, so that a mask fits the payload, too."""

BUFFER_BYTES: Final = 16 * 1024
"""What is read at once while nothing large is expected: of a large message that follows, no more is copied."""

CONTROL_BYTES: Final = 125
"""The longest payload of a control frame (section 5.5)."""

PROTOCOL_ERROR: Final = 1002
TOO_BIG: Final = 1009
NO_STATUS: Final = 1005
"""Close codes (section 7.4.1); the last is not sent, it stands for none."""

UNSENT: Final = range(1004, 1007)
"""Close codes that are reserved, and in no frame."""

Xor: TypeAlias = Callable[[bytes, bytearray], None]
"""Combines bytes in place with a mask of four, again and again."""

_short, _long, _code = struct.Struct("!H"), struct.Struct("!Q"), struct.Struct("!H")
_LENGTHS: Final = {126: _short, 127: _long}
"""What follows the second byte, by its value."""


class Kind(IntEnum):
    """Opcodes."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


KINDS: Final = {int(kind): kind for kind in Kind}


class FrameError(Exception):
    """What came is no WebSocket, or too much; `code` is that of the close."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class Message(NamedTuple):
    """A message, whole, or a control frame. `data` is the receiver's own."""

    kind: Kind
    data: bytearray
    """ROOM bytes, and the payload."""

    @property
    def payload(self) -> memoryview:
        """Without the room."""
        return memoryview(self.data)[ROOM:]


class _Head(NamedTuple):
    kind: Kind
    final: bool
    length: int
    mask: bytes


class Incoming:
    """Puts messages of at most `most` bytes together; one side of a connection.

    A server gives `xor`: frames have to be masked then, and must not be otherwise (section 5.1). What is held for
    whoever sends nothing is nothing; for a frame that has begun, no more than the frame.
    """

    def __init__(self, most: int, xor: Xor | None) -> None:
        self.most = most
        self._xor = xor
        self._buffer = bytearray()
        self._start = self._end = 0
        self._head: _Head | None = None
        self._own: bytearray | None = None
        self._filled = 0
        self._message: Message | None = None

    def room(self) -> memoryview:
        """Where to put what arrives, from its start; never empty once `next` has returned None."""
        if self._own is not None:
            return memoryview(self._own)[self._filled :]
        if not self._buffer:
            self._buffer = bytearray(BUFFER_BYTES)
        return memoryview(self._buffer)[self._end :]

    def arrived(self, count: int) -> None:
        """So many bytes were put there: call `next` until there is nothing."""
        if self._own is None:
            self._end += count
        else:
            self._filled += count

    def next(self) -> Message | None:
        """The next message or control frame, if all of it is there; raises FrameError, after which nothing comes."""
        while (head := self._head or self._read_head()) is not None:
            self._head = head
            data = self._take(head.length)
            if data is None:
                return None
            self._head = None
            if self._xor is not None:
                self._xor(head.mask, data)
            message = self._assemble(head, data)
            if message is not None:
                return message
        self._wait()
        return None

    def _read_head(self) -> _Head | None:
        buffer, at = self._buffer, self._start
        if self._end - at < 2:
            return None
        first, second = buffer[at], buffer[at + 1]
        longer = _LENGTHS.get(second & 127)
        mask_at = at + 2 + (0 if longer is None else longer.size)
        end = mask_at + (4 if second & 128 else 0)
        kind = self._check(first, second)
        if self._end < end:
            return None
        length: int = second & 127 if longer is None else longer.unpack_from(buffer, at + 2)[0]
        if kind < Kind.CLOSE:
            self._check_length(kind, length)
        self._start = end
        return _Head(kind, bool(first & 128), length, bytes(buffer[mask_at:end]))

    def _check(self, first: int, second: int) -> Kind:
        kind = KINDS.get(first & 15)
        if first & 0x70 or kind is None:
            raise FrameError(PROTOCOL_ERROR, "an extension or opcode that was not agreed on")
        if bool(second & 128) is not (self._xor is not None):
            raise FrameError(PROTOCOL_ERROR, "masked by the server, or not by the client")
        if kind >= Kind.CLOSE and (not first & 128 or second & 127 > CONTROL_BYTES):
            raise FrameError(PROTOCOL_ERROR, "a control frame in parts, or a long one")
        if kind < Kind.CLOSE and (kind is Kind.CONTINUATION) is (self._message is None):
            raise FrameError(PROTOCOL_ERROR, "a part of no message, or a message within another")
        return kind

    def _check_length(self, kind: Kind, length: int) -> None:
        before = 0 if self._message is None else len(self._message.data) - ROOM
        if before + length > self.most:
            raise FrameError(TOO_BIG, f"{kind.name}: {before + length} bytes, more than {self.most}")

    def _take(self, length: int) -> bytearray | None:
        """The payload of a frame behind room; what is not all there gets memory of its own, for the rest to come."""
        if self._own is None:
            here = min(length, self._end - self._start)
            self._own, self._filled = bytearray(ROOM + length), ROOM + here
            if here:
                self._own[ROOM : ROOM + here] = memoryview(self._buffer)[self._start : self._start + here]
            self._start += here
        if self._filled < len(self._own):
            self._buffer, self._start, self._end = bytearray(), 0, 0
            return None
        own, self._own = self._own, None
        return own

    def _assemble(self, head: _Head, data: bytearray) -> Message | None:
        if head.kind >= Kind.CLOSE or (head.final and self._message is None):
            return Message(head.kind, data)
        if self._message is None:
            self._message = Message(head.kind, data)
        else:
            self._message.data.extend(memoryview(data)[ROOM:])
        if not head.final:
            return None
        message, self._message = self._message, None
        return message

    def _wait(self) -> None:
        """Move the begun header to the front; nothing is held for nothing."""
        left = self._end - self._start
        if not left:
            self._buffer = bytearray()
        else:
            self._buffer[:left] = self._buffer[self._start : self._end]
        self._start, self._end = 0, left


def framed(kind: Kind, data: bytearray, mask: bytes = b"") -> memoryview:
    """The frame of a payload that lies behind ROOM bytes, in the same memory; masked already, if there is a mask."""
    length = len(data) - ROOM
    bit = 128 if mask else 0
    if length < 126:
        head = bytes((128 | kind, bit | length)) + mask
    elif length < 65536:
        head = bytes((128 | kind, bit | 126)) + _short.pack(length) + mask
    else:
        head = bytes((128 | kind, bit | 127)) + _long.pack(length) + mask
    begin = ROOM - len(head)
    data[begin:ROOM] = head
    return memoryview(data)[begin:]


def with_room(payload: bytes | bytearray | memoryview) -> bytearray:
    """A copy, behind ROOM bytes."""
    return bytearray().join((bytes(ROOM), payload))


def closing(code: int) -> bytearray:
    """The payload of a close, behind ROOM bytes."""
    return with_room(b"" if code == NO_STATUS else _code.pack(code))


def close_code(payload: memoryview) -> int:
    """Of the other side's close; raises FrameError for one that must not be sent."""
    if not payload:
        return NO_STATUS
    code = int.from_bytes(payload[:2])
    if len(payload) < 2 or not 1000 <= code < 5000 or code in UNSENT:
        raise FrameError(PROTOCOL_ERROR, "a close without a code that may be sent")
    return code
