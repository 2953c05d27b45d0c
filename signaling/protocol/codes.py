"""Error codes and close codes, grouped by what the client should do about them."""

from enum import IntEnum, StrEnum


class Action(StrEnum):
    """What a client does about an error or a close."""

    RETRY = "retry"
    """The same request may succeed later, after `wait` seconds if given."""
    CHANGE = "change"
    """The request is at fault, or the person has to do something: do not repeat it unchanged."""
    RECONNECT = "reconnect"
    """Connect again with jittered back-off and resume the session."""
    STOP = "stop"
    """Do not connect again unchanged: the program or its settings must change."""


class ErrorCode(StrEnum):
    """Codes of the `error` message."""

    UNKNOWN_LOCATOR = "unknown-locator"
    """Nobody waits under this code: mistyped, expired, used up, or its sender is gone."""
    SENDER_AWAY = "sender-away"
    """The code exists, but its sender has lost the connection and may be back within the grace time."""
    LOCATOR_TAKEN = "locator-taken"
    """The locator that was asked for belongs to someone else: open another."""
    BAD_DELEGATION = "bad-delegation"
    """The delegation does not let this key take this locator: it is another's, over, taken back, or forged."""
    TOO_MANY = "too-many"
    """This session already holds as many codes or pairs as it may."""
    UNKNOWN_LIBRARY = "unknown-library"
    """The library is not there (any more), or belongs to another session: search again."""
    NO_DIRECTORY = "no-directory"
    """This server keeps no directory: its operator has turned it off."""
    NOT_HERE = "not-here"
    """Nobody can be called so now: whoever it is has not opened a program, or does not wait for you."""
    UNKNOWN_PAIR = "unknown-pair"
    """The pair does not exist, or this session is no member of it."""
    PEER_GONE = "peer-gone"
    """The other member of the pair has left or did not come back."""
    RATE_LIMITED = "rate-limited"
    """Too many requests from this session or address: wait."""
    BAD_MESSAGE = "bad-message"
    """The message does not match the schema."""
    UNKNOWN_TYPE = "unknown-type"
    """This server does not know this type of message."""
    OUT_OF_ORDER = "out-of-order"
    """The message is not allowed now (before sign-in), or its id is not the next one."""
    BAD_SIGNATURE = "bad-signature"
    """The sign-in signature does not verify."""
    WRONG_HOST = "wrong-host"
    """The sign-in was signed for another host than this server is known as."""
    ACCESS_WORD = "access-word"
    """The server is private, and the proof of its access word is missing or wrong: ask the person for it."""
    NOT_ADMITTED = "not-admitted"
    """The operator of this server does not admit this identity."""
    TAKEN_DOWN = "taken-down"
    """The operator of this server has taken down what this identity publishes."""
    UNSUPPORTED_VERSION = "unsupported-version"
    """The client speaks a version that this server does not."""
    DRAINING = "draining"
    """The server is going away and takes nothing new."""
    INTERNAL = "internal"
    """The server failed; nothing was changed."""

    @property
    def action(self) -> Action:
        """What the client should do."""
        return Action.RETRY if self in _RETRY else Action.CHANGE


_RETRY = frozenset({ErrorCode.SENDER_AWAY, ErrorCode.RATE_LIMITED, ErrorCode.DRAINING, ErrorCode.INTERNAL})


class CloseCode(IntEnum):
    """WebSocket close codes: 4000 to 4499 reconnect, 4500 to 4999 do not."""

    DONE = 1000
    """The client said `bye`."""
    RESTARTING = 4001
    """The server restarts; `restarting` has said when to come back."""
    SLOW = 4008
    """The client did not read fast enough and its outbox was full."""
    IDLE = 4012
    """Nothing was heard from the client for the idle time."""
    RATE = 4029
    """Far too many messages; wait before coming back."""
    ALONE = 4040
    """At /relay: the other member of the pair did not come in time."""
    PARTED = 4041
    """At /relay: the other member of the pair is gone; all it had sent before has been delivered."""
    BUSY = 4042
    """At /relay: the pair, or the server, relays as much as it may."""
    INTERNAL = 4050
    """The server failed."""
    MALFORMED = 4500
    """Not text, not JSON, or larger than a message may be; at /relay also anything before `joined` but `join`."""
    SIGN_IN = 4501
    """Sign-in failed: signature, host, or a message before `hello`."""
    REPLACED = 4502
    """Another connection resumed the session, or its identity holds too many; at /relay, a later link is made."""
    SIGN_IN_TIMEOUT = 4503
    """No `hello`, or at /relay no `join`, in time."""
    VERSION = 4506
    """Subprotocol or version not spoken here."""
    ERRORS = 4509
    """Too many errors on one connection."""
    TICKET = 4510
    """At /relay: the ticket is none of this server's, or its time is over."""

    @property
    def action(self) -> Action:
        """What the client should do."""
        return Action.RECONNECT if 4000 <= self < 4500 else Action.STOP
