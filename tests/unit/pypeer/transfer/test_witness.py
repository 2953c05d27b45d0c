"""Of several sources, who lied: as far as the hashes of what they sent tell."""

from pypeer.protocol import frames, messages
from pypeer.transfer.effects import Effect
from pypeer.transfer.finishing import WAIT_S
from pypeer.transfer.joining import OTHER_TOLD
from pypeer.transfer.phases import Phase
from pypeer.transfer.receiver import Receiver
from pypeer.transfer.storing import Finish, Finished, Stale, Store, Stored
from pypeer.transfer.trust import Trust
from pypeer.transfer.witness import Witness
from tests.unit.pypeer.transfer.sources import dismissed, second
from tests.unit.pypeer.transfer.test_receiver import HASH, OFFER, PAGE, SMALL
from tests.unit.pypeer.transfer.test_several_links import on, sent


def test_who_sent_something_else_is_known_when_the_other_alone_sends_what_matches() -> None:
    here = Witness()
    here.note(1, 0, 0, b"good")
    here.note(1, 1, 2, b"bad")
    assert here.doubt(1, set()) == (None, 0)
    assert here.may(0, 1)
    assert not here.may(2, 1)
    here.note(1, 0, 0, b"good")
    here.note(1, 1, 0, b"fine")
    assert here.believe(1) == {2}
    assert here.may(2, 1)


def test_who_alone_does_not_match_is_to_blame_and_the_other_is_next() -> None:
    here = Witness()
    here.note(1, 0, 0, b"bad")
    here.note(1, 1, 2, b"good")
    here.doubt(1, set())
    here.note(1, 0, 0, b"bad")
    here.note(1, 1, 0, b"bad")
    assert here.doubt(1, set()) == (0, 2)
    here.forget(2)
    assert here.may(5, 1)
    assert here.doubt(1, {0, 2}) == (None, None)


def test_who_has_a_file_no_more_is_not_tried_alone() -> None:
    here = Witness()
    here.note(1, 0, 0, b"bad")
    here.note(1, 1, 2, b"good")
    here.doubt(1, set())
    here.exclude(0, 1)
    assert here.may(2, 1)
    assert not here.may(0, 1)


def heard_of(*sources: int) -> Trust:
    """All of these may be drawn from, and the first two of them have sent a file that does not match."""
    here = Trust()
    here.know(sources)
    here.witness.note(1, 0, sources[0], b"bad")
    here.witness.note(1, 1, sources[1], b"bad")
    return here


def test_where_all_who_sent_a_file_are_gone_another_is_tried_alone() -> None:
    here = heard_of(4, 5, 3, 2)
    here.bar(4)
    here.bar(5)
    here.can_do_without(2, 1)
    assert here.doubt(1) == (None, 3)
    assert [here.may(source, 1, 0) for source in (2, 3)] == [False, True]
    here.witness.note(1, 0, 3, b"bad")
    assert here.doubt(1) == (3, None), "and nobody is left"


def test_who_has_a_file_no_more_is_not_doubted_again() -> None:
    here = heard_of(4, 5)
    here.can_do_without(4, 1)
    assert here.doubt(1) == (None, 5)
    here.bar(5)
    assert here.doubt(1) == (None, None)


def test_a_file_whose_only_other_source_is_another_than_those_who_sent_it() -> None:
    here, _ = second(Phase.PREPARING, OFFER, PAGE)
    on(1, here, messages.Pause())
    here.prepared({}, 0)
    request = next(number for number, flight in here._links[0].flights.items() if flight.file == 2)
    on(0, here, frames.Data(request, memoryview(SMALL)), frames.End(request, HASH, HASH))
    here.stored(Stored(2, 0), 1)
    assert 0 in dismissed(here.stored(Stale(2, resumed=False), 1))
    assert here._fetching.tally.failed == 0


def answer(here: Receiver, hashes: dict[int, bytes]) -> list[Effect]:
    """Each source sends what is awaited there, with its own hash; all of it is stored."""
    effects: list[Effect] = []
    for link, digest in hashes.items():
        for number, flight in list(here._links[link].flights.items()):
            if number in here._links[link].flights:
                effects += on(link, here, *parts(number, flight.length))
                effects += on(link, here, frames.End(number, digest))
                effects += here.stored(Stored(flight.file, flight.chunk), 1)
    return effects


def test_who_is_found_out_by_what_the_other_sends_is_left_alone() -> None:
    here, _ = second(Phase.PREPARING, OFFER, PAGE)
    here.prepared({}, 0)
    asked = {link: {flight.file for flight in here._links[link].flights.values()} for link in (0, 1)}
    assert 1 in asked[0] & asked[1], "its two chunks are on their way from two sources"
    answer(here, {0: HASH, 1: bytes(32)})
    assert dismissed(here.stored(Stale(1, resumed=False), 2)) == {}, "either may have lied"
    assert {flight.file for flight in here._links[1].flights.values()} == set()
    answer(here, {0: HASH})
    assert list(dismissed(here.stored(Finished(1), 3))) == [1]


def test_of_two_that_tell_two_roots_the_one_told_first_holds() -> None:
    here, _ = second(Phase.PREPARING, OFFER, PAGE)
    here.prepared({}, 0)
    root, other = bytes([1]) * 32, bytes([2]) * 32
    (flight,) = [flight for flight in here._links[1].flights.values() if flight.file == 1]
    first = next(flight for flight in here._links[0].flights.values() if flight.file == 1)
    on(0, here, *parts(first.request, first.length), frames.End(first.request, HASH, root))
    here.stored(Stored(1, first.chunk), 1)
    effects = on(1, here, *parts(flight.request, flight.length), frames.End(flight.request, HASH, other))
    assert dismissed(effects) == {1: OTHER_TOLD}
    assert (1, "Cancel") in sent(effects)
    assert not any(isinstance(effect, Store) for effect in effects), "nothing of it is stored"
    (again,) = [flight for flight in here._links[0].flights.values() if flight.file == 1]
    assert again.chunk == flight.chunk, "it is asked of the other"
    on(0, here, *parts(again.request, again.length))
    effects = on(0, here, frames.End(again.request, HASH, root))
    effects += here.stored(Stored(1, again.chunk), 2)
    assert Finish(1, root) in effects + here.tick(2 + WAIT_S)


def parts(request: int, length: int) -> list[frames.Data]:
    """So many bytes, in frames that a link takes."""
    return [frames.Data(request, memoryview(bytes(min(60_000, length - at)))) for at in range(0, length, 60_000)]
