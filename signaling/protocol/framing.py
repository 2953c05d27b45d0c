"""ChannelData, and where messages end in a stream of it and STUN (RFC 8656, sections 2.1, 12.4 and 12.5). Pure."""

import struct
from collections.abc import Sequence
from typing import Final

CHANNEL_HEADER: Final = struct.Struct("!HH")
"""Of a ChannelData message: number and length (RFC 8656, section 12.4)."""

HEADER_BYTES: Final = CHANNEL_HEADER.size

PAYLOAD_BYTES: Final = 65_000
"""The largest that is relayed: any more, with the address of its sender, might not fit a STUN message."""

STRANGER_BYTES: Final = 2048
"""Largest message of a connection without an allocation: a request with all its attributes has a quarter of it."""

WHOLE_BYTES: Final = 65_535 + 20 + 3
"""Largest there is: a length of 16 bits, a header, padding."""


def is_channel_data(data: bytes) -> bool:
    """Whether a message is ChannelData, by its first two bits (RFC 8656, section 12), be it whole or not."""
    return bool(data) and 0x40 <= data[0] < 0x80


def channel_data(number: int, payload: bytes, padded: bool) -> bytes:
    """A ChannelData message; in a stream it is padded to a multiple of four (RFC 8656, section 12.5)."""
    padding = bytes(-len(payload) % 4) if padded else b""
    return CHANNEL_HEADER.pack(number, len(payload)) + payload + padding


def payloads(datagrams: Sequence[bytes]) -> list[bytes] | None:
    """Payloads of ChannelData messages of one channel, without padding; None if any is something else."""
    first = datagrams[0]
    if len(first) < HEADER_BYTES or not 0x40 <= first[0] < 0x80:
        return None
    whole = HEADER_BYTES + (first[2] << 8 | first[3])
    if len(datagrams) == 1:
        return [first[HEADER_BYTES:]] if len(first) == whole else None
    header = first[:HEADER_BYTES]
    found = [data[HEADER_BYTES:] for data in datagrams if len(data) == whole and data.startswith(header)]
    return found if len(found) == len(datagrams) else _of_any_size(datagrams)


def _of_any_size(datagrams: Sequence[bytes]) -> list[bytes] | None:
    """See `payloads`."""
    number = datagrams[0][:2]
    found = [
        data[HEADER_BYTES:]
        for data in datagrams
        if len(data) >= HEADER_BYTES
        and data.startswith(number)
        and len(data) == HEADER_BYTES + (data[2] << 8 | data[3])
    ]
    return found if len(found) == len(datagrams) else None


class FramingError(ValueError):
    """Something that is neither, or larger than it may be: nothing after it can be told apart."""


class Frames:
    """Splits one stream. `most` is the largest message taken, and bounds what is kept."""

    def __init__(self) -> None:
        self.most = STRANGER_BYTES
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """More of the stream arrived; returns the messages that are whole. Raises FramingError."""
        buffer = self._buffer
        buffer += data
        found, at = [], 0
        while len(buffer) - at >= 4:
            end = at + self._length(at)
            if end > len(buffer):
                break
            found.append(bytes(buffer[at:end]))
            at = end
        del buffer[:at]
        return found

    def _length(self, at: int) -> int:
        first, length = self._buffer[at], int.from_bytes(self._buffer[at + 2 : at + 4], "big")
        if first >= 0x80:
            raise FramingError("neither STUN nor ChannelData")
        whole = 20 + length if first < 0x40 else 4 + length + -length % 4
        if whole > self.most:
            raise FramingError(f"a message of {whole} bytes")
        return whole
