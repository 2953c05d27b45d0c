"""Make tests/vectors/delegations.json, what lets a peer serve the code of another: `python -m
tests.vectors.make_delegations`.

`good` are delegations and what is in them, `bad` are texts that are none, `digests` are manifests with their digest, or
null where there can be none.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec

from pypeer.delegates.digest import digest
from pypeer.identity import Identity
from pypeer.protocol.messages import Entry
from pypeer.transfer.names import ManifestError
from signaling.protocol.delegation import Delegation
from signaling.protocol.encoding import b64

FILE = Path(__file__).with_name("delegations.json")
SERIAL = 1_790_000_000_000
EXPIRES = 1_790_600_000
ROOT = "ab" * 32


def identity(name: str) -> Identity:
    return Identity.from_seed(hashlib.sha256(name.encode()).digest())


def made(locator: str, number: int) -> Delegation:
    what = hashlib.sha256(f"manifest {number}".encode()).digest()
    return Delegation(identity("owner").key, identity("delegate").key, what, SERIAL + number, EXPIRES, locator)


def good(locator: str, number: int) -> dict[str, Any]:
    """A delegation, signed; `seed` is that of its owner."""
    delegation = made(locator, number)
    return {
        "seed": hashlib.sha256(b"owner").hexdigest(),
        "owner": delegation.owner.hex(),
        "delegate": delegation.delegate.hex(),
        "digest": delegation.digest.hex(),
        "serial": delegation.serial,
        "expires": delegation.expires,
        "locator": locator,
        "text": delegation.text(identity("owner").sign(delegation.statement)),
    }


def bad() -> list[str]:
    """Of something else, with a locator that is none or too long, cut off, and no base64url."""
    delegation = made("275", 0)
    body, signature = delegation.body, bytes(64)
    return [
        b64(b"\2" + body[1:] + signature),
        made("0275", 0).text(signature),
        made("12345678", 0).text(signature),
        made("12x", 0).text(signature),
        made("", 0).text(signature),
        b64(body[:100]),
        delegation.text(signature) + "=",
        "",
    ]


def manifest(entries: list[Entry], text: bool = False) -> dict[str, Any]:
    """What it is, and its digest."""
    told = msgspec.to_builtins(entries)
    try:
        return {"entries": told, "text": text, "digest": digest(entries, text).hex()}
    except ManifestError:
        return {"entries": told, "text": text, "digest": None}


def build() -> dict[str, Any]:
    """All vectors of this file."""
    return {
        "good": [good("7", 0), good("275", 1), good("1234567", 2)],
        "bad": bad(),
        "digests": [
            manifest([]),
            manifest([Entry(path="a.txt", size=5, root=ROOT, mtime=1)]),
            manifest([Entry(path="text.txt", size=5, root=ROOT)], text=True),
            manifest([Entry(path="ü", folder=True), Entry(path="ü/leer"), Entry(path="ü/b", size=2**40, root=ROOT)]),
            manifest([Entry(path="run", size=5, root=ROOT, exec=True)]),
            manifest([Entry(path="a.txt", size=5)]),
        ],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
