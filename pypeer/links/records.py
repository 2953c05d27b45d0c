"""DTLS records of a connection whose handshake is done, with as few steps around OpenSSL as there can be.

pyOpenSSL asks after each call what went wrong, also when nothing did, and makes memory for the largest record to read
into each time: half of what sealing and opening a packet of 1,400 bytes costs, four tenths for one of 8,900. Here
OpenSSL is called through the same bindings, which pyOpenSSL has from `cryptography`; it is asked what went wrong when
something did.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from typing import Any, Final

from cryptography.hazmat.bindings.openssl.binding import Binding
from OpenSSL import SSL

HEADER_BYTES: Final = 13
"""Of a record (RFC 6347, section 4.1)."""

ROOM_BYTES: Final = 2**16
"""More than a record has (RFC 5246, section 6.2.3), and than a datagram has with what else was to be said."""

_lib: Final[Any] = Binding().lib
_ffi: Final[Any] = Binding().ffi
_length = struct.Struct("!H")


class Came(Enum):
    """What a datagram was instead of packets."""

    NOTHING = auto()
    """No record, or forged, or repeated, or of the handshake, whose end the other side may ask for again."""
    GOODBYE = auto()
    """The other side closes the connection (RFC 5246, section 7.2.1)."""
    FAULT = auto()
    """The connection broke."""


class Records:
    """What `connection` seals and opens, in the order of the calls; it must not be used beside this."""

    def __init__(self, connection: SSL.Connection) -> None:
        self._ssl: Any = connection._ssl
        self._into: Any = connection._into_ssl
        self._out: Any = connection._from_ssl
        self._room: Any = _ffi.new("char[]", ROOM_BYTES)
        self._view: Any = _ffi.buffer(self._room)

    def sealed(self, packets: Iterable[bytes]) -> list[bytes] | None:
        """A datagram for each; None if the connection is over."""
        ssl, out, room, view = self._ssl, self._out, self._room, self._view
        write, read = _lib.SSL_write, _lib.BIO_read
        found = []
        for packet in packets:
            if write(ssl, packet, len(packet)) <= 0:
                _lib.ERR_clear_error()
                return None
            found.append(view[: read(out, room, ROOM_BYTES)])
        return found

    def opened(self, datagrams: Sequence[bytes], otherwise: Callable[[Came], None]) -> list[bytes]:
        """What they carry; `otherwise` is told of each that carries something else."""
        ssl, into, room, view = self._ssl, self._into, self._room, self._view
        put, get = _lib.BIO_write, _lib.SSL_read
        found = []
        for datagram in datagrams:
            put(into, datagram, len(datagram))
            size = get(ssl, room, ROOM_BYTES)
            if size > 0:
                found.append(view[:size])
                if is_record(datagram):
                    continue  # as nearly all are: that there is no more need not be asked for
                while (size := get(ssl, room, ROOM_BYTES)) > 0:
                    found.append(view[:size])
            otherwise(self._why(size))
        return found

    def _why(self, size: int) -> Came:
        error = _lib.SSL_get_error(self._ssl, size)
        _lib.ERR_clear_error()
        if error == _lib.SSL_ERROR_WANT_READ:
            return Came.NOTHING
        return Came.GOODBYE if error == _lib.SSL_ERROR_ZERO_RETURN else Came.FAULT


def is_record(datagram: bytes) -> bool:
    """Whether it is one whole record."""
    size = len(datagram) - HEADER_BYTES
    return size >= 0 and _length.unpack_from(datagram, HEADER_BYTES - _length.size)[0] == size
