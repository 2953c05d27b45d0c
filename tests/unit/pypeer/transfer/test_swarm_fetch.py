"""What a receiver asks of helpers, what it passes on, and what becomes of helpers that lie."""

import random

import pytest

from pypeer.protocol import messages
from pypeer.protocol.codes import EndCode
from pypeer.protocol.frames import End, Probe, Request
from pypeer.transfer.asking import Asking
from pypeer.transfer.effects import Send
from pypeer.transfer.fetch import Fetch
from pypeer.transfer.storing import Corrupt, Differs, Finished, Lost, Reuse, Stale, Stored
from pypeer.transfer.subflow import Stage, ViolationError
from tests.support.swarm_fetch import CHUNK, HELPER, OTHER, SENDER, Scene


def test_no_more_is_asked_for_than_the_window_holds() -> None:
    here = Scene(2000)
    here.pump()
    asked = here.asked(SENDER)
    assert 0 < len(asked) < 2000
    here.pump()
    assert here.asked(SENDER) == asked, "and nothing twice while something is missing"


def test_of_what_is_here_in_another_version_a_helper_is_asked_for_hashes() -> None:
    entries = [messages.Entry(path="f", size=3 * CHUNK)]
    flows = {HELPER: Asking(HELPER, 0, 65536, HELPER)}
    flow = flows[HELPER]
    flow.stage, flow.can_probe = Stage.SERVING, True
    fetch = Fetch(entries, {}, flows, here={0: 3}, chance=random.Random(5))
    fetch.is_helper(HELPER)
    fetch.has(HELPER, [(0, 0, 3)])
    fetch.pump([flow], 0.0)
    probes = [effect.frame for effect in fetch.effects if isinstance(effect, Send)]
    assert sorted((probe.file, probe.chunk) for probe in probes if isinstance(probe, Probe)) == [(0, 0), (0, 1), (0, 2)]
    fetch.effects = []
    for probe in list(flow.flights):
        fetch.end(flow, End(probe, b"h" * 32), 0.0)
    fetch.pump([], 0.0)
    assert {type(effect) for effect in fetch.effects} == {Reuse}
    fetch.stored(Stored(0, 0, was_here=True))
    fetch.differs(Differs(0, 1))
    fetch.effects = []
    fetch.pump([flow], 0.0)
    (again,) = [effect.frame for effect in fetch.effects if isinstance(effect, Send)]
    assert isinstance(again, Request)
    assert again.chunk == 1
    assert (fetch.tally.stored_bytes, fetch.tally.fetched_bytes) == (CHUNK, 0)
    fetch.lose(Lost(0, EndCode.CHANGED, "changed"))
    fetch.differs(Differs(0, 2))
    fetch.effects = []
    fetch.pump([flow], 0.0)
    assert fetch.effects == [], "of a file that is lost nothing is asked"


def test_what_came_from_a_helper_is_passed_on_only_once_its_file_matches() -> None:
    here = Scene(2)
    here.fetch.has(HELPER, [(0, 0, 1)])
    here.pump()
    assert here.asked(HELPER) == [0]
    assert here.asked(SENDER) == [1]
    here.fetch.stored(Stored(*here.answer(HELPER)))
    here.pump()
    assert here.passed == set()
    here.fetch.stored(Stored(*here.answer(SENDER)))
    here.pump()
    assert here.passed == {(0, 1)}
    assert here.flows[SENDER].roots == {0}, "a helper is not asked for roots"
    assert not here.flows[HELPER].roots
    here.fetch.finished(Finished(0))
    here.pump()
    assert here.passed == {(0, 0), (0, 1)}


def test_a_helper_that_is_gone_lied_or_not_is_one_for_ever() -> None:
    here = Scene(2)
    here.fetch.has(HELPER, [(0, 0, 1)])
    here.pump()
    key = here.answer(HELPER)
    here.fetch.forsake(HELPER)
    here.fetch.stored(Stored(*key))
    here.pump()
    assert here.passed == set()


def test_a_helper_whose_chunk_is_wrong_is_accused_and_the_sender_asked() -> None:
    here = Scene(2)
    here.fetch.has(HELPER, [(0, 0, 2)])
    here.pump()
    here.fetch.corrupt(Corrupt(*here.answer(HELPER)))
    here.pump()
    assert here.fetch.trust.accused == [HELPER]
    assert sorted(here.asked(SENDER)) == [0, 1]


def test_a_file_that_helpers_spoilt_comes_once_more_from_the_sender_alone() -> None:
    here = Scene(2)
    here.fetch.has(HELPER, [(0, 0, 1)])
    here.fetch.has(OTHER, [(0, 1, 2)])
    here.pump()
    assert here.asked(SENDER) == []
    here.fetch.stored(Stored(*here.answer(HELPER, b"1" * 32)))
    here.fetch.stored(Stored(*here.answer(OTHER, b"2" * 32)))
    here.fetch.stale(Stale(0, False))
    here.pump()
    assert sorted(here.asked(SENDER)) == [0, 1]
    for _ in range(2):
        here.fetch.stored(Stored(*here.answer(SENDER, b"2" * 32)))
    here.fetch.finished(Finished(0))
    assert here.fetch.trust.accused == [HELPER], "the other one sent what is right"


def test_the_sender_serves_what_a_helper_has_while_nobody_else_works() -> None:
    here = Scene(2)
    here.fetch.has(HELPER, [(0, 0, 2)])
    del here.flows[HELPER], here.flows[OTHER]
    here.pump()
    assert sorted(here.asked(SENDER)) == [0, 1]


@pytest.mark.parametrize("said", [(1, 0, 1), (0, 0, 7), (0, 2, 2)])
def test_have_that_cannot_be(said: tuple[int, int, int]) -> None:
    with pytest.raises(ViolationError):
        Scene().fetch.has(HELPER, [said])


def test_outside_of_a_swarm_a_helper_is_asked_only_for_what_it_has() -> None:
    flow = Asking(HELPER, 0, 65536, HELPER)
    for said in (messages.Hello, messages.Offer, messages.Accept):
        flow.step(said)
    fetch = Fetch([messages.Entry(path="f", size=2 * CHUNK)], {}, {HELPER: flow})
    fetch.is_helper(HELPER)
    fetch.pump([flow], 0.0)
    assert not flow.flights
    fetch.has(HELPER, [(0, 0, 1)])
    fetch.pump([flow], 0.0)
    assert [flight.chunk for flight in flow.flights.values()] == [0]
    fetch.forsake(HELPER)
