"""Limits of the signaling contract. Each is enforced by the server and announced or documented, with its reason."""

from typing import Final

SUBPROTOCOL: Final = "byway.v1"
"""WebSocket subprotocol; a server refuses a handshake that does not offer it, so versions cannot be mixed up."""

VERSION: Final = 1
"""Version of the messages, in `challenge` and `hello`."""

MESSAGE_BYTES: Final = 64 * 1024
"""Largest WebSocket message in bytes, either way: four times the largest body, so an envelope always fits."""

BODY_CHARS: Final = 16 * 1024
"""Largest sealed body in characters (base64url): a session description with dozens of candidates is below 8 KiB."""

NONCE_BYTES: Final = 32
"""Sign-in challenge: 256 bits never repeat by chance."""

TTL_DEFAULT_S: Final = 24 * 3600
"""How long a code lives unless asked otherwise: a day, so that a link sent in the evening works in the morning."""

TTL_MIN_S: Final = 30
"""Shortest life of a code: less than it takes to read it out makes no sense."""

TTL_MAX_S: Final = 7 * 24 * 3600
"""Longest life of a code: a locator is a scarce, guessable number; a week covers a weekend with room to spare."""

PING_S: Final = 25
"""A client pings after this long without sending: below the 30 to 60 s after which proxies drop idle sockets."""

IDLE_S: Final = 60
"""The server closes a connection silent for this long: two lost pings and a slow third."""

SIGN_IN_S: Final = 10
"""A connection that has not signed in by then is closed: enough for a slow phone, too short to hoard sockets."""

GRACE_S: Final = 60
"""A session whose connection broke waits this long for its client: covers a change of network or a deploy."""

BACKLOG_MESSAGES: Final = 64
BACKLOG_BYTES: Final = 256 * 1024
"""What is kept for a session, unacknowledged, to be sent again after a resume; beyond either the session is dropped."""

RELAY_SUBPROTOCOL: Final = "byway.relay.v1"
"""WebSocket subprotocol of /relay, for the same reason."""

RELAY_MESSAGE_BYTES: Final = 65 * 1024
"""Largest message that is relayed to a member that does not say what it takes: 64 KiB, with headers and seal."""

RELAY_MESSAGE_BYTES_MAX: Final = 257 * 1024
"""Largest message that is relayed at all: the smallest chunk whole, with headers and seal, so that what a frame costs
in three processes is paid once for it. A pair's share of the server's memory is a few of these, and a line is not held
by one for long."""

RELAY_JOIN_S: Final = 10
"""A connection to /relay that has not shown a ticket by then is closed: as at sign-in."""

RELAY_ALONE_S: Final = 30
"""How long one member waits for the other: whoever has not come by then has no way to the server, or no wish."""

RELAY_IDLE_S: Final = 60
"""Silence of a member, or a message that it does not take, for this long ends the relaying: several signs of life."""

SIGN_IN_CONTEXT: Final = b"byway sign-in v1\n"
"""Domain separation of the sign-in signature, so that it can never be used for anything else."""

CAP_DIRECTORY: Final = "directory"
"""Capability in `welcome.caps`: this server has a directory. Its operator may do without."""

CAP_CONTACTS: Final = "contacts"
"""Capability in `welcome.caps`: this server knows `wait` and `call`."""

CAP_DELEGATES: Final = "delegates"
"""Capability in `welcome.caps`: this server knows `take`."""

CALL_TOKEN_BYTES: Final = 16
"""128 bits: nobody guesses the token of another."""

WAITING_TOKENS: Final = 256
"""Tokens one session waits under: more contacts than anybody has; with all of them `wait` is a tenth of a message."""

PEER_ID_CONTEXT: Final = b"byway peer v1\n"
PEER_ID_BYTES: Final = 20
"""How the id of a peer is made from its key: 160 bits, so that nobody makes another key with it."""

FOLDER_DEPTH: Final = 64
"""Names in the path of a folder that is announced: no person goes as deep, and each is kept."""

NAME_CHARS: Final = 255
"""Longest name, of a file or of a folder: what file systems allow."""

FOLDER_CHARS: Final = 1024
"""Longest path of a folder that is announced: what is deeper is hardly ever looked for, and one message holds 50."""

ANNOUNCED_FILES: Final = 700
"""Files in one `announce` at most: as many of usual names as fit one message."""

ANNOUNCED_GONE: Final = 4096
"""Numbers in one `announce` that are gone: they fit one message."""

SEARCH_CHARS: Final = 128
"""Longest search: a dozen words, or the whole name of a file."""

SEARCH_HITS_MAX: Final = 50
"""Hits in one answer: two screens; with the longest paths they still fit one message."""

SEARCH_SKIP_MAX: Final = 950
"""A search leads to its first thousand hits: whoever has not found it by then needs another word."""

HIT_SOURCES: Final = 8
"""Sources that are told of one hit: as many as a fetch draws from at once."""

SEALED_TOKENS: Final = 64
"""Tokens by which a file of a sealed space is found, at most: a name of eight words, and where it is."""

SEALED_GROUPS: Final = 16
"""Words of one search in a sealed space: a dozen words, or the whole name of a file."""

SEALED_WAYS: Final = 2
"""Tokens that may stand for one word of a search: the word, and its beginning."""

KEY_BOXES: Final = 256
"""Boxes with the key of a space, of one library, and tokens of one request: as many as a session waits under."""

KEY_BOX_CHARS: Final = 80
"""A box with the key of a space, in base64url: a nonce of 12 bytes, 32 of the key, 16 of the tag."""

BOX_CHARS: Final = 12 * 1024
"""Longest box: the longest path that may be announced, whatever its letters, sealed and in base64url."""
