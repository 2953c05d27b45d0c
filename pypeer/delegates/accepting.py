"""What comes to be served: whether it may be, and what of it is here."""

import os
import time
from pathlib import Path
from typing import Final

from pypeer.delegates.digest import digest
from pypeer.delegates.record import Item, Record
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.transfer.identity import identity_of
from pypeer.transfer.names import ManifestError
from pypeer.transfer.session import ReceiveSession
from signaling.protocol.delegation import Delegation, Flaw, flaw, parse

FLAWS: Final = {Flaw.EXPIRED: EndCode.EXPIRED, Flaw.TOO_LONG: EndCode.EXPIRED}
"""How the owner is told of them; of all others as of a program that does not do what it should."""


class RefusedError(Exception):
    """Why it is not served."""

    def __init__(self, code: EndCode) -> None:
        super().__init__(code)
        self.code = code


def checked(record: Record, text: str, key: bytes) -> Delegation:
    """Its owner has signed just what is here, for this key; raises RefusedError."""
    try:
        signed = parse(text)
        same = signed.delegation.digest == digest([item.entry for item in record.items], record.text)
    except (ValueError, ManifestError):
        raise RefusedError(EndCode.PROTOCOL) from None
    made = signed.delegation
    wrong = flaw(signed, key, made.locator, time.time())
    if wrong is not None or made.owner != record.owner:
        raise RefusedError(FLAWS.get(wrong, EndCode.PROTOCOL) if wrong else EndCode.PROTOCOL)
    if not same:
        raise RefusedError(EndCode.CORRUPT)
    return made


def items_of(record: Record, session: ReceiveSession, text: str | None) -> tuple[Item, ...]:
    """All entries, with their roots, and where they are in the folder. A text is written there."""
    if text is None:
        return tuple(_item(record, entry, place) for entry, place in session.received())
    record.folder.mkdir(parents=True, exist_ok=True)
    [(entry, _)] = session.received()
    place = record.folder / "text.txt"
    place.write_bytes(text.encode())
    return (_item(record, entry, place),)


def _item(record: Record, entry: Entry, place: Path | None) -> Item:
    if place is None:
        return Item(entry)
    return Item(entry, str(place.relative_to(record.folder)), identity_of(os.lstat(place)))
