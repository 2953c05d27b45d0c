"""The space of one's own contacts: its key comes to each of them in a box, which the server keeps and cannot open; pure
but for nonces, whose source is passed in. See docs/protocol.md, "Sealed spaces for contacts".
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Iterable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pypeer.contacts.contact import Contact
from pypeer.secure.encoding import b64, unb64
from pypeer.spaces.boxes import NONCE_BYTES
from pypeer.spaces.keys import KEY_BYTES, SpaceKeys
from pypeer.spaces.space import NAME_CHARS, Space, free_name, same
from signaling.protocol import limits
from signaling.protocol.spaces import KeyBox

TOKEN_CONTEXT: Final = b"byway shelf v1\n"
BOX_CONTEXT: Final = b"byway shelf box v1"
"""Domain separation from all else that is made of the secret of two contacts."""

TOKEN_BYTES: Final = 16
"""Nobody finds one by trying."""

OWNER_CALLS_IT: Final = "your contacts"
OTHERS_CALL_IT: Final = "contacts of "
"""What comes after it is the name of the contact whose space it is."""

Asked = dict[str, tuple[Contact, bytes]]
"""Whose space a token stands for, and the secret that opens what is under it."""


def shelf_token(secret: bytes, owner: bytes) -> str:
    """Under which the key of the space of `owner`, a public key, is kept for the other of two contacts."""
    return b64(hmac.digest(secret, TOKEN_CONTEXT + owner, hashlib.sha256)[:TOKEN_BYTES])


def seal_key(secret: bytes, owner: bytes, keys: SpaceKeys, entropy: Callable[[int], bytes] = os.urandom) -> str:
    """The key of the space of `owner`, for the other of two contacts: AES-256-GCM, a random nonce in front. A secret
    seals one for each time that a library is published."""
    nonce = entropy(NONCE_BYTES)
    return b64(nonce + _aead(secret).encrypt(nonce, keys.key, owner))


def open_key(secret: bytes, owner: bytes, box: str) -> SpaceKeys:
    """What is in a box; raises ValueError for one that no such two have made for this owner."""
    sealed = unb64(box)
    try:
        return SpaceKeys(_aead(secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner))
    except InvalidTag:
        raise ValueError("a box with a key that does not open") from None


def key_boxes(
    contacts: Iterable[Contact], owner: bytes, keys: SpaceKeys, entropy: Callable[[int], bytes] = os.urandom
) -> tuple[KeyBox, ...]:
    """For all contacts, under each secret that one of the two may have: the newest of each first, if there are too
    many."""
    secrets = [each.secrets for each in contacts if each.may_call]
    ordered = [each[0] for each in secrets] + [before for each in secrets for before in each[1:]]
    chosen = ordered[: limits.KEY_BOXES]
    return tuple(KeyBox(shelf_token(each, owner), seal_key(each, owner, keys, entropy)) for each in chosen)


def asked(contacts: Iterable[Contact]) -> Asked:
    """What to ask for, to learn of all spaces that contacts have for theirs."""
    mine = (each for each in contacts if each.may_call)
    return {shelf_token(secret, each.key): (each, secret) for each in mine for secret in each.secrets}


def opened(boxes: Iterable[KeyBox], whose: Asked, taken: Iterable[str] = ()) -> list[Space]:
    """The spaces whose keys came, one of each contact, called after it and otherwise than those `taken`. What does not
    open, or was not asked for, is left out."""
    names = list(taken)
    spaces: dict[bytes, Space] = {}
    for token, (contact, secret) in whose.items():
        box = next((each.box for each in boxes if each.token == token), None)
        keys = None if box is None else _opened(secret, contact.key, box)
        if keys is not None and contact.key not in spaces:
            name = free_name((OTHERS_CALL_IT + contact.name)[:NAME_CHARS], names)
            names.append(name)
            spaces[contact.key] = Space(name, keys, owner=contact.key)
    return list(spaces.values())


def is_of_contacts(name: str) -> bool:
    """Whether a space could be called so because it is one of a contact's."""
    return same(name).startswith(OTHERS_CALL_IT)


def turned(keys: SpaceKeys | None, given: frozenset[str], now: frozenset[str], new: Callable[[], bytes]) -> SpaceKeys:
    """The key to go on with: another as soon as one to whom it was given is no contact any more. `given` and `now` are
    peer ids."""
    return keys if keys is not None and given <= now else SpaceKeys(new())


def _opened(secret: bytes, owner: bytes, box: str) -> SpaceKeys | None:
    try:
        return open_key(secret, owner, box)
    except ValueError:
        return None


def _aead(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=BOX_CONTEXT).derive(secret))
