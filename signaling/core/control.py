"""What the operator of a server has decided: who may sign in, and what is not told of.

    allowed, word    a private server: only these identities, and whoever knows the access word
    blocked          identities that may not sign in at all
    taken            identities whose libraries are not here, and files that are not found

Files that are taken down stay in the index, and are left out of every answer. So a decision holds at once for what was
announced before, ends when it is taken back, and whoever publishes ten thousand files is not refused for one; and is
not told which one it was, to change a byte of it and publish it again.
"""

import base64
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from signaling.core.libraries import peer_id
from signaling.core.sign_in import Refused
from signaling.protocol.access import proof
from signaling.protocol.codes import ErrorCode
from signaling.protocol.encoding import b64, unb64
from signaling.protocol.sign_in import Hello

PEER_CHARS: Final = 32
HANDLE_CHARS: Final = 16
"""Letters of a peer id and of a handle (docs/protocol.md, Identifiers)."""

ROOT_BYTES: Final = 32
HANDLE_BYTES: Final = 10
"""Bytes of a root, and how many of them a handle tells."""

SHOWN: Final = 80
"""Letters of a bad line that are shown."""


class ControlError(Exception):
    """A line of a list that is none of what the list may hold."""


@dataclass(frozen=True, slots=True)
class Control:
    """All decisions. Files are known by what a handle tells of their roots."""

    allowed: frozenset[str] | None = None
    word: str = ""
    blocked: frozenset[str] = frozenset()
    taken_peers: frozenset[str] = frozenset()
    taken_files: frozenset[bytes] = frozenset()

    def refusal(self, hello: Hello, nonce: bytes) -> Refused | None:
        """Why somebody whose signature is right may not come in all the same."""
        peer = peer_id(hello.key)
        barred = self.barred(peer)
        if barred is not None:
            return barred
        if self.word and not self._listed(peer) and not self._knows(hello, nonce):
            return Refused(ErrorCode.ACCESS_WORD, "this server is private: its access word is missing, or is another")
        return None

    def barred(self, peer: str) -> Refused | None:
        """Why an identity may not come in, whatever it knows."""
        if peer not in self.blocked and (self.allowed is None or self.word or self._listed(peer)):
            return None
        text = f"the operator of this server does not admit you: ask there, and tell {peer}"
        return Refused(ErrorCode.NOT_ADMITTED, text)

    def hides(self, root: str) -> bool:
        """Whether nobody is to be told of a file."""
        return bool(self.taken_files) and unb64(root)[:HANDLE_BYTES] in self.taken_files

    def _listed(self, peer: str) -> bool:
        return self.allowed is not None and peer in self.allowed

    def _knows(self, hello: Hello, nonce: bytes) -> bool:
        return hmac.compare_digest(proof(self.word, nonce, hello.key, hello.host), hello.access or "")


def handle_of(root: str) -> str:
    """The handle of a root, as messages have it."""
    return base64.b32encode(unb64(root)[:HANDLE_BYTES]).decode("ascii").lower()


def peers_of(text: str) -> frozenset[str]:
    """The identities of a list: one id a line, # begins a comment; raises ControlError."""
    return frozenset(_peer(number, word) for number, word in _lines(text))


def taken_of(text: str) -> tuple[frozenset[str], frozenset[bytes]]:
    """The identities and files of a list; raises ControlError. A file is named by its handle or its root, in whatever
    form: 64 hexadecimal digits, or base64url."""
    peers, files = set[str](), set[bytes]()
    for number, word in _lines(text):
        if len(word) == PEER_CHARS:
            peers.add(_peer(number, word))
        else:
            files.add(_file(number, word))
    return frozenset(peers), frozenset(files)


def _lines(text: str) -> Iterable[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        word = line.partition("#")[0].strip()
        if word:
            yield number, word


def _peer(number: int, word: str) -> str:
    if len(word) == PEER_CHARS and _base32(word) is not None:
        return word.lower()
    raise ControlError(f"line {number}: {word[:SHOWN]!r} is no id of a peer, which has {PEER_CHARS} letters")


def _file(number: int, word: str) -> bytes:
    for root in (_base32(word) if len(word) == HANDLE_CHARS else None, _hexadecimal(word), _base64(word)):
        if root is not None:
            return root[:HANDLE_BYTES]
    raise ControlError(f"line {number}: {word[:SHOWN]!r} is no id of a peer, no handle and no root of a file")


def _base32(word: str) -> bytes | None:
    try:
        return base64.b32decode(word.upper())
    except ValueError:
        return None


def _hexadecimal(word: str) -> bytes | None:
    try:
        root = bytes.fromhex(word)
    except ValueError:
        return None
    return root if len(root) == ROOT_BYTES else None


def _base64(word: str) -> bytes | None:
    try:
        root = unb64(word)
    except ValueError:
        return None
    return root if len(root) == ROOT_BYTES and b64(root) == word else None


OPEN: Final = Control()
"""Everybody may come in, and everything is told."""
