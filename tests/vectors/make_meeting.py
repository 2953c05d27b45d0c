"""Make tests/vectors/meeting.json with the Python implementation: `python -m tests.vectors.make_meeting`.

The SPAKE2 values come from the package `spake2`, everything else from `pypeer.secure`; other languages must agree.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pypeer.errors import CodeError
from pypeer.identity import Identity
from pypeer.protocol.sealed import Candidate
from pypeer.secure import code, keys, meeting
from pypeer.secure.keys import Role

FILE = Path(__file__).with_name("meeting.json")
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


def stream(seed: str) -> Callable[[int], bytes]:
    """Reproducible "randomness": SHA-512 of the seed, repeated."""
    return lambda count: (hashlib.sha512(seed.encode()).digest() * (count // 64 + 1))[:count]


def run(number: int, text: str, password: bytes) -> dict[str, Any]:
    """One whole meeting over `text`, with everything that either side computes."""
    a, b = (Identity.from_seed(hashlib.sha256(f"{side}{number}".encode()).digest()) for side in "ab")
    entropy = {side: stream(f"{side}{number}") for side in "ab"}
    left = meeting.Meeting(Role.A, a, b.key, password, "Ada", entropy["a"])
    right = meeting.Meeting(Role.B, b, a.key, password, "", entropy["b"])
    bodies: list[dict[str, str]] = []
    queue = [(left, right, effect) for effect in left.start()]
    while queue:
        sender, receiver, effect = queue.pop(0)
        if isinstance(effect, meeting.Send):
            bodies.append({"from": sender.role.name, "body": effect.body.hex()})
            queue += [(receiver, sender, effect) for effect in receiver.receive(effect.body)]
    sealed = left.seal(Candidate(link=0, candidates=()))
    bodies.append({"from": "A", "body": sealed.body.hex()})
    assert right.receive(sealed.body) == [meeting.Received(Candidate(link=0, candidates=()))]
    pair: keys.PairKeys = left._keys
    return {
        "code": text,
        "password": password.decode(),
        "identity": {side: _identity(i, f"{side.lower()}{number}") for side, i in (("A", a), ("B", b))},
        "entropy": {side.upper(): entropy[side](64).hex() for side in "ab"},
        "scalar": {side.upper(): f"{int.from_bytes(entropy[side](64), 'big') % GROUP_ORDER:064x}" for side in "ab"},
        "keys": {
            "confirmA": pair.confirm[Role.A].hex(),
            "confirmB": pair.confirm[Role.B].hex(),
            "sealA": pair.seal[Role.A].hex(),
            "sealB": pair.seal[Role.B].hex(),
            "bind": pair.bind.hex(),
        },
        "bodies": bodies,
        "names": {"A": "Ada", "B": ""},
    }


def _identity(identity: Identity, seed: str) -> dict[str, str]:
    return {
        "seed": hashlib.sha256(seed.encode()).hexdigest(),
        "key": identity.key.hex(),
        "id": identity.id,
        "short": identity.name,
    }


def codes() -> list[dict[str, str | None]]:
    """Texts that people type, and the code they mean, or null where they must be refused."""
    texts = [
        "7-guitar-sunset", "7 Guitar Sunset", " 7-GUIT-suns ", "7_guitar.sunset", "7,guitar,sunset", "7-guita-sunset",
        "https://byway.example/#7-guitar-sunset", "http://localhost:8080/?x=1#7%20guitar%20sunset",
        "1234567-zoo-zoo-zoo", "12345678-zoo-zoo", "0-zoo-zoo", "07-zoo-zoo", "7-guitar", "7", "", "guitar-sunset",
        "7-guitarr-sunset", "7-guitat-sunset", "7-gui-sunset", "7-zo-zoo", "7-zoo-act", "7-zoo-acti", "7-zoo-actx",
        "7-zoo-sunset!", "\u0667-zoo-zoo", "https://byway.example/7-guitar-sunset", "7--guitar---sunset",
    ]  # fmt: skip
    return [{"text": text, "code": _parse(text)} for text in texts]


def _parse(text: str) -> str | None:
    try:
        return str(code.parse(text))
    except CodeError:
        return None


def build() -> dict[str, Any]:
    """All vectors of this file."""
    texts = ["7-guitar-sunset", "123-abandon-zoo", "9999999-able-acid-acoustic"]
    runs = [run(number, text, code.parse(text).password) for number, text in enumerate(texts, 1)]
    return {"codes": codes(), "meetings": runs, "libraries": [_asked(4, "abc"), _asked(5, "Zk-9_" + 27 * "a")]}


def _asked(number: int, library: str) -> dict[str, Any]:
    """The meeting of those who ask a library, which runs over its name."""
    password = code.library_password(library)
    return {"library": library} | run(number, password.decode(), password)


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
