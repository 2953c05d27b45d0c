"""DTLS, SCTP and one data channel over a path (RFC 8831, RFC 8841, RFC 8842), from aiortc's own parts."""

import logging
from typing import Final, cast

from aiortc import RTCCertificate, RTCDataChannel, RTCDataChannelParameters, RTCDtlsTransport, RTCSctpTransport
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters
from aiortc.rtcicetransport import RTCIceTransport
from aiortc.rtcsctptransport import DataChunk, InitChunk, RTCSctpCapabilities

from pypeer.connect.description import SCTP_PORT, Description, Fingerprint, Setup
from pypeer.connect.path import PathTransport

_log = logging.getLogger("byway.link")

RTO_FIRST_S: Final = 0.5
"""First time-out of SCTP. aiortc has 3 s from the old RFC 4960; the path was just measured and carries DTLS already."""

GAPS_MAX: Final = 250
"""Missing packets told at most in one acknowledgement: 250 gap blocks fill a packet. aiortc would tell all, in a packet
that does not fit a DTLS record, and after a burst of losses nothing would be acknowledged any more."""

OVERRUN_MAX_BYTES: Final = 7 * 1024 * 1024
"""How far the other side may overrun the receive window of 1 MiB, which aiortc tells and does not enforce. Its senders
do not heed it either, so that one lost packet on a fast path lets some MiB wait; more is a message that never ends."""

CHUNK_HEADER_BYTES: Final = 4
INIT_BYTES: Final = 20
"""A chunk's header, and the fixed fields of INIT (RFC 9260, sections 3.2 and 3.3.2)."""

DTLS_ROLE: Final = {Setup.ACTIVE: "client", Setup.PASSIVE: "server"}


class Sctp(RTCSctpTransport):
    """aiortc's SCTP with acknowledgements that fit a packet, and a first time-out for a path that is known to work.

    Where both descriptions carry the INIT chunks, the association stands as soon as DTLS does, two round trips earlier
    (draft-hancke-tsvwg-snap).
    """

    def __init__(self, transport: RTCDtlsTransport) -> None:
        super().__init__(transport, SCTP_PORT)
        self._rto = RTO_FIRST_S
        self.remote_init = b""

    @property
    def local_init(self) -> bytes:
        """Our INIT chunk, for the description."""
        chunk = InitChunk()
        chunk.initiate_tag = self._local_verification_tag
        chunk.advertised_rwnd = self._advertised_rwnd
        chunk.outbound_streams = self._outbound_streams_count
        chunk.inbound_streams = self._inbound_streams_max
        chunk.initial_tsn = self._local_tsn
        self._set_extensions(chunk.params)
        return bytes(chunk)

    async def _init(self) -> None:
        """Shake hands (RFC 9260, section 5.1), unless that is done."""
        chunk = _init_chunk(self.remote_init)
        if chunk is None:
            await super()._init()
            return
        self._last_received_tsn = self._reconfig_response_seq = (chunk.initial_tsn - 1) % 2**32
        self._remote_verification_tag = chunk.initiate_tag
        self._ssthresh = chunk.advertised_rwnd
        self._get_extensions(chunk.params)
        self._inbound_streams_count = min(chunk.outbound_streams, self._inbound_streams_max)
        self._outbound_streams_count = min(self._outbound_streams_count, chunk.inbound_streams)
        self._set_state(self.State.ESTABLISHED)

    async def _receive_data_chunk(self, chunk: DataChunk) -> None:
        """Take it in, unless too much waits to become whole: that ends the association (RFC 9260, section 6.2)."""
        await super()._receive_data_chunk(chunk)
        if self._advertised_rwnd < -OVERRUN_MAX_BYTES:
            _log.warning("the other side overruns the receive window: ended")
            await self.stop()

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
        """Set up SCTP: the channel opens once bytes have made the round trip, those of DTLS or of SCTP's cookie."""
        self.sctp.remote_init = remote.sctp_init
        await self.sctp.start(RTCSctpCapabilities(maxMessageSize=remote.message_bytes), remote.sctp_port)

    async def close(self) -> None:
        """Close all of it, and the path below."""
        await self.sctp.stop()
        await self.dtls.stop()
        self.path.close()


def _init_chunk(data: bytes) -> InitChunk | None:
    """The other side's INIT; None if it sent none, or one that cannot be read."""
    if len(data) < INIT_BYTES or data[0] != InitChunk.type:
        return None
    return InitChunk(data[1], data[CHUNK_HEADER_BYTES:])
