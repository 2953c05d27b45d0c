"""Make tests/vectors/records.json with the Python implementation: `python -m tests.vectors.make_records`.

Private keys are hashes of the case's number; a case seals a few frames each way.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from pypeer.secure.keys import Role
from pypeer.secure.records import Exchange, record_keys

FILE: Final = Path(__file__).with_name("records.json")
FRAMES: Final = (b"", b"\x00" + b'{"t":"pause"}', bytes(range(256)) * 3)
LINKS: Final = (0, 1, 2**32 - 1)

NO_KEYS: Final = (bytes(32), (1).to_bytes(32, "little"), bytes(31), bytes(33))
"""Points of small order, whose shared secret is zero (RFC 7748, section 6.1), and wrong lengths."""


def case(number: int, link: int) -> dict[str, Any]:
    """One link, with everything that either side computes."""
    bind = _hash(f"bind {number}")
    seeds = {role: _hash(f"{role.name} {number}") for role in Role}
    keys = {role: X25519PrivateKey.from_private_bytes(seed) for role, seed in seeds.items()}
    exchanges = {role: Exchange(role, bind, link, key) for role, key in keys.items()}
    public = {role: each.public for role, each in exchanges.items()}
    shared = keys[Role.A].exchange(X25519PublicKey.from_public_bytes(public[Role.B]))
    sealers = {role: each.finish(public[role.other])[0] for role, each in exchanges.items()}
    return {
        "bind": bind.hex(),
        "link": link,
        "private": _named(seeds),
        "public": _named(public),
        "shared": shared.hex(),
        "keys": _named(record_keys(shared, bind, link, public[Role.A], public[Role.B])),
        "frames": [frame.hex() for frame in FRAMES],
        "records": {role.name: [sealers[role].seal(frame).hex() for frame in FRAMES] for role in Role},
    }


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _named(values: dict[Role, bytes]) -> dict[str, str]:
    return {role.name: value.hex() for role, value in values.items()}


def build() -> dict[str, Any]:
    """All vectors of this file."""
    return {"links": [case(*each) for each in enumerate(LINKS)], "no-keys": [key.hex() for key in NO_KEYS]}


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1) + "\n", "utf-8")
