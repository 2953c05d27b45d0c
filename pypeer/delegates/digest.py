"""The digest of a manifest with all its roots: what a delegation is for. Pure.

SHA-256 of DIGEST_CONTEXT and, for each entry in its order: what it is (u8: 0 a file, 1 a folder, 2 a text, 3 a
program), the length of its path in bytes (u32), the path in UTF-8, its size (u64), its BEP 52 root (32 bytes; zeros for
a folder). Times are not in it.
"""

import hashlib
import struct
from collections.abc import Iterable
from typing import Final

from pypeer.protocol.messages import Entry
from pypeer.transfer import merkle
from pypeer.transfer.names import ManifestError

DIGEST_CONTEXT: Final = b"byway manifest v1\n"
"""Domain separation."""

UNKNOWN: Final = "it does not tell the roots of its files"

_ENTRY: Final = struct.Struct(">BI")
_SIZE: Final = struct.Struct(">Q")


def digest(entries: Iterable[Entry], text: bool = False) -> bytes:
    """32 bytes; raises ManifestError if the root of a file is not told."""
    hashed = hashlib.sha256(DIGEST_CONTEXT)
    for entry in entries:
        path = entry.path.encode()
        hashed.update(_ENTRY.pack(_what(entry, text), len(path)))
        hashed.update(path + _SIZE.pack(entry.size) + _root(entry))
    return hashed.digest()


def _what(entry: Entry, text: bool) -> int:
    return 1 if entry.folder else 2 if text else 3 if entry.exec else 0


def _root(entry: Entry) -> bytes:
    if entry.folder or not entry.size:
        return merkle.MISSING_LEAF
    if entry.root is None:
        raise ManifestError(UNKNOWN)
    return bytes.fromhex(entry.root)
