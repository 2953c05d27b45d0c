"""Session descriptions of one data channel (RFC 8866, RFC 8841, RFC 8839): the form that browsers read and write."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pypeer.connect.ice.candidate import Candidate, CandidateError, parse, to_line
from pypeer.connect.ice.checks import Credentials
from pypeer.protocol.limits import CHUNK_FRAME_BYTES, FRAME_BYTES

SCTP_PORT: Final = 5000
"""RFC 8841, section 5.2: any; all use this one."""

MESSAGE_BYTES: Final = CHUNK_FRAME_BYTES
"""Largest message that we take."""

MESSAGE_BYTES_DEFAULT: Final = 65_536
"""What a description without `max-message-size` means (RFC 8841, section 6)."""

_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")


class DescriptionError(ValueError):
    """A session description that cannot be used; the message says why."""


class Setup(StrEnum):
    """Who opens the DTLS connection (RFC 8842, section 5.1)."""

    ACTPASS = "actpass"
    ACTIVE = "active"
    PASSIVE = "passive"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hash of a certificate: algorithm, and hexadecimal bytes with colons (RFC 8122)."""

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True)
class Description:
    """One side of a link."""

    credentials: Credentials
    fingerprints: tuple[Fingerprint, ...]
    setup: Setup
    mid: str = "0"
    candidates: tuple[Candidate, ...] = ()
    sctp_port: int = SCTP_PORT
    message_bytes: int = MESSAGE_BYTES
    sctp_init: bytes = b""
    """INIT chunk of SCTP (draft-hancke-tsvwg-snap), empty if the ordinary handshake is wanted."""

    @property
    def is_of_browser(self) -> bool:
        """Whether a side wrote it that cannot hold back checks: Python peers offer SNAP, and browsers do not yet."""
        return not self.sctp_init


def write(description: Description, version: int) -> str:
    """The text; `version` goes up with each description of a link (RFC 8866, section 5.2)."""
    lines = [
        "v=0",
        f"o=- 1 {version} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {description.mid}",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "c=IN IP4 0.0.0.0",
        *(f"a={to_line(candidate)}" for candidate in description.candidates),
        f"a=ice-ufrag:{description.credentials.ufrag}",
        f"a=ice-pwd:{description.credentials.password}",
        "a=ice-options:trickle",
        *(f"a=fingerprint:{each.algorithm} {each.value}" for each in description.fingerprints),
        f"a=setup:{description.setup}",
        f"a=mid:{description.mid}",
        f"a=sctp-port:{description.sctp_port}",
        f"a=max-message-size:{description.message_bytes}",
    ]
    if description.sctp_init:
        lines.append(f"a=sctp-init:{base64.b64encode(description.sctp_init).decode()}")
    return "\r\n".join([*lines, ""])


def read(text: str) -> Description:
    """Read a description; raises DescriptionError. Attributes of the session count for the one section there is."""
    values = _attributes(text)
    fingerprints = tuple(_fingerprint(each) for each in values.get("fingerprint", ()))
    if not fingerprints:
        raise DescriptionError("no fingerprint")
    try:
        return Description(
            credentials=_credentials(values),
            fingerprints=fingerprints,
            setup=Setup(_last(values, "setup", Setup.ACTPASS)),
            mid=_last(values, "mid", "0"),
            candidates=tuple(_candidates(values.get("candidate", ()))),
            sctp_port=_number(values, "sctp-port", SCTP_PORT, range(1, 65_536)),
            message_bytes=_message_bytes(values),
            sctp_init=base64.b64decode(_last(values, "sctp-init", ""), validate=True),
        )
    except ValueError as error:
        raise DescriptionError(str(error)) from None


def _attributes(text: str) -> dict[str, list[str]]:
    lines = text.splitlines()
    sections = [line for line in lines if line.startswith("m=")]
    if len(sections) != 1 or not sections[0].startswith("m=application ") or "SCTP" not in sections[0]:
        raise DescriptionError("not exactly one data channel section")
    values: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("a="):
            name, _, value = line[2:].partition(":")
            values.setdefault(name, []).append(value)
    return values


def _last(values: dict[str, list[str]], name: str, default: str) -> str:
    return values.get(name, [default])[-1]


def _number(values: dict[str, list[str]], name: str, default: int, allowed: range) -> int:
    text = _last(values, name, str(default))
    if not re.fullmatch(r"[0-9]{1,19}", text) or int(text) not in allowed:
        raise DescriptionError(f"{text[:60]!r} is no {name}")
    return int(text)


def _message_bytes(values: dict[str, list[str]]) -> int:
    """0 is any size (RFC 8841, section 6); less than the default cannot carry our frames."""
    size = _number(values, "max-message-size", MESSAGE_BYTES_DEFAULT, range(2**63))
    if 0 < size < FRAME_BYTES:
        raise DescriptionError(f"messages of {size} bytes are too small")
    return size


def _credentials(values: dict[str, list[str]]) -> Credentials:
    ufrag, password = _last(values, "ice-ufrag", ""), _last(values, "ice-pwd", "")
    if not _UFRAG.fullmatch(ufrag) or not _PASSWORD.fullmatch(password):
        raise DescriptionError("no ICE credentials, or malformed ones")
    return Credentials(ufrag, password)


def _fingerprint(text: str) -> Fingerprint:
    algorithm, _, value = text.partition(" ")
    return Fingerprint(algorithm.lower(), value.strip())


def _candidates(lines: Iterable[str]) -> Iterable[Candidate]:
    """Those that can be read: a kind that we do not know costs nothing but itself."""
    for line in lines:
        try:
            yield parse(line)
        except CandidateError:
            continue
