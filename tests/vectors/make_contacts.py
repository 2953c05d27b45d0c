"""Make tests/vectors/contacts.json, what two make of their first meeting: `python -m tests.vectors.make_contacts`.

`secrets` are the keys, tokens, rings and passwords; `calls` are whole meetings over such a password, in the form of
those in meeting.json: A was called and receives, B called and sends.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from pypeer.identity import Identity
from pypeer.secure.contact import call_password, call_token, contact_secret
from signaling.protocol.contacts import ring_of
from signaling.protocol.encoding import b64
from tests.vectors.make_meeting import run

FILE = Path(__file__).with_name("contacts.json")


def secret_of(number: int) -> dict[str, Any]:
    """Everything that comes from one `bind`; the tokens by who waits."""
    bind = hashlib.sha256(f"bind{number}".encode()).digest()
    keys = [Identity.from_seed(hashlib.sha256(f"{side}{number}".encode()).digest()).key for side in "ab"]
    secret = contact_secret(bind)
    return {
        "bind": bind.hex(),
        "secret": secret.hex(),
        "password": call_password(secret).decode(),
        "tokens": [
            {"waiting": key.hex(), "token": (token := call_token(secret, key)), "ring": ring_of(token, b64(key))}
            for key in keys
        ],
    }


def call(number: int) -> dict[str, Any]:
    """A meeting by a call."""
    secret = contact_secret(hashlib.sha256(f"bind{number}".encode()).digest())
    password = call_password(secret)
    return {"secret": secret.hex()} | run(number, password.decode(), password)


def build() -> dict[str, Any]:
    """All vectors of this file."""
    return {"secrets": [secret_of(6), secret_of(7)], "calls": [call(6), call(7)]}


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
