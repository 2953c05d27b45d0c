"""What is found, as values: names made printable, ids from keys, handles from roots."""

import json

import pytest

from pypeer.events import to_json
from pypeer.finding import found, outlook
from pypeer.finding.outlook import Outlook
from signaling.protocol.directory import Listing
from signaling.protocol.listed import Reach, Subfolder
from tests.unit.pypeer.finding import samples
from tests.unit.pypeer.finding.samples import PEERS, ROOTS, SHORTS, hit, item, shelf


def test_a_hit() -> None:
    told = samples.found(
        hit(ROOTS[0], 1, 0, name="a\u202eb.mkv", folder="x\n/y", count=5),
        libraries=(shelf(0), shelf(1, "M\x1b", away=True, ask=True, reach=Reach.OPEN)),
    )
    [one] = found.hits(told)
    assert (one.name, one.folder, one.count) == ("a_b.mkv", "x_/y", 5)
    assert (one.handle, one.root) == (found.handle_of(ROOTS[0]), ROOTS[0].hex())
    assert len(one.handle) == 16
    assert [(each.peer, each.short, each.name) for each in one.sources] == [
        (PEERS[1], SHORTS[1], "M_"),
        (PEERS[0], SHORTS[0], "Films"),
    ]
    event = json.loads(to_json(one))
    assert {"event", "handle", "name", "size", "root", "kind", "folder", "sources", "count"} == set(event)
    assert event["sources"][0] == {
        "peer": PEERS[1],
        "short": SHORTS[1],
        "library": "lib1",
        "name": "M_",
        "away": True,
        "ask": True,
        "reach": "open",
        "space": "",
        "alike": [],
    }


def test_more_cannot_be_fewer_than_are_named() -> None:
    [one] = found.hits(samples.found(hit(ROOTS[0], 0, 1, count=1)))
    assert one.count == 2


@pytest.mark.parametrize("sources", [(), (2,), (0, 7)], ids=["none", "beyond", "one beyond"])
def test_hits_that_no_server_tells(sources: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="source"):
        found.hits(samples.found(hit(ROOTS[0], *sources)))


def test_a_library() -> None:
    here = found.library(shelf(0, "A\x07", description="d\u200b", files=3, bytes=9, whole=True))
    assert (here.name, here.description, here.files, here.bytes, here.whole) == ("A_", "d_", 3, 9, True)
    assert (here.peer, here.short, here.library) == (PEERS[0], SHORTS[0], "lib0")
    with pytest.raises(ValueError, match="base64url"):
        found.library(shelf(0, peer="A" * 42 + "B"))


def test_a_folder_of_a_library() -> None:
    listing = Listing(seq=1, re=1, folders=(Subfolder("d\n", 2, 7),), files=(item("f\t.txt"),))
    [folder] = found.folders(listing, "a/b")
    assert (folder.name, folder.path, folder.files, folder.bytes) == ("d_", "a/b/d\n", 2, 7)
    [file] = found.files(listing, "")
    assert (file.name, file.path, file.kind) == ("f_.txt", "f\t.txt", "text")
    assert file.handle == found.handle_of(ROOTS[0])


def test_how_others_are_reached() -> None:
    assert outlook.outlook(Reach.STEADY, away=False) is Outlook.LIKELY
    assert outlook.outlook(Reach.BLOCKED, away=False) is Outlook.MAYBE
    assert outlook.outlook(None, away=False) is Outlook.UNKNOWN
    assert outlook.outlook(Reach.OPEN, away=True) is Outlook.AWAY
    shelves = (shelf(0, reach=Reach.VARYING), shelf(1, reach=Reach.OPEN), shelf(2, reach=Reach.OPEN, away=True))
    [one] = found.hits(samples.found(hit(ROOTS[0], 0, 1, 2), libraries=shelves))
    assert outlook.best(one.sources) is Outlook.DIRECT
    assert outlook.best(one.sources[:1]) is Outlook.MAYBE
