"""DTLS below the association (RFC 8261): aiortc shakes hands, then each datagram is a call, without a task or a queue."""

import asyncio
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

    def opened(self, datagram: bytes) -> bytes:
        """What a datagram carries; empty if that is nothing for the layer above, or the end."""
        connection = self._connection
        if connection is None:
            return b""
        connection.bio_write(datagram)
        try:
            return connection.recv(RECORD_BYTES)
        except SSL.ZeroReturnError:
            self.end()
        except SSL.Error:
            self._answer(connection)
        return b""

    def sealed(self, packet: bytes) -> bytes:
        """The datagram that carries a packet; empty if the connection is over."""
        connection = self._connection
        if connection is None or self._over.is_set():
            return b""
        try:
            connection.send(packet)
            return connection.bio_read(RECORD_BYTES)
        except SSL.Error:
            self.end()
            return b""

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

    def _answer(self, connection: SSL.Connection) -> None:
        """Say again what the other side asks for again: it has not got the end of the handshake (RFC 6347, 4.2.4)."""
        try:
            datagram = connection.bio_read(RECORD_BYTES)
        except SSL.Error:
            return
        cast("PathTransport", self.transport).send(datagram)
