"""Make tests/vectors/access.json: proofs of access words, so that both languages give the same.

`python -m tests.vectors.make_access` writes it.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from pypeer.identity import Identity
from pypeer.secure.encoding import b64
from signaling.protocol.access import proof

FILE = Path(__file__).with_name("access.json")

WORDS: Final = ("correct horse battery staple", "Z\u00fcrich 8001", "Zu\u0308rich 8001", "\u5bc6\u7801", " ")
"""The second and the third are the same word, as two keyboards type it."""


def proven(word: str, host: str) -> dict[str, Any]:
    """One sign-in."""
    nonce = hashlib.sha256(word.encode()).digest()
    key = Identity.from_seed(hashlib.sha256(host.encode()).digest()).key
    return {
        "word": word,
        "nonce": nonce.hex(),
        "key": key.hex(),
        "host": host,
        "proof": proof(word, nonce, b64(key), host),
    }


def build() -> list[dict[str, Any]]:
    """All vectors of this file."""
    return [proven(word, host) for word in WORDS for host in ("localhost:8080", "byway.example")]


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
