"""A session over several links at once: it moves, falls back, loses nothing, and stores nothing twice."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pypeer import events
from pypeer.protocol import frames, limits, messages
from pypeer.protocol.codes import EndCode
from pypeer.transfer import manifest
from pypeer.transfer.effects import Chunk, Dismiss, Effect, Emit, End, Idle, Outcome, Send, Wake
from pypeer.transfer.phases import Phase
from pypeer.transfer.receiver import Receiver
from pypeer.transfer.schedule import most
from pypeer.transfer.sender import Sender
from pypeer.transfer.storing import Concluded, Corrupt
from tests.support.engine import World
from tests.unit.pypeer.transfer import test_receiver, test_sender
from tests.unit.pypeer.transfer.test_engine import SIZES, check, once, world
from tests.unit.pypeer.transfer.test_receiver import HELLO, OFFER, PAGE

DIRECT, TURN, WEBSOCKET = 0, 1, 2


def on(link: int, here: Receiver | Sender, *said: frames.Frame, now: float = 0) -> list[Effect]:
    """Say this on a link."""
    return [effect for frame in said for effect in here.receive(link, frames.encode(frame), now)]


def sent(effects: list[Effect]) -> list[tuple[int, str]]:
    """What was said where."""
    return [(effect.link, type(effect.frame).__name__) for effect in effects if isinstance(effect, Send)]


def offered(phase: Phase) -> Receiver:
    """A receiver that got this far on link 0, a direct one, and has been offered the same on link 1, a relay."""
    here = test_receiver.receiver(phase)
    here.link_up(1, TURN, 65536, 0)
    on(1, here, HELLO, OFFER)
    return here


def serving() -> Sender:
    """A sender whose receiver has accepted on two links."""
    here = test_sender.sender(test_sender.HELLO, test_sender.ACCEPT)
    here.link_up(1, DIRECT, 65536, 0)
    on(1, here, test_sender.HELLO, test_sender.ACCEPT)
    return here


# --- the receiver ----------------------------------------------------------------------------------------------------


def test_more_is_asked_for_on_the_best_link_and_what_is_on_its_way_still_arrives() -> None:
    here = test_receiver.receiver(Phase.FETCHING)
    here.link_up(1, DIRECT, 65536, 0)
    assert sent(on(1, here, HELLO, OFFER))[0] == (1, "Accept")
    effects = on(0, here, messages.Refuse(request=2, code=EndCode.CHANGED), frames.Data(1, memoryview(bytes(37_856))))
    assert Idle(0) not in effects + on(0, here, frames.End(1, bytes(32)))
    here.link_lost(0, 1)
    assert [(flight.file, flight.chunk) for flight in here._links[1].flights.values()] == [(1, 0)], "what had not come"


def test_a_link_that_gets_a_better_rank_is_asked_on_from_then_on() -> None:
    here = test_receiver.receiver(Phase.PREPARING)
    here.link_up(1, TURN, 65536, 0)
    on(1, here, HELLO, OFFER)
    assert {link for link, what in sent(here.prepared({}, 0)) if what == "Request"} == {0}
    here.link_ranked(1, DIRECT, 0)
    here.link_ranked(0, TURN, 0)
    assert here.link_ranked(0, TURN, 0) == []
    here.link_up(2, WEBSOCKET, 65536, 0)
    assert {
        link
        for link, what in sent(on(0, here, frames.Data(0, memoryview(bytes(37_856))), frames.End(0, bytes(32))))
        if what == "Request"
    } <= {1}
    on(1, here, messages.Cancel(code=EndCode.CANCELLED))
    assert here.link_ranked(1, WEBSOCKET, 1) == []


def test_equals_are_used_together_and_a_worse_one_is_idle_at_once() -> None:
    here = test_receiver.receiver(Phase.PREPARING)
    for link, rank in ((1, DIRECT), (2, WEBSOCKET)):
        here.link_up(link, rank, 65536, 0)
    assert on(1, here, HELLO, OFFER) == []
    assert on(2, here, HELLO, OFFER) == [Idle(2)]
    effects = here.prepared({}, 0)
    assert sent(effects) == [*((link, "Accept") for link in range(3)), (1, "Request"), (0, "Request"), (0, "Request")]
    assert sent(here.link_lost(1, 1)) == [(0, "Request")]
    assert sent(here.tick(2)) == [(0, "Progress")]
    assert sent(here.pause(2)) == [(0, "Pause"), (2, "Pause")]
    assert sent(here.resume(9)) == [(0, "Resume"), (2, "Resume")]


def test_a_link_is_idle_again_after_it_was_needed() -> None:
    here = offered(Phase.FETCHING)
    here.link_lost(0, 1)
    here.link_up(2, DIRECT, 65536, 1)
    assert Idle(1) not in on(2, here, HELLO, OFFER)
    answers: list[frames.Frame] = [frames.Data(2, memoryview(b"hello")), frames.End(2, bytes(32))]
    big: list[frames.Frame] = [*[frames.Data(0, memoryview(bytes(65_536)))] * 4, frames.End(0, bytes(32))]
    assert Idle(1) not in on(1, here, *answers, *big)
    assert on(1, here, frames.Data(1, memoryview(bytes(37_856))), frames.End(1, bytes(32)))[-1] == Idle(1)


def test_the_list_is_asked_on_one_link_and_on_another_if_that_is_lost() -> None:
    here = test_receiver.receiver(Phase.LISTING)
    here.link_up(1, TURN, 65536, 0)
    assert sent(on(1, here, HELLO, OFFER)) == []
    assert sent(here.link_lost(0, 0)) == [(1, "List")]
    half = messages.Entries(start=0, entries=PAGE.entries[:2])
    here.link_up(2, DIRECT, 65536, 0)
    on(2, here, HELLO, OFFER)
    assert on(1, here, half) == [Send(2, messages.List(start=2)), Idle(1)], "the next page where it comes soonest"
    assert sent(on(1, here, PAGE)) == [(1, "Cancel"), (2, "Cancel")], "not asked for here"


def test_a_person_who_thinks_may_decline_on_all() -> None:
    here = offered(Phase.DECIDING)
    assert sent(here.decided(False, 0)) == [(0, "Decline"), (1, "Decline")]


def test_done_is_said_on_all_on_which_it_may_be() -> None:
    here = offered(Phase.CONCLUDING)
    here.link_up(2, DIRECT, 65536, 0)
    on(2, here, HELLO)
    effects = here.stored(Concluded(()), 1)
    assert sent(effects) == [(0, "Progress"), (0, "Done"), (1, "Done")]


def test_answers_belong_to_the_link_of_their_request() -> None:
    here = offered(Phase.FETCHING)
    assert sent(on(1, here, frames.Data(2, memoryview(b"hello")))) == [(0, "Cancel"), (1, "Cancel")]


def test_a_lost_file_is_stopped_where_it_was_asked_for() -> None:
    here = offered(Phase.FETCHING)
    here.link_up(2, DIRECT, 65536, 0)
    on(2, here, HELLO, OFFER)
    asked = [(link, "Stop") for link in (0, 2) for flight in here._links[link].flights.values() if flight.file == 1]
    del asked[asked.index((0, "Stop"))]
    assert sorted(sent(on(0, here, messages.Refuse(request=0, code=EndCode.CHANGED)))) == asked


def test_what_a_source_says_that_was_found_out_is_not_heeded() -> None:
    here = offered(Phase.FETCHING)
    here._links[1].source = 1
    here._sources.add(1)
    on(0, here, frames.Data(2, memoryview(b"hallo")), frames.End(2, bytes(32)))
    effects = here.stored(Corrupt(2, 0), 1)
    assert any(isinstance(effect, Dismiss) and effect.source == 0 for effect in effects)
    assert sent(effects)[:2] == [(0, "Stop"), (0, "Stop")]
    assert (0, "Cancel") in sent(effects)
    assert not here._links[0].flights
    assert sorted((flight.file, flight.chunk) for flight in here._links[1].flights.values()) == [(1, 0), (1, 1), (2, 0)]
    assert on(0, here, frames.End(99, bytes(32))) == []


def test_roots_are_asked_for_again_elsewhere() -> None:
    here = offered(Phase.PREPARING)
    assert (0, "AskRoot") in sent(here.prepared({2: ()}, 0))
    assert sent(here.link_lost(0, 1))[-1] == (1, "AskRoot")


# --- pauses that overtake each other ---------------------------------------------------------------------------------


def paused(effects: list[Effect]) -> list[events.Event]:
    return [e.event for e in effects if isinstance(e, Emit) and isinstance(e.event, events.Paused | events.Resumed)]


def test_what_holds_of_a_pause_is_what_was_said_on_the_best_link() -> None:
    here = offered(Phase.FETCHING)
    assert paused(on(0, here, messages.Pause())) == [events.Paused(by="them")]
    assert paused(on(0, here, messages.Resume())) == [events.Resumed()]
    assert paused(on(1, here, messages.Pause())) == [], "overtaken by the resume on the other"
    assert paused(on(1, here, messages.Resume())) == []


def test_a_pause_goes_on_while_links_come_and_go() -> None:
    here = offered(Phase.FETCHING)
    assert paused(on(1, here, messages.Pause())) == [events.Paused(by="them")]
    here.link_up(2, DIRECT, 65536, 0)
    assert paused(on(2, here, HELLO, OFFER, messages.Pause())) == []
    assert paused(here.link_lost(0, 0)) == []
    assert paused(on(2, here, messages.Resume())) == [events.Resumed()]
    assert paused(here.link_lost(2, 0)) == [events.Paused(by="them")], "on this one the resume is still to come"
    assert paused(on(1, here, messages.Resume())) == [events.Resumed()]


# --- the sender ------------------------------------------------------------------------------------------------------


def test_each_link_has_a_queue_of_its_own() -> None:
    here = serving()
    assert on(0, here, frames.Request(0, 1, 0)) == [Wake(0)]
    assert on(1, here, frames.Request(0, 1, 1)) == [Wake(1)]
    (slow,), (fast,) = here.take(0, 1), here.take(1, 1)
    assert (slow.link, slow.chunk, fast.link, fast.chunk) == (0, 0, 1, 1)
    assert list(here.answer(fast, Chunk(b"x", bytes(32), None)))[-1] == frames.End(0, bytes(32))
    here.link_lost(0, 1)
    assert list(here.answer(slow, Chunk(b"x", bytes(32), None))) == []
    assert here.take(0, 1) == here.take(1, 1) == []


def test_a_pause_of_the_sender_holds_all_links_up_and_its_end_wakes_those_with_something_to_do() -> None:
    here = serving()
    on(0, here, frames.Request(0, 1, 0))
    assert sent(here.pause(0)) == [(0, "Pause"), (1, "Pause")]
    assert here.take(0, 1) == []
    assert here.resume(0)[-1] == Wake(0)


def test_a_root_is_told_where_it_was_asked_for() -> None:
    here = serving()
    on(0, here, messages.AskRoot(file=1))
    on(1, here, messages.AskRoot(file=1), messages.AskRoot(file=2))
    assert sent(here.root_found(1, bytes(32), 0)) == [(0, "Root"), (1, "Root")]
    assert sent(here.root_found(2, bytes(32), 0)) == [(1, "Root")]


def test_pages_may_have_come_on_other_links_but_none_twice_on_one() -> None:
    entries = [messages.Entry(path=f"{n}", size=1) for n in range(2500)]
    here = Sender(manifest.offer(entries, ""), entries)
    here.link_up(0, DIRECT, 65536, 0)
    assert sent(on(0, here, HELLO, messages.List(start=0), messages.List(start=2000))) == [
        (0, "Offer"),
        (0, "Entries"),
        (0, "Entries"),
    ]
    assert sent(on(0, here, messages.List(start=1000))) == [(0, "Cancel")]


def test_the_speed_goes_on_when_the_session_moves() -> None:
    here = serving()
    on(0, here, messages.Progress(bytes=1000, files=0), now=1)
    here.link_lost(0, 2)
    (told,) = on(1, here, messages.Progress(bytes=2000, files=0), now=2)
    assert isinstance(told, Emit)
    assert isinstance(told.event, events.Progress)
    assert told.event.rate == 1000


def test_the_first_end_that_comes_counts() -> None:
    here = serving()
    done = messages.Done(files=2, bytes=600_005)
    assert isinstance(on(1, here, done)[-1], End)
    assert on(0, here, done) == []


# --- both ------------------------------------------------------------------------------------------------------------


def test_two_links_one_after_the_other_ask_for_nothing_twice() -> None:
    here = world([3_000_000])
    here.open(TURN)
    for _ in range(30):
        here.choices()[0]()
    here.open(DIRECT)
    here.run()
    assert here.idle == [0]
    assert set(here.disk.written.values()) == {1}
    assert not here.hasty
    assert here.disk.files == here.contents


@pytest.mark.parametrize("seed", range(120))
def test_no_move_between_live_links_loses_or_repeats_anything(seed: int) -> None:
    """Links open at random, better or worse, as slow as chance wants; those that are idle are closed, or kept.

    With a clock that stands still no link seems to have stalled, so nothing is asked for twice but at the very end.
    """
    time, was_wide = seed % 2 * 0.01, False
    chance = random.Random(seed)
    here = world([chance.choice(SIZES) for _ in range(4)] + [5_000_000 * (seed % 3)])
    here.open(chance.randrange(3))
    weights = {number: chance.random() for number in range(40)}
    for _ in range(chance.randrange(200, 2000)):
        here.now += time
        if chance.random() < 0.01 and len(here.wires) < 4:
            here.open(chance.randrange(3), chance.choice([16384, 65536, 300_000]))
        if here.idle and chance.random() < 0.3:
            closable(here, here.idle.pop(0))
        if options := here.choices():
            chance.choices(options, [weights[i] for i in range(len(options))])[0]()
        links = here.receiver._links
        was_wide = was_wide or any(link.takes_chunks for link in links.values())
        window = here.receiver._fetch._pulling.window if here.receiver._fetch else None
        assert window is None or window.bytes <= most(limits.CHUNK_BYTES, len(links), was_wide)
    assert time or not here.hasty
    here.run()
    complete(here)
    assert set(here.disk.written.values()) <= {1}


def closable(here: World, link: int) -> None:
    """Close a link that has become idle, if it still is, as an owner does."""
    flow = here.receiver._links.get(link)
    if flow is not None and flow.idle:
        here.close(link)


def complete(here: World) -> None:
    """All is there, both know, and nothing is left behind."""
    count = len(here.contents)
    size = sum(map(len, here.contents.values()))
    assert here.receiver_end == Outcome(count, size, 0, ("somewhere",))
    assert here.sender_end == Outcome(count, size, 0)
    assert here.disk.files == here.contents
    assert not any(flow.busy for flow in here.receiver._links.values())


FAULTS = st.sampled_from(["go"] * 12 + ["open", "break", "pause", "resume", "close"])


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_interleaving_of_several_links(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.sampled_from(SIZES), min_size=1, max_size=5), "sizes")
    here = world(sizes, roots=data.draw(st.booleans(), "roots"))
    files = st.integers(1, len(sizes))
    here.lost = dict.fromkeys(data.draw(st.sets(files, max_size=1), "lost"), EndCode.CHANGED)
    here.disk.spoil = once(data.draw(st.sets(st.tuples(files, st.integers(0, 2)), max_size=2), "spoiled"))
    for _ in range(data.draw(st.integers(0, 80), "length")):
        happen(here, data)
    here.resume()
    here.run()
    if here.receiver_end is None:
        here.open(DIRECT)
        here.run()
    check(here)
    assert set(here.disk.written.values()) <= {1}


def happen(here: World, data: st.DataObject) -> None:
    here.now += data.draw(st.sampled_from([0.0, 0.1, 1.0]))
    links = [wire.number for wire in here.wires.values() if not wire.broken and not wire.closing]
    match data.draw(FAULTS):
        case "go":
            if choices := here.choices():
                data.draw(st.sampled_from(choices), "what")()
        case "open":
            if len(links) < 4:
                here.open(data.draw(st.integers(0, 2)), data.draw(st.sampled_from([16384, 65536, 300_000])))
        case "break":
            if links:
                here.break_link(data.draw(st.sampled_from(links)))
        case "close":
            if here.idle:
                closable(here, here.idle.pop(0))
        case "pause":
            here.pause(at_sender=data.draw(st.booleans()))
        case _:
            here.resume()
    here.at_receiver(here.receiver.tick(here.now))
