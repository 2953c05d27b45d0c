"""DTLS below the association (RFC 8261): aiortc shakes hands; then datagrams are calls, without a task or a queue."""

import asyncio
import struct
from collections.abc import Iterator
from itertools import repeat
from typing import TYPE_CHECKING, Final, cast

from aiortc import RTCCertificate, RTCDtlsTransport
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters
from OpenSSL import SSL

from pypeer.connect.description import Description, Fingerprint, Setup

if TYPE_CHECKING:
    from aiortc.rtcicetransport import RTCIceTransport

    from pypeer.connect.path import PathTransport

ROLE: Final = {Setup.ACTIVE: "client", Setup.PASSIVE: "server"}

RECORD_BYTES: Final = 2**14 + 2048
"""Largest record (RFC 5246, section 6.2.3)."""

RECORD_HEADER_BYTES: Final = 13
OVERHEAD_BYTES: Final = 128
"""Header of a record (RFC 6347, section 4.1), and what a record is longer than what it carries at most."""

_length = struct.Struct("!H")

BATCH_BYTES: Final = 2**14
"""What OpenSSL's buffer has room for, which is made for one record."""


class Dtls(RTCDtlsTransport):
    """The DTLS connection of one link; the certificate is new for each, and its hash travels sealed."""

    def __init__(self, path: "PathTransport") -> None:
        super().__init__(cast("RTCIceTransport", path), [RTCCertificate.generateCertificate()])
        self._over = asyncio.Event()
        self._connection: SSL.Connection | None = None

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Hashes of our certificate."""
        return tuple(Fingerprint(each.algorithm, each.value) for each in self.getLocalParameters().fingerprints)

    async def secure(self, remote: Description, setup: Setup) -> bool:
        """Shake hands with whoever has the certificate of this description; false if that fails."""
        self._set_role(ROLE[setup])
        prints = [RTCDtlsFingerprint(each.algorithm, each.value) for each in remote.fingerprints]
        await self.start(RTCDtlsParameters(fingerprints=prints))
        if self.state != "connected":
            return False
        self._connection = self._ssl
        return True

    def opened(self, datagrams: list[bytes]) -> list[bytes]:
        """What datagrams carry. Several are given to OpenSSL together, as if they were records of one datagram."""
        found: list[bytes] = []
        for batch in _batches(datagrams):
            self._open(batch, found)
        return found

    def sealed(self, packets: list[bytes]) -> list[bytes]:
        """The datagrams that carry these packets; none if the connection is over."""
        connection = self._connection
        if connection is None or self._over.is_set():
            return []
        try:
            for packet in packets:
                connection.send(packet)
            return _records(connection.bio_read(sum(map(len, packets)) + len(packets) * OVERHEAD_BYTES))
        except SSL.Error:
            self.end()
            return []

    def end(self) -> None:
        """The other side has said goodbye."""
        self._over.set()

    async def _recv_next(self) -> None:
        """aiortc's pump reads until the handshake is done; what comes after is not for it."""
        if self.state != "connected":
            await super()._recv_next()
            return
        await self._over.wait()
        raise ConnectionError("closed")

    def _open(self, batch: list[bytes], found: list[bytes]) -> None:
        """Where each datagram is one record, as nearly all are, no more is asked for: a no costs as much as a yes."""
        connection = self._connection
        if connection is None:
            return
        connection.bio_write(batch[0] if len(batch) == 1 else b"".join(batch))
        try:
            for _ in batch if _is_record(batch[0]) else repeat(None):
                found.append(connection.recv(RECORD_BYTES))
        except SSL.WantReadError:
            self._answer(connection)
        except SSL.ZeroReturnError:
            self.end()
        except SSL.Error:
            return

    def _answer(self, connection: SSL.Connection) -> None:
        """Say again what the other side asks for again: it has not got the end of the handshake (RFC 6347, 4.2.4)."""
        try:
            datagram = connection.bio_read(RECORD_BYTES)
        except SSL.Error:
            return
        cast("PathTransport", self.transport).send(datagram)


def _is_record(datagram: bytes) -> bool:
    """Whether it is one whole record."""
    size = len(datagram) - RECORD_HEADER_BYTES
    return size >= 0 and _length.unpack_from(datagram, RECORD_HEADER_BYTES - _length.size)[0] == size


def _batches(datagrams: list[bytes]) -> Iterator[list[bytes]]:
    """As many together as OpenSSL reads at once; what it does not read whole it would drop, with all behind it."""
    batch: list[bytes] = []
    size = 0
    for datagram in datagrams:
        whole = _is_record(datagram)
        if batch and (not whole or size + len(datagram) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        if whole:
            batch.append(datagram)
            size += len(datagram)
        else:
            yield [datagram]
    if batch:
        yield batch


def _records(data: bytes) -> list[bytes]:
    """The records in what OpenSSL has written, a datagram each."""
    found = []
    at = 0
    while at < len(data):
        end = at + RECORD_HEADER_BYTES + _length.unpack_from(data, at + RECORD_HEADER_BYTES - _length.size)[0]
        found.append(data[at:end])
        at = end
    return found
