"""Codes that one peer tells another: why something was refused, declined or ended."""

from enum import StrEnum


class EndCode(StrEnum):
    """Why a transfer, a file or a link ended early; carried in `refuse`, `decline` and `cancel`, shown to people."""

    CANCELLED = "cancelled"
    """The other person stopped it."""
    DECLINED = "declined"
    """The other person did not want it."""
    CHANGED = "file-changed"
    """The file changed while it was being sent; sending it again gets the new content."""
    VANISHED = "file-vanished"
    """The file was removed or can no longer be read."""
    CORRUPT = "corrupt"
    """A chunk or a whole file did not match its hash."""
    NO_SPACE = "no-space"
    """The receiver's disk is full."""
    UNWRITABLE = "unwritable"
    """The receiver may not write where it was told to."""
    BAD_MANIFEST = "bad-manifest"
    """The offer names impossible files: hostile or broken."""
    TOO_MANY_ENTRIES = "too-many-entries"
    """The offer has more files than the receiver takes."""
    PROTOCOL = "protocol"
    """A message that the contract does not allow here."""
    VERSION = "unsupported-version"
    """No common version."""
    EXPIRED = "expired"
    """The offer is over."""
    INTERNAL = "internal"
    """The program failed."""


class RefusalCode(StrEnum):
    """Why a pair ended before it was sealed; sent in clear, so nothing may rest on it but the words on the screen."""

    WRONG_WORDS = "wrong-words"
    """The words of the code are wrong; the code has attempts left."""
    BURNED = "burned"
    """The words were wrong too often; the code is worthless now."""
    USED = "used"
    """The code was for one receiver, and has had it."""
    BUSY = "busy"
    """Too many receivers at once; try again later."""
    BROKEN = "broken"
    """A message was malformed, altered, repeated or out of order."""


class Mapping(StrEnum):
    """What a NAT does with the port of a UDP socket, as far as it was measured (RFC 4787, section 4.1)."""

    UNKNOWN = "unknown"
    """Not measured: no STUN server, or only one address to ask."""
    NONE = "none"
    """No NAT: others see the address that the machine has."""
    INDEPENDENT = "independent"
    """The same outside port whoever is sent to: holes can be punched."""
    SEQUENTIAL = "sequential"
    """Another port for each destination, each a small step from the last: it can be predicted."""
    RANDOM = "random"
    """Another port for each destination, at random."""
    BLOCKED = "blocked"
    """No STUN server answered over UDP."""
