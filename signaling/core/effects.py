"""What the shell is told to do. Effects are values, so that a test reads as a transcript."""

from enum import StrEnum

from msgspec import Struct

from signaling.protocol.codes import CloseCode


class Tally(StrEnum):
    """What is counted for the operator; the label of a `Count` says more."""

    MESSAGES = "messages"
    """By type, as received."""
    ERRORS = "errors"
    """By error code, as sent."""
    PAIRS = "pairs"
    """Pairs that met; no label."""
    REPORTS = "reports"
    """By outcome: how pairs got connected."""
    SIGN_INS = "sign-ins"
    """`new` or `resumed`."""
    CALLS = "calls"
    """Of contacts, by outcome: `met`, or `not-here`."""
    FLAGS = "flags"
    """What the operator was told of, by what is wrong with it."""
    SEARCHES = "searches"
    """By outcome: `found`, or `nothing`."""


class Send(Struct, frozen=True):
    """Send this text on a connection, after what it was told to send before."""

    connection: int
    text: str


class Close(Struct, frozen=True):
    """Close a connection once what was sent before has left."""

    connection: int
    code: CloseCode


class Count(Struct, frozen=True):
    """Something to count happened."""

    tally: Tally
    label: str = ""


class Observe(Struct, frozen=True):
    """A pair got so far in so many seconds."""

    phase: str
    """A field of `messages.Phases`."""
    seconds: float


class Flagged(Struct, frozen=True):
    """Somebody tells the operator of a library or a file."""

    library: str
    """What its owner calls it; empty where only members know."""
    peer: str
    handle: str
    """Of the file; empty if it is all of the library."""
    fault: str
    note: str
    by: str
    """The id of who tells it."""
    count: int
    """How many have, of the same."""


class Fault(Struct, frozen=True):
    """The server itself failed at a request; to be logged with its traceback."""

    error: Exception


Effect = Send | Close | Count | Observe | Flagged | Fault
