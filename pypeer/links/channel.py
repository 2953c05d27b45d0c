"""DTLS, SCTP and one data channel over a path (RFC 8831, RFC 8841, RFC 8842), from aiortc's own parts."""

from typing import Final, cast

from aiortc import RTCCertificate, RTCDataChannel, RTCDataChannelParameters, RTCDtlsTransport, RTCSctpTransport
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters
from aiortc.rtcicetransport import RTCIceTransport
from aiortc.rtcsctptransport import RTCSctpCapabilities

from pypeer.connect.description import SCTP_PORT, Description, Fingerprint, Setup
from pypeer.connect.path import PathTransport

RTO_FIRST_S: Final = 0.5
"""First time-out of SCTP. aiortc has 3 s from the old RFC 4960; the path was just measured and carries DTLS already."""

GAPS_MAX: Final = 250
"""Missing packets told at most in one acknowledgement: 250 gap blocks fill a packet. aiortc would tell all, in a packet
that does not fit a DTLS record, and after a burst of losses nothing would be acknowledged any more."""

DTLS_ROLE: Final = {Setup.ACTIVE: "client", Setup.PASSIVE: "server"}


class Sctp(RTCSctpTransport):
    """aiortc's SCTP with acknowledgements that fit a packet, and a first time-out for a path that is known to work."""

    def __init__(self, transport: RTCDtlsTransport) -> None:
        super().__init__(transport, SCTP_PORT)
        self._rto = RTO_FIRST_S

    async def _send_sack(self) -> None:
        """Tell of the oldest gaps only (RFC 9260, section 3.3.4: as many as fit)."""
        misordered, last = self._sack_misordered, self._last_received_tsn or 0
        if len(misordered) > GAPS_MAX:
            self._sack_misordered = set(sorted(misordered, key=lambda tsn: (tsn - last) % 2**32)[:GAPS_MAX])
        self._sack_duplicates = self._sack_duplicates[:GAPS_MAX]
        try:
            await super()._send_sack()
        finally:
            self._sack_misordered = misordered


class Channel:
    """The stack over one path; the certificate is new for each link, and its hash travels sealed."""

    def __init__(self, path: PathTransport) -> None:
        self.path = path
        self.dtls = RTCDtlsTransport(cast(RTCIceTransport, path), [RTCCertificate.generateCertificate()])
        self.sctp = Sctp(self.dtls)
        self.data = RTCDataChannel(self.sctp, RTCDataChannelParameters(label="byway", negotiated=True, id=0))

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Hashes of our certificate."""
        return tuple(Fingerprint(each.algorithm, each.value) for each in self.dtls.getLocalParameters().fingerprints)

    async def secure(self, remote: Description, setup: Setup) -> bool:
        """Shake hands by DTLS with whoever has the certificate of this description; false if that fails."""
        self.dtls._set_role(DTLS_ROLE[setup])
        prints = [RTCDtlsFingerprint(each.algorithm, each.value) for each in remote.fingerprints]
        await self.dtls.start(RTCDtlsParameters(fingerprints=prints))
        return bool(self.dtls.state == "connected")

    async def associate(self, remote: Description) -> None:
        """Set up SCTP: the channel opens when its cookie has made the round trip (RFC 9260, section 5.1)."""
        await self.sctp.start(RTCSctpCapabilities(maxMessageSize=remote.message_bytes), remote.sctp_port)

    async def close(self) -> None:
        """Close all of it, and the path below."""
        await self.sctp.stop()
        await self.dtls.stop()
        self.path.close()
