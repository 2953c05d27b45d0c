"""DTLS below the association (RFC 8261): aiortc shakes hands; then datagrams are calls, without a task or a queue."""

import asyncio
from typing import TYPE_CHECKING, Final, cast

from aiortc import RTCCertificate, RTCDtlsTransport
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters
from OpenSSL import SSL

from pypeer.connect.description import Description, Fingerprint, Setup
from pypeer.links.records import ROOM_BYTES, Came, Records

if TYPE_CHECKING:
    from aiortc.rtcicetransport import RTCIceTransport

    from pypeer.connect.path import PathTransport

ROLE: Final = {Setup.ACTIVE: "client", Setup.PASSIVE: "server"}


class Dtls(RTCDtlsTransport):
    """The DTLS connection of one link; the certificate is new for each, and its hash travels sealed."""

    def __init__(self, path: "PathTransport") -> None:
        super().__init__(cast("RTCIceTransport", path), [RTCCertificate.generateCertificate()])
        self._over = asyncio.Event()
        self._records: Records | None = None

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
        self._records = None if self._ssl is None else Records(self._ssl)
        return True

    def opened(self, datagrams: list[bytes]) -> list[bytes]:
        """What datagrams carry."""
        return [] if self._records is None else self._records.opened(datagrams, self._otherwise)

    def sealed(self, packets: list[bytes]) -> list[bytes]:
        """The datagrams that carry these packets; none if the connection is over."""
        if self._records is None or self._over.is_set():
            return []
        datagrams = self._records.sealed(packets)
        if datagrams is None:
            self.end()
        return datagrams or []

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

    def _otherwise(self, came: Came) -> None:
        if came is Came.GOODBYE:
            self.end()
        elif came is Came.NOTHING and self._ssl is not None:
            self._answer(self._ssl)

    def _answer(self, connection: SSL.Connection) -> None:
        """Say again what the other side asks for again: it has not got the end of the handshake (RFC 6347, 4.2.4)."""
        try:
            datagram = connection.bio_read(ROOM_BYTES)
        except SSL.Error:
            return
        cast("PathTransport", self.transport).send(datagram)
