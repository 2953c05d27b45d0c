"""Limits of the contract between peers, each with its reason."""

from typing import Final

VERSION: Final = 1
"""Version of the peer contract, in both `hello` messages."""

CAP_RELAY: Final = "relay"
"""Capability in `meet.caps`: takes part in a link through the relay inside the WebSocket. Who has no ticket for it, or
whose person forbids relays, does not list it."""

CAP_TCP: Final = "tcp"
"""Capability in `meet.caps`: takes part in a link over TCP. Pages, and whoever hides its address, do not list it."""

CAP_SPACES: Final = "spaces"
"""Capability in `meet.caps`: can be invited to a sealed space. Who does not list it gets no `invite`."""

CAP_DELEGATE: Final = "delegate"
"""Capability in `meet.caps`: serves what this contact hands over. Who does not list it is asked for nothing of it."""

CAP_PROBE: Final = "probe"
"""Capability in `hello.caps`: answers PROBE, the question for the hash of a chunk without its bytes."""

WANTED_FILES: Final = 24
"""Files that one `want` names: with names of 400 bytes they fit one body. More are a folder, or more fetches."""

SILENCE_S: Final = 5
"""On a link through that relay each side sends an empty record after this long without another: less than any proxy
waits, and often enough to notice soon that the way is gone."""

GONE_S: Final = 20
"""Such a link on which nothing has come for this long is closed: four signs of life missing."""

BLOCK_BYTES: Final = 16 * 1024
"""A leaf of the Merkle tree: fixed by BEP 52."""

CHUNK_BYTES: Final = 256 * 1024
"""Smallest chunk: 16 leaves. Small enough to resume finely, large enough that a request costs little beside it."""

CHUNK_BYTES_MAX: Final = 4 * 1024 * 1024
"""Largest chunk: a few in flight must fit the memory of a phone."""

CHUNKS_PER_FILE: Final = 16_384
"""Chunks grow (doubling, up to the largest) so that a file has at most this many while they can: 512 KiB of hashes."""

FRAME_BYTES: Final = 64 * 1024
"""Largest frame on a link: what every WebRTC stack accepts when the session description says nothing (RFC 8841)."""

CHUNK_FRAME_BYTES: Final = CHUNK_BYTES + 1024
"""A whole chunk of the smallest size, and its header: the largest frame that a link over a data channel takes. Each
frame costs work, and in a swarm, or before a link has carried anything, they are short all the same."""

STREAM_FRAME_BYTES: Final = 1024 * 1024 + 1024
"""Largest frame on a link over TCP, where nothing but memory bounds it: four small chunks, and headers."""

CONTROL_BYTES: Final = 60 * 1024
"""Largest JSON text in a control frame; a page of the manifest is filled up to here."""

ENTRIES_MAX: Final = 200_000
"""Entries a receiver takes in one offer: about 60 MB of memory in Python; more is better packed first."""

MANIFEST_BYTES: Final = 32 * 1024 * 1024
"""All paths of an offer together, in UTF-8 bytes: 160 for each of the most entries, so none can fill memory."""

PATH_BYTES: Final = 4096
"""Longest path in UTF-8 bytes: PATH_MAX of Linux."""

FILE_BYTES: Final = 2**53 - 1
"""Largest file and largest sum: integers that JavaScript represents exactly."""

WINDOW_BYTES: Final = 4 * 1024 * 1024
"""Bytes a receiver has asked for and not yet stored: fills 16 MiB/s at 250 ms of round trip, and bounds its memory.

Two chunks, if that is more: with a single one in flight the link would rest while it is stored."""

WINDOW_LINK_BYTES: Final = 1024 * 1024
"""So much more for each link beyond the first, or a chunk, if that is more: each has something on its way while what
came on the others is stored."""

WINDOW_BYTES_MAX: Final = 64 * 1024 * 1024
"""Never more than this, however many links: the memory of a phone."""

WINDOW_REQUESTS: Final = 256
"""Requests in flight, for trees of tiny files where bytes alone would allow thousands."""

QUEUE_REQUESTS: Final = 1024
"""Requests a sender queues for one receiver; more is a protocol error, so a receiver cannot fill its memory."""

GUESSES: Final = 3
"""Wrong guesses before a code burns: 3 in 2**22 for two words. Three forgive a typo."""

WORDS: Final = 2
"""Words of a code unless more are asked for; 11 bits each."""

TEXT_BYTES: Final = 1024 * 1024
"""Longest text sent as text, shown and not stored: more is a file."""

PROGRESS_S: Final = 0.25
"""Least time between two `progress` messages: smooth for the eye, nothing for the wire."""

HOLES: Final = 64
"""Holes told of one file at most, the largest: with them its entry still has less than 2 KiB."""

HAVE_RANGES: Final = 1000
"""Ranges of chunks in one `have` at most: with numbers of ten digits it still fits a control frame."""

HELPERS: Final = 4
"""Helpers that a sender names to each receiver of a swarm: of ten, six would save it hardly more, for half as many
connections more; with three it sends a quarter more (tests/support/swarm_scene.py)."""

HELPERS_MAX: Final = 16
"""Helpers that a receiver draws from, whatever it is told."""

HAVE_S: Final = 0.5
"""How long a helper gathers what is new before it tells: a fraction of what a chunk takes on a home's uplink."""

LIST_ENTRIES: Final = 1000
"""Entries in one page of the manifest at most: bounds the work for one message."""

PREVIEW_ENTRIES: Final = 50
"""Entries in a preview at most: what a screen shows."""

PREVIEW_BYTES: Final = 8 * 1024
"""JSON of the entries of a preview at most: it has to fit a sealed body (BODY_CHARS of the signaling contract)."""
