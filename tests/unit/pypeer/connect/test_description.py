"""Session descriptions: those of others, our own, and texts that are none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.connect.description import (
    MESSAGE_BYTES_DEFAULT,
    SCTP_PORT,
    Description,
    DescriptionError,
    Fingerprint,
    Setup,
    read,
    write,
)
from pypeer.connect.ice.candidate import Candidate
from pypeer.connect.ice.checks import Credentials
from pypeer.protocol.report import CandidateKind

PRINT = ":".join(["AB"] * 32)

CHROMIUM = f"""v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=candidate:2999745851 1 udp 2113937151 4fba3cd2-8a3c-4e0d-8f2a-0d6c0f6c5c11.local 54321 typ host ufrag Wq3x
a=candidate:842163049 1 udp 1677729535 192.31.196.10 54321 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag Wq3x
a=candidate:1518280447 1 tcp 1518280447 10.0.0.2 9 typ host tcptype active generation 0 ufrag Wq3x
a=ice-ufrag:Wq3x
a=ice-pwd:9f0xGf5T2k3hQm7zYwB1cD4e
a=ice-options:trickle
a=fingerprint:sha-256 {PRINT}
a=setup:actpass
a=mid:0
a=sctp-port:5000
a=max-message-size:262144
"""

FIREFOX = f"""v=0
o=mozilla...THIS_IS_SDPARTA-99.0 7711212122316421310 0 IN IP4 0.0.0.0
s=-
t=0 0
a=fingerprint:sha-256 {PRINT}
a=group:BUNDLE 0
a=ice-options:trickle
a=msid-semantic:WMS *
m=application 54322 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 192.31.196.10
a=candidate:0 1 UDP 2122252543 192.31.196.10 54322 typ host
a=candidate:2 1 TCP 2105524479 192.31.196.10 9 typ host tcptype active
a=sendrecv
a=end-of-candidates
a=ice-pwd:0123456789abcdef0123456789abcdef
a=ice-ufrag:1a2b3c4d
a=mid:0
a=setup:active
a=sctp-port:5000
a=max-message-size:1073741823
"""

AIORTC = f"""v=0
o=- 3900000000 3900000000 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE data
a=msid-semantic:WMS *
m=application 50000 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 10.0.0.2
a=mid:data
a=sctp-port:5000
a=max-message-size:65536
a=candidate:6fd6fb93 1 udp 2130706431 10.0.0.2 50000 typ host
a=end-of-candidates
a=ice-ufrag:Xy9Z
a=ice-pwd:AbCdEfGhIjKlMnOpQrStUv
a=fingerprint:sha-256 {PRINT}
a=fingerprint:sha-384 {PRINT}
a=setup:actpass
"""

OURS = Description(
    credentials=Credentials("0a1b2c3d", "0123456789abcdef0123456789abcdef0123"),
    fingerprints=(Fingerprint("sha-256", PRINT), Fingerprint("sha-512", PRINT)),
    setup=Setup.ACTIVE,
    mid="7",
    candidates=(
        Candidate(CandidateKind.HOST, "10.0.0.2", 5000, 2**31 - 1, "h0", ufrag="0a1b2c3d"),
        Candidate(CandidateKind.SRFLX, "2620:4f:8000::1", 65_535, 0, "s0", ("::", 0), predicted=True),
    ),
    sctp_init=b"\x01\x00\x00\x14" + bytes(16),
)


def edited(pattern: str, replacement: str) -> str:
    """Chromium's offer with something changed."""
    text, count = re.subn(pattern, replacement, CHROMIUM, flags=re.MULTILINE)
    assert count
    return text


def test_chromium() -> None:
    found = read(CHROMIUM.replace("\n", "\r\n"))
    assert found.credentials == Credentials("Wq3x", "9f0xGf5T2k3hQm7zYwB1cD4e")
    assert found.fingerprints == (Fingerprint("sha-256", PRINT),)
    assert (found.setup, found.mid, found.sctp_port, found.message_bytes) == (Setup.ACTPASS, "0", 5000, 262_144)
    assert [(each.kind, each.transport, each.family) for each in found.candidates] == [
        (CandidateKind.HOST, "udp", 0),
        (CandidateKind.SRFLX, "udp", 4),
        (CandidateKind.HOST, "tcp", 4),
    ]
    assert {each.ufrag for each in found.candidates} == {"Wq3x"}
    assert found.sctp_init == b""


def test_firefox() -> None:
    found = read(FIREFOX)
    assert found.credentials.ufrag == "1a2b3c4d"
    assert found.fingerprints == (Fingerprint("sha-256", PRINT),)
    assert (found.setup, found.message_bytes) == (Setup.ACTIVE, 1_073_741_823)
    assert [each.transport for each in found.candidates] == ["udp", "tcp"]


def test_aiortc() -> None:
    found = read(AIORTC)
    assert [each.algorithm for each in found.fingerprints] == ["sha-256", "sha-384"]
    assert (found.mid, found.message_bytes) == ("data", 65_536)
    assert found.candidates[0].address == ("10.0.0.2", 50_000)


def test_who_cannot_hold_back_its_checks() -> None:
    assert [read(text).is_of_browser for text in (CHROMIUM, FIREFOX, write(OURS, 1))] == [True, True, False]


def test_our_own() -> None:
    text = write(OURS, 3)
    assert text.endswith("\r\n")
    assert "o=- 1 3 IN IP4 127.0.0.1\r\n" in text
    assert read(text) == OURS


@given(
    st.from_regex(r"[A-Za-z0-9+/]{4,256}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9+/]{22,256}", fullmatch=True),
    st.sampled_from(Setup),
    st.integers(1, 65_535),
    st.just(0) | st.integers(65_536, 2**63 - 1),
    st.binary(max_size=100),
)
def test_round_trip(ufrag: str, password: str, setup: Setup, port: int, size: int, init: bytes) -> None:
    prints = (Fingerprint("sha-256", PRINT),)
    made = Description(Credentials(ufrag, password), prints, setup, "m", (), port, size, init)
    assert read(write(made, 1)) == made


def test_what_is_not_said() -> None:
    text = edited(r"^a=(setup|mid|sctp-port|max-message-size|candidate):.*\n", "")
    found = read(text)
    assert (found.setup, found.mid, found.sctp_port) == (Setup.ACTPASS, "0", SCTP_PORT)
    assert (found.message_bytes, found.candidates) == (MESSAGE_BYTES_DEFAULT, ())


def test_candidates_that_cannot_be_read_cost_nothing_but_themselves() -> None:
    found = read(edited("typ srflx", "typ teleport"))
    assert [each.kind for each in found.candidates] == [CandidateKind.HOST, CandidateKind.HOST]


UNUSABLE = [
    "",
    "hello",
    edited(r"^m=.*\n", ""),
    edited(r"^m=.*", "m=audio 9 UDP/TLS/RTP/SAVPF 111"),
    edited(r"^m=.*", "m=application 9 UDP/DTLS/BFCP *"),
    edited(r"^(m=.*)", r"\1\n\1"),
    edited(r"^a=fingerprint.*\n", ""),
    edited(r"^a=ice-ufrag.*\n", ""),
    edited(r"^a=ice-pwd.*\n", ""),
    edited(r"^a=ice-ufrag:.*", "a=ice-ufrag:abc"),
    edited(r"^a=ice-ufrag:.*", "a=ice-ufrag:" + "a" * 257),
    edited(r"^a=ice-ufrag:.*", "a=ice-ufrag:a:bc"),
    edited(r"^a=ice-pwd:.*", "a=ice-pwd:short"),
    edited(r"^a=ice-pwd:.*", "a=ice-pwd:" + "ä" * 22),
    edited(r"^a=setup:.*", "a=setup:holdconn"),
    edited(r"^a=setup:.*", "a=setup"),
    *(edited(r"^a=sctp-port:.*", f"a=sctp-port:{port}") for port in ("", "0", "65536", "-1", "5_0", " 5", "٣", "x")),
    edited(r"^a=sctp-port:.*", "a=sctp-port:" + "9" * 5_000),
    *(edited(r"^a=max-m.*", f"a=max-message-size:{size}") for size in ("-1", "1", "65535", "1e9", str(2**63), "")),
    edited(r"^a=max-m.*", "a=max-message-size:" + "9" * 5_000),
    *(CHROMIUM + f"a=sctp-init:{init}\n" for init in ("A", "AQ=", "A?Q=", "ÄÄÄÄ", "AQ==AQ==", "not base64")),
]


@pytest.mark.parametrize("text", UNUSABLE, ids=range(len(UNUSABLE)))
def test_what_cannot_be_used(text: str) -> None:
    with pytest.raises(DescriptionError):
        read(text)


names = st.sampled_from(["candidate", "setup", "sctp-init", "mid"])
lines = st.one_of(
    st.text(max_size=40),
    st.sampled_from(CHROMIUM.splitlines() + FIREFOX.splitlines()),
    st.builds("a={}:{}".format, names, st.text(max_size=40)),
)
places = st.integers(0, len(CHROMIUM))
texts = st.one_of(
    st.text(),
    st.lists(lines, max_size=40).map("\n".join),
    st.lists(lines, max_size=3).map(lambda more: "\n".join([CHROMIUM, *more])),
    st.builds(lambda start, end, text: CHROMIUM[:start] + text + CHROMIUM[end:], places, places, st.text(max_size=5)),
)


@given(texts)
def test_any_text(text: str) -> None:
    try:
        found = read(text)
    except DescriptionError:
        return
    assert found.fingerprints
    assert 0 < found.sctp_port < 65_536
    assert read(write(found, 1)).credentials == found.credentials
