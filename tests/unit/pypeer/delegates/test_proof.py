"""What a delegate shows, and what becomes of it if that is not so."""

from dataclasses import replace

import pytest

from pypeer.delegates.digest import digest
from pypeer.delegates.proof import DelegationError, Vouched, proven, told
from pypeer.identity import Identity
from pypeer.protocol.messages import Entry, Offer
from pypeer.transfer.names import ManifestError
from signaling.protocol.delegation import Delegation

OWNER, DELEGATE = Identity.from_seed(b"o" * 32), Identity.from_seed(b"d" * 32)
NOW = 1_790_000_000
ENTRIES = [Entry(path="a", size=5, root="ab" * 32)]
MADE = Delegation(OWNER.key, DELEGATE.key, digest(ENTRIES), NOW * 1000, NOW + 60, "275")


def text(made: Delegation = MADE) -> str:
    return made.text(OWNER.sign(made.statement))


def test_what_is_proven_is_told() -> None:
    assert proven(text(), DELEGATE.key, "275", NOW) == MADE
    event = told(MADE, "Anna\n")
    assert (event.peer, event.by, event.until) == (OWNER.id, DELEGATE.id, NOW + 60)
    assert "\n" not in event.name


@pytest.mark.parametrize(
    ("shown", "key", "locator", "now"),
    [
        ("x" * 238, DELEGATE.key, "275", NOW),
        (text(), OWNER.key, "275", NOW),
        (text(), DELEGATE.key, "276", NOW),
        (text(), DELEGATE.key, "275", NOW + 10_000),
        (MADE.text(DELEGATE.sign(MADE.statement)), DELEGATE.key, "275", NOW),
    ],
)
def test_whatever_else_is_not_trusted(shown: str, key: bytes, locator: str, now: float) -> None:
    with pytest.raises(DelegationError, match="Do not trust it"):
        proven(shown, key, locator, now)


def test_only_what_was_signed_is_taken() -> None:
    known = Vouched(MADE.digest)
    known.look(Offer(files=1, folders=0, bytes=5))
    assert known.settle(ENTRIES) == ENTRIES
    for other in ([], [replace_path("b")], [Entry(path="a", size=5, root="cd" * 32)], [Entry(path="a", size=5)]):
        with pytest.raises(ManifestError):
            known.settle(other)
    known.look(Offer(files=1, folders=0, bytes=5, text=True))
    with pytest.raises(ManifestError, match="not what the owner"):
        known.settle(ENTRIES)


def replace_path(path: str) -> Entry:
    return Entry(path=path, size=5, root="ab" * 32)


def test_another_digest_is_another_delegation() -> None:
    other = replace(MADE, digest=bytes(32))
    assert text(other) != text()
