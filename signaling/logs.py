"""One logger, one line an event: `time level event key=value ...`. Addresses are never written as they are."""

import hashlib
import json
import logging
import os
import sys
from typing import Final

log: Final = logging.getLogger("signaling")

_SALT: Final = os.urandom(16)
"""New with each process: lines of one run can be told to be about the same address, and of no other."""


def hide(address: str) -> str:
    """A stand-in for an address."""
    return hashlib.blake2s(address.encode(), key=_SALT, digest_size=5).hexdigest()


def line(event: str, **fields: object) -> str:
    """An event with its fields."""
    return " ".join([event, *(f"{key}={_value(value)}" for key, value in fields.items())])


def configure(level: str) -> None:
    """Log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    log.setLevel(level.upper())


def _value(value: object) -> str:
    text = str(value)
    plain = text and text.isprintable() and not set(text) & set(' ="')
    return text if plain else json.dumps(text)
