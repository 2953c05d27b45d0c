"""The key of a space for contacts: who is given it, who can open it, and when there is another."""

import os
from pathlib import Path

import pytest

from pypeer.contacts.contact import Contact
from pypeer.contacts.standing import Standing
from pypeer.spaces.keys import SpaceKeys
from pypeer.spaces.opened import Reader
from pypeer.spaces.own import OwnSpace
from pypeer.spaces.shelf import asked, is_of_contacts, key_boxes, open_key, opened, seal_key, shelf_token, turned
from pypeer.spaces.store import SpaceError
from signaling.protocol.spaces import KeyBox
from tests.unit.pypeer.spaces import samples
from tests.unit.pypeer.spaces.samples import ADA, BOB, KEYS

OLD, NEW = b"o" * 32, b"n" * 32


def known(key: bytes, name: str, secret: bytes = NEW, before: bytes | None = None, **more: Standing) -> Contact:
    return Contact(key, secret, name, more.get("standing", Standing.ASK), 1.0, 1.0, before)


def test_a_contact_learns_the_key_whichever_of_the_two_secrets_it_has() -> None:
    boxes = key_boxes([known(BOB.key, "Bob", NEW, OLD)], ADA.key, KEYS)
    assert len(boxes) == 2
    for secret, before in ((NEW, None), (OLD, None), (b"x" * 32, OLD)):
        [space] = opened(boxes, asked([known(ADA.key, "Ada", secret, before)]))
        assert (space.name, space.keys, space.owner) == ("contacts of Ada", KEYS, ADA.key)
    [space] = opened(boxes, asked([known(ADA.key, "Ada", NEW, OLD)]), ["Contacts of ADA"])
    assert space.name == "contacts of Ada (2)"
    assert is_of_contacts(space.name)
    assert not is_of_contacts("Family")


def test_nobody_else_does() -> None:
    boxes = key_boxes([known(BOB.key, "Bob")], ADA.key, KEYS)
    assert opened(boxes, asked([known(ADA.key, "Ada", OLD)])) == []
    assert opened(boxes, asked([known(BOB.key, "Bob")])) == [], "it is of another direction"
    for standing in (Standing.MET, Standing.BLOCKED):
        assert key_boxes([known(BOB.key, "Bob", standing=standing)], ADA.key, KEYS) == ()
        assert asked([known(ADA.key, "Ada", standing=standing)]) == {}


def test_a_box_that_was_altered_or_is_of_another_does_not_open() -> None:
    box = seal_key(NEW, ADA.key, KEYS)
    assert open_key(NEW, ADA.key, box) == KEYS
    for secret, owner, altered in ((OLD, ADA.key, box), (NEW, BOB.key, box), (NEW, ADA.key, box[:-4] + "AAAA")):
        with pytest.raises(ValueError, match="does not open"):
            open_key(secret, owner, altered)
    forged = KeyBox(shelf_token(NEW, ADA.key), seal_key(OLD, ADA.key, KEYS))
    assert opened([forged], asked([known(ADA.key, "Ada")])) == []


def test_of_too_many_the_newest_secret_of_each_comes_first() -> None:
    contacts = [known(bytes([n]) * 32, str(n), bytes([n]) * 32, OLD) for n in range(200)]
    boxes = key_boxes(contacts, ADA.key, KEYS)
    assert len(boxes) == 256
    assert {shelf_token(each.secret, ADA.key) for each in contacts} <= {each.token for each in boxes}


def test_there_is_another_key_once_somebody_who_had_it_is_no_contact() -> None:
    both, new = frozenset("ab"), lambda: NEW
    assert turned(None, frozenset(), both, new) == SpaceKeys(NEW)
    assert turned(KEYS, frozenset("a"), both, new) == KEYS
    assert turned(KEYS, both, frozenset("b"), new) == SpaceKeys(NEW)


def test_what_others_publish_in_the_space_of_somebody_is_left_out() -> None:
    reader = Reader(KEYS, ADA.key)
    [shelf] = reader.shelves([samples.shelf(BOB), samples.shelf(ADA)])
    assert shelf.library == samples.shelf(ADA).library
    assert reader.unopened == 1


def test_the_owner_keeps_the_key_until_somebody_is_removed_or_blocked(tmp_path: Path) -> None:
    file = tmp_path / "state" / "shelf.json"
    bob, carl = known(BOB.key, "Bob"), known(ADA.key, "Carl")
    first = OwnSpace(file).for_contacts([bob])
    assert first.name == "your contacts"
    if os.name == "posix":
        assert file.stat().st_mode & 0o077 == 0
    assert OwnSpace(file).for_contacts([bob, carl]).keys == first.keys
    blocked = known(BOB.key, "Bob", standing=Standing.BLOCKED)
    second = OwnSpace(file).for_contacts([blocked, carl])
    assert second.keys != first.keys
    assert OwnSpace(file).for_contacts([carl]).keys == second.keys
    assert OwnSpace(file).for_contacts([]).keys != second.keys


@pytest.mark.parametrize("content", [b"{}", b"no", b'{"key":"AAAA"}', b'{"key":"AAAA","v":2}'])
def test_a_file_that_is_none_is_said_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "shelf.json"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(SpaceError, match=r"shelf\.json"):
        OwnSpace(file).for_contacts([])
    assert file.read_bytes() == content
