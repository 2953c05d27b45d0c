"""Names of others that look like those of contacts."""

from pypeer.cli import found_words
from pypeer.cli.words import who
from pypeer.contacts.contact import Contact
from pypeer.contacts.marking import Likeness
from pypeer.contacts.standing import Standing
from pypeer.events import Wished
from pypeer.finding import found
from tests.unit.pypeer.finding import samples
from tests.unit.pypeer.finding.samples import KEYS, PEERS, ROOTS, SHORTS, hit, shelf

BOB = Contact(KEYS[0], bytes(32), "Bob", Standing.ASK, 1.0, 1.0)
MET = Contact(KEYS[2], bytes(32), "Carl", Standing.MET, 1.0, 1.0)
BLOCKED = Contact(KEYS[3], bytes(32), "Dora", Standing.BLOCKED, 1.0, 1.0)
LIKENESS = Likeness((BOB, MET, BLOCKED))
FAKE = "B\u043eb"


def test_whoever_looks_like_a_contact_and_is_another_is_marked() -> None:
    assert LIKENESS.of(FAKE, PEERS[1]) == ("Bob",)
    assert LIKENESS.of(" bOB ", PEERS[1]) == ("Bob",)
    assert LIKENESS.of(SHORTS[0], PEERS[1]) == ("Bob",)
    assert LIKENESS.of(FAKE, PEERS[0]) == (), "it is Bob"
    assert LIKENESS.of("Anna", PEERS[1]) == ()


def test_whoever_is_no_contact_is_taken_for_nobody() -> None:
    assert LIKENESS.of("Carl", PEERS[1]) == LIKENESS.of("Dora", PEERS[1]) == ()


def test_libraries_and_hits_say_so() -> None:
    library = LIKENESS.library(found.library(shelf(1, FAKE, files=7, whole=True)))
    first, *_ = found_words.library(library)
    assert first == f"{SHORTS[1]} · {FAKE}  7 files, 0 bytes  [LOOKS LIKE Bob, and is somebody else]"
    told = samples.found(hit(ROOTS[0], 0, 1), libraries=(shelf(0, "Bob"), shelf(1, FAKE)))
    [only] = map(LIKENESS.hit, found.hits(told))
    assert [each.alike for each in only.sources] == [(), ("Bob",)]
    assert "LOOKS" not in found_words.hit(only), "who is named is Bob"


def test_who_asks_is_told_apart() -> None:
    wished = Wished(session="1", peer=PEERS[1], short=SHORTS[1], title="x", files=1, bytes=1, name=FAKE, alike=("Bob",))
    assert who(wished) == f"{SHORTS[1]} ({FAKE}) [{PEERS[1]}] (LOOKS LIKE Bob, and is somebody else)"
