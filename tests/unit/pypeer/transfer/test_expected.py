"""Offers of those who were asked for a file by its root: what is another is refused, whoever is first."""

from typing import Final

import msgspec
import pytest

from pypeer.errors import TransferError
from pypeer.protocol import frames
from pypeer.protocol.messages import Cancel, Entries, Entry, Offer
from pypeer.transfer import manifest
from pypeer.transfer.effects import Dismiss, Effect, End, Examine
from pypeer.transfer.expected import NOT_ASKED, Expected
from pypeer.transfer.manifest import Manifest
from pypeer.transfer.names import ManifestError
from pypeer.transfer.receiver import Receiver
from tests.unit.pypeer.transfer.test_receiver import HELLO, sent

ROOT: Final = "a" * 64
WANTED: Final = Entry(path="film.mkv", size=1_000_000, root=ROOT)
EXPECTED: Final = Expected((WANTED,))


def offers(*entries: Entry) -> tuple[Offer, Entries]:
    return manifest.offer(entries, "theirs"), manifest.page(entries, 0)


def listed(expected: Expected, *entries: Entry) -> list[Entry]:
    offer, page = offers(*entries)
    gathered = Manifest(offer, expected)
    gathered.add(page)
    return gathered.entries


def changed(**fields: object) -> Entry:
    return msgspec.structs.replace(WANTED, **fields)


def test_what_was_asked_for_is_taken_without_what_the_root_does_not_vouch_for() -> None:
    assert listed(EXPECTED, changed(mtime=5, exec=True, holes=(0, 1))) == [changed(mtime=5)]
    assert (EXPECTED.title, EXPECTED.bytes) == ("film.mkv", 1_000_000)


@pytest.mark.parametrize(
    "entry",
    [changed(path="other"), changed(root="b" * 64), changed(root=None), changed(size=1_000_001)],
    ids=["another name", "another root", "no root", "another size"],
)
def test_anything_else_is_refused(entry: Entry) -> None:
    with pytest.raises(ManifestError, match=NOT_ASKED):
        listed(EXPECTED, entry)


def test_sums_are_enough_to_refuse() -> None:
    for offer in (
        Offer(files=2, folders=0, bytes=1_000_000),
        Offer(files=1, folders=1, bytes=1_000_000),
        Offer(files=1, folders=0, bytes=1_000, text=True),
    ):
        with pytest.raises(ManifestError, match=NOT_ASKED):
            Manifest(offer, EXPECTED)
    assert not EXPECTED.admits(1, 0, 999_999, False)


def test_a_list_that_is_longer_than_its_sums_is_no_list() -> None:
    with pytest.raises(ManifestError):
        listed(Expected((WANTED, changed(path="b"))), WANTED, changed(path="c"))
    with pytest.raises(ManifestError):
        Expected((WANTED,)).settle([])


def test_an_empty_file_has_no_root() -> None:
    wanted = Entry(path="empty", root="0" * 64)
    assert listed(Expected((wanted,)), Entry(path="empty")) == [Entry(path="empty")]


def tell(here: Receiver, link: int, *said: frames.Frame) -> list[Effect]:
    return [effect for frame in said for effect in here.receive(link, frames.encode(frame), 0)]


def met(*sources: int) -> Receiver:
    here = Receiver(expected=EXPECTED)
    for source in sources:
        here.expect(source)
    for source in sources:
        here.link_up(source, 0, 65536, 0, source)
        tell(here, source, HELLO)
    return here


def test_what_is_known_may_come_after_the_first_link_and_before_the_offer() -> None:
    here = Receiver()
    here.expect(1)
    here.link_up(1, 0, 65536, 0, 1)
    here.vouch(EXPECTED)
    tell(here, 1, HELLO)
    tell(here, 1, *offers(changed(path="x")))
    assert here.ended, "nobody else offers anything"


def dismissed(effects: list[Effect]) -> list[int]:
    return [effect.source for effect in effects if isinstance(effect, Dismiss)]


@pytest.mark.parametrize("lie", [changed(root="b" * 64), changed(size=5)], ids=["in the list", "in the sums"])
def test_the_first_who_offers_something_else_is_left_alone_and_the_next_is_listened_to(lie: Entry) -> None:
    here = met(1, 2)
    assert dismissed(tell(here, 1, *offers(lie))) == [1]
    assert Examine() in tell(here, 2, *offers(WANTED))


def test_so_is_the_second() -> None:
    here = met(1, 2)
    assert Examine() in tell(here, 1, *offers(WANTED))
    assert dismissed(tell(here, 2, *offers(changed(root=None)))) == [2]
    assert dismissed(tell(met(1, 2), 2, *offers(changed(path="x")))) == [2]


def test_with_the_last_it_is_over() -> None:
    effects = tell(met(1), 1, *offers(changed(root=None)))
    [end] = [effect.result for effect in effects if isinstance(effect, End)]
    assert isinstance(end, TransferError)
    assert any(isinstance(frame, Cancel) for frame in sent(effects))
