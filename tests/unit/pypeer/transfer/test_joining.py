"""Several sources of one receiver: which are drawn from, and what becomes of one that goes wrong."""

from collections.abc import Callable
from typing import Final

import pytest

from pypeer.errors import PeerError, TransferError
from pypeer.events import Progress
from pypeer.protocol import frames, messages
from pypeer.protocol.codes import EndCode
from pypeer.transfer import manifest
from pypeer.transfer.effects import Drawn, Effect, Emit, Examine
from pypeer.transfer.phases import Phase
from pypeer.transfer.receiver import Receiver
from pypeer.transfer.storing import Concluded, Stored
from tests.unit.pypeer.transfer.sources import GONE, dismissed, ended, second
from tests.unit.pypeer.transfer.test_receiver import ENTRIES, HASH, HELLO, OFFER, PAGE, SMALL, receiver
from tests.unit.pypeer.transfer.test_several_links import on, sent


def changed(index: int, entry: messages.Entry) -> messages.Entries:
    return messages.Entries(start=0, entries=(*ENTRIES[:index], entry, *ENTRIES[index + 1 :]), last=True)


def test_another_source_of_the_same_is_listed_and_drawn_from() -> None:
    here, effects = second(Phase.FETCHING, OFFER)
    assert sent(effects)[-1] == (1, "List")
    effects = on(1, here, PAGE)
    assert sent(effects)[0] == (1, "Accept")
    assert (1, "Request") in sent(effects)
    assert (0, "Progress") in sent(here.tick(1))
    effects = on(0, here, frames.Data(2, memoryview(SMALL)), frames.End(2, HASH))
    assert (1, "Progress") in sent([*effects, *here.stored(Stored(2, 0), 2), *here.tick(2)])


def test_it_may_be_known_before_the_first_one_is() -> None:
    here, effects = second(Phase.LISTING, OFFER)
    assert sent(effects)[-1] == (1, "List")
    assert sent(on(1, here, PAGE)) == []
    assert on(0, here, PAGE) == [Examine()]
    here.examined(None, 0)
    here.decided(True, 0)
    assert {link for link, frame in sent(here.prepared({}, 0)) if frame == "Accept"} == {0, 1}


def test_it_is_drawn_from_only_once_it_is_known() -> None:
    here, _ = second(Phase.PREPARING, OFFER)
    assert {link for link, _ in sent(here.prepared({}, 0))} == {0}
    half = messages.Entries(start=0, entries=PAGE.entries[:1])
    assert sent(on(1, here, half)) == [(1, "List")]
    here.link_up(2, 0, 65536, 0, 1)
    assert sent(on(2, here, HELLO, OFFER)) == []
    assert sent(here.link_lost(1, 0)) == [(2, "List")], "the rest on another link to the same"
    assert sent(here.link_lost(2, 0)) == []
    here.link_up(3, 0, 65536, 0, 1)
    assert sent(on(3, here, HELLO, OFFER)) == [(3, "List")]
    assert (3, "Accept") in sent(on(3, here, messages.Entries(start=1, entries=PAGE.entries[1:], last=True)))


@pytest.mark.parametrize(
    "entry",
    [
        messages.Entry(path="d/x", size=5),
        messages.Entry(path="d/b", folder=True),
    ],
    ids=["another name", "a folder"],
)
def test_one_that_offers_something_else_is_left_alone(entry: messages.Entry) -> None:
    here, _ = second(Phase.FETCHING, OFFER)
    effects = on(1, here, changed(2, entry))
    assert list(dismissed(effects)) == [1]
    assert ended(effects) is None


def test_one_with_other_sums_and_one_with_other_roots() -> None:
    here, effects = second(Phase.FETCHING, messages.Offer(files=9, folders=0, bytes=0))
    assert "something else" in dismissed(effects)[1]
    assert sent(effects)[-1] == (1, "Cancel")
    assert on(1, here, OFFER) == [], "it is not heeded any more"
    here, _ = second(Phase.FETCHING, OFFER)
    here.entries[2] = messages.Entry(path="d/b", size=5, root="1" * 64)
    assert 1 in dismissed(on(1, here, changed(2, messages.Entry(path="d/b", size=5, root="2" * 64))))


def test_what_is_no_list() -> None:
    here, _ = second(Phase.FETCHING, OFFER)
    assert 1 in dismissed(on(1, here, messages.Entries(start=7, entries=(), last=True)))
    here, _ = second(Phase.FETCHING, OFFER)
    on(1, here, PAGE)
    assert 1 in dismissed(on(1, here, PAGE)), "not asked for"


def test_one_that_breaks_the_contract_or_cancels_is_left_alone() -> None:
    for said in (messages.Root(file=1), messages.Cancel()):
        here, _ = second(Phase.FETCHING, OFFER, PAGE)
        effects = on(1, here, said)
        assert 1 in dismissed(effects)
        assert ended(effects) is None
        assert isinstance(ended(on(0, here, said)), PeerError), "the last one"


def test_one_of_another_version_is_left_alone() -> None:
    here = receiver(Phase.FETCHING)
    here.link_up(1, 0, 65536, 0, 1)
    effects = on(1, here, messages.Hello(v=2, client="t", frame=65536))
    assert "version 2 there" in dismissed(effects)[1]
    assert ended(effects) is None


LEAVINGS: Final = (
    lambda here: on(0, here, messages.Cancel()),
    lambda here: on(0, here, messages.Root(file=1)),
    lambda here: here.source_lost(0, GONE, 1),
)


@pytest.mark.parametrize("leave", LEAVINGS, ids=["cancels", "breaks the contract", "lost"])
@pytest.mark.parametrize("phase", [Phase.EXAMINING, Phase.DECIDING, Phase.PREPARING])
def test_what_was_listed_holds_without_the_first(phase: Phase, leave: Callable[[Receiver], list[Effect]]) -> None:
    here, _ = second(phase, OFFER, PAGE)
    assert ended(leave(here)) is None
    assert ended(here.source_lost(0, GONE, 1)) is None, "once is enough"
    assert ended(here.source_lost(1, GONE, 1)) is GONE


@pytest.mark.parametrize("leave", LEAVINGS, ids=["cancels", "breaks the contract", "lost"])
def test_the_next_tells_what_is_offered_when_the_first_leaves_meanwhile(
    leave: Callable[[Receiver], list[Effect]],
) -> None:
    here, _ = second(Phase.LISTING, OFFER)
    half = messages.Entries(start=0, entries=PAGE.entries[:1])
    on(1, here, half)
    assert ended(leave(here)) is None
    assert Examine() in on(1, here, messages.Entries(start=1, entries=PAGE.entries[1:], last=True))
    here, _ = second(Phase.LISTING, OFFER, PAGE)
    assert Examine() in leave(here), "its list had come already"


def test_whoever_comes_next_tells_what_is_offered_if_nobody_else_is_there_yet() -> None:
    here = receiver(Phase.LISTING)
    here.expect(1)
    assert ended(here.source_lost(0, GONE, 1)) is None
    assert here.phase is Phase.WAITING
    here.link_up(1, 0, 65536, 0, 1)
    assert sent(on(1, here, HELLO, OFFER))[-1] == (1, "List")
    assert Examine() in on(1, here, PAGE)


def test_a_list_that_is_none_is_no_end_while_another_may_have_one() -> None:
    here, _ = second(Phase.LISTING, OFFER)
    effects = on(0, here, messages.Entries(start=7, entries=(), last=True))
    assert list(dismissed(effects)) == [0]
    assert ended(effects) is None
    here = receiver(Phase.WAITING)
    here.expect(1)
    assert list(dismissed(on(0, here, HELLO, messages.Offer(files=2**40, folders=0, bytes=0)))) == [0]


def test_who_is_drawn_from_is_told_once() -> None:
    here, _ = second(Phase.FETCHING, OFFER)
    assert Drawn(1) in on(1, here, PAGE)
    here.link_up(2, 0, 65536, 0, 1)
    assert Drawn(1) not in on(2, here, HELLO, OFFER)
    told = [effect.event for effect in here.tick(1) if isinstance(effect, Emit)]
    assert [event.sources for event in told if isinstance(event, Progress)] == [2]


def test_who_comes_when_all_is_there_hears_so() -> None:
    here, _ = second(Phase.CONCLUDING)
    effects = here.stored(Concluded(()), 1)
    assert (1, "Cancel") in sent(effects)


def test_what_was_awaited_from_a_source_that_is_lost_is_awaited_from_the_others() -> None:
    here, _ = second(Phase.FETCHING, OFFER, PAGE)
    here.source_lost(0, GONE, 1)
    flights = here._links[1].flights.values()
    assert sorted((flight.file, flight.chunk) for flight in flights) == [(1, 0), (1, 1), (2, 0)]


def test_a_source_that_was_left_before_its_list_came_is_not_compared() -> None:
    here, _ = second(Phase.LISTING, OFFER, PAGE)
    here.source_lost(1, GONE, 0)
    assert dismissed(on(0, here, PAGE)) == {}


def test_one_that_pauses_is_not_asked_while_another_is() -> None:
    here, _ = second(Phase.PREPARING, OFFER, PAGE)
    on(0, here, messages.Pause())
    assert not here.paused
    assert {link for link, frame in sent(here.prepared({}, 0)) if frame == "Request"} == {1}
    on(1, here, messages.Pause())
    assert here.paused
    on(1, here, messages.Resume())
    assert not here.paused


def test_a_file_that_one_has_no_more_comes_from_the_other() -> None:
    here, _ = second(Phase.FETCHING, OFFER, PAGE)
    first, other = here._links[0], here._links[1]
    while small := [flight for flight in first.flights.values() if flight.file == 2]:
        on(0, here, messages.Refuse(request=small[0].request, code=EndCode.VANISHED))
    assert [flight.file for flight in other.flights.values()].count(2) == 1
    (flight,) = [flight for flight in other.flights.values() if flight.file == 2]
    on(1, here, messages.Refuse(request=flight.request, code=EndCode.VANISHED))
    assert here._fetching.tally.failed == 1


def test_a_root_that_one_cannot_tell_is_asked_of_the_other_and_waits_for_it() -> None:
    here, _ = second(Phase.PREPARING, OFFER, PAGE)
    assert (1, "AskRoot") in sent(here.prepared({2: ()}, 0))
    assert (0, "AskRoot") in sent(on(1, here, messages.Root(file=2, code=EndCode.CHANGED)))
    assert here._fetching.tally.failed == 0
    on(1, here, messages.Pause())
    effects = on(0, here, messages.Root(file=2, code=EndCode.CHANGED))
    assert here._fetching.tally.failed == 1, "nobody is left"
    assert ended(effects) is None


def test_a_root_is_asked_only_of_who_has_the_file() -> None:
    here, _ = second(Phase.PREPARING, OFFER, PAGE)
    on(0, here, messages.Pause())
    here.prepared({2: ()}, 0)
    on(1, here, messages.Root(file=2, code=EndCode.CHANGED))
    assert here._links[0].roots == here._links[1].roots == set()
    on(0, here, messages.Resume())
    assert here._links[0].roots == {2}


def test_roots_wait_while_who_could_tell_them_pauses() -> None:
    here, _ = second(Phase.PREPARING, OFFER, PAGE)
    on(1, here, messages.Pause())
    on(0, here, messages.Pause())
    here.prepared({2: ()}, 0)
    on(1, here, messages.Resume())
    on(1, here, messages.Root(file=2, code=EndCode.CHANGED))
    assert here._links[0].roots == set()
    assert here._fetching.tally.failed == 0
    on(0, here, messages.Resume())
    assert here._links[0].roots == {2}


def test_what_is_stored_is_told_and_a_source_lost_after_the_end_changes_nothing() -> None:
    here, _ = second(Phase.WAITING)
    assert here.stored_bytes == 0
    here.link_up(2, 0, 65536, 0, 2)
    here.cancel(EndCode.CANCELLED, "", 0)
    assert here.source_lost(1, GONE, 1) == []


def test_the_last_that_lies_ends_it() -> None:
    here = receiver(Phase.FETCHING)
    here._fetching.trust.accused.append(0)
    assert isinstance(ended(here.tick(1)), TransferError)


def test_manifests_of_vectors_are_alike() -> None:
    assert manifest.offer(ENTRIES, "another title") != OFFER
    _, effects = second(Phase.FETCHING, manifest.offer(ENTRIES, "another title"))
    assert sent(effects)[-1] == (1, "List"), "what it is called is no matter"
