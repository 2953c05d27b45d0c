"""Boxes: what members of a space read and the server does not; pure but for the nonce, whose source is passed in.

AES-256-GCM (NIST SP 800-38D) under a key of the space and the owner; a random nonce of 96 bits in front, so under one
key 2^32 boxes may be made (section 8.3): 100,000 files ten times a day for more than ten years. Additional data is the
purpose and the owner's public key. Inside is JSON, filled up with spaces to a multiple of 64 bytes, so that its length
tells little.
"""

import os
from collections.abc import Callable
from enum import Enum
from typing import Final, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pypeer.secure.encoding import b64, unb64
from pypeer.spaces.keys import SpaceKeys
from signaling.protocol.listed import Description, FileName, FolderPath, LibraryName, Root, Size

NONCE_BYTES: Final = 12
"""NIST SP 800-38D, section 8.2.2."""

STEP: Final = 64
"""What lengths are rounded up to."""

_encoder = msgspec.json.Encoder()

Content = TypeVar("Content")


class BoxError(ValueError):
    """A box that no member of this space has made for this owner and purpose, or not as members do."""


class Purpose(Enum):
    """What a box is for: one kind cannot stand for another."""

    LIBRARY = b"byway space library v1\n"
    FILE = b"byway space file v1\n"


class SealedFile(msgspec.Struct, frozen=True, array_like=True):
    """A file: [folder, name, size, root]."""

    folder: FolderPath
    name: FileName
    size: Size
    root: Root


class SealedLibrary(msgspec.Struct, frozen=True, array_like=True):
    """What a library is called: [name, description]."""

    name: LibraryName
    description: Description = ""


class Boxes:
    """Those of one owner, given by its public key."""

    def __init__(self, keys: SpaceKeys, owner: bytes, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self._aead = AESGCM(keys.box_key(owner))
        self._owner = owner
        self._entropy = entropy

    def file(self, file: SealedFile) -> str:
        """The box of a file."""
        return self._seal(Purpose.FILE, file)

    def library(self, library: SealedLibrary) -> str:
        """The box of a library."""
        return self._seal(Purpose.LIBRARY, library)

    def open_file(self, box: str) -> SealedFile:
        """What is in the box of a file; raises BoxError."""
        return self._open(Purpose.FILE, box, _files)

    def open_library(self, box: str) -> SealedLibrary:
        """What is in the box of a library; raises BoxError."""
        return self._open(Purpose.LIBRARY, box, _libraries)

    def _seal(self, purpose: Purpose, content: SealedFile | SealedLibrary) -> str:
        plain = _encoder.encode(content)
        plain += b" " * (-len(plain) % STEP)
        nonce = self._entropy(NONCE_BYTES)
        return b64(nonce + self._aead.encrypt(nonce, plain, purpose.value + self._owner))

    def _open(self, purpose: Purpose, box: str, decoder: "msgspec.json.Decoder[Content]") -> Content:
        try:
            sealed = unb64(box)
            nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
            return decoder.decode(self._aead.decrypt(nonce, rest, purpose.value + self._owner))
        except (InvalidTag, msgspec.MsgspecError, ValueError) as error:
            raise BoxError(f"a box that does not open: {type(error).__name__}") from None


_files: Final = msgspec.json.Decoder(SealedFile)
_libraries: Final = msgspec.json.Decoder(SealedLibrary)
