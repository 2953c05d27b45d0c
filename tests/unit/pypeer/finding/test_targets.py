"""What can be asked for in the directory, as it is typed."""

import pytest

from pypeer.errors import CodeError
from pypeer.finding import found, targets
from pypeer.finding.targets import ByFolder, ByHandle, Target
from tests.unit.pypeer.finding import samples
from tests.unit.pypeer.finding.samples import PEERS, ROOTS

HANDLE = found.handle_of(ROOTS[0])
PEER = PEERS[0]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (HANDLE, ByHandle(HANDLE)),
        (f" {HANDLE.upper()}\n", ByHandle(HANDLE)),
        (f"byway:{PEER}/{HANDLE}", ByHandle(HANDLE, PEER)),
        (f"BYWAY://{PEER.upper()}/{HANDLE}", ByHandle(HANDLE, PEER)),
        (f"byway:{PEER}/{ROOTS[0].hex()}", ByHandle(HANDLE, PEER, ROOTS[0].hex())),
        (f"byway:{PEER}/", ByFolder(PEER, "")),
        (f"byway:{PEER}/a b/Ä", ByFolder(PEER, "a b/Ä")),
        (f"byway:{PEER}/{HANDLE}/", ByFolder(PEER, HANDLE)),
        ("7-guitar-sunset", None),
        ("https://example.org/#7-guitar-sunset", None),
        (HANDLE[:15], None),
        ("a" * 15 + "1", None),
    ],
)
def test_targets(text: str, target: Target | None) -> None:
    assert targets.parse(text) == target


def test_a_hit_is_that_file() -> None:
    [hit] = found.hits(samples.found(samples.hit(ROOTS[0], 0)))
    assert targets.parse(hit) == ByHandle(HANDLE, None, ROOTS[0].hex())


@pytest.mark.parametrize("text", ["byway:", f"byway:{PEER}", f"byway:{PEER[:31]}/x", f"byway:/{HANDLE}"])
def test_what_begins_as_one_and_is_none(text: str) -> None:
    with pytest.raises(CodeError, match="32 letters"):
        targets.parse(text)
