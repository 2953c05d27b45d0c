"""Over links of all kinds, in simulated time: their sum is used, none holds the end up, and none is needed."""

from functools import partial

import pytest

from pypeer.protocol import frames, limits
from pypeer.transfer.schedule import WIDE_BYTES, most
from tests.support.roads import MBIT, Roads
from tests.vectors import make_pulling

MIB = 1024 * 1024
LINKS = ((100.0, 0.01), (20.0, 0.08), (5.0, 0.2))


def three(mib: int) -> Roads:
    """Three links as different as they come."""
    here = Roads(mib * MIB)
    for mbit, delay in LINKS:
        here.open(mbit, delay)
    return here


def finished(here: Roads, chunk: int = limits.CHUNK_BYTES) -> Roads:
    """Run it to its end, and see that nothing is left, and nothing went beyond the bound."""
    here.run()
    assert here.fetch.tally.stored_bytes == here.size
    assert here.peak <= most(chunk, len(here.roads))
    window = here.fetch._pulling.window
    assert (window.bytes, window.requests) == (0, 0)
    assert not any(flow.flights or flow.awaited for flow in here.flows.values())
    return here


@pytest.mark.parametrize(("mib", "share"), [(20, 0.9), (100, 0.97)])
def test_links_as_different_as_they_come_give_their_sum(mib: int, share: float) -> None:
    here = finished(three(mib))
    assert here.goodput >= share * 125 * MBIT
    assert here.received <= 1.02 * here.size


def test_four_sources_give_their_sum() -> None:
    here = Roads(100 * MIB)
    for source in range(4):
        here.open(25, 0.02 * (source + 1), source=source)
    assert finished(here).goodput >= 0.95 * 100 * MBIT


@pytest.mark.parametrize("mute", [False, True], ids=["closes", "falls silent"])
@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("at", [0.05, 1.0, 3.3])
def test_any_link_may_go_at_any_time(at: float, number: int, mute: bool) -> None:
    here = three(50)
    here.after(at, partial(setattr, here.roads[number], "mute", True) if mute else partial(here.close, number))
    finished(here)
    rest = sum(mbit for mbit, _ in LINKS) - LINKS[number][0]
    assert here.now <= at + (here.size / MBIT - at * 125 * 0.8) / rest + 1
    assert max(here.pauses, default=0) < 1


def test_one_link_with_a_long_delay_is_filled_in_a_few_round_trips() -> None:
    here = Roads(50 * MIB)
    here.open(100, 0.2)
    assert finished(here).goodput >= 0.88 * 100 * MBIT


def test_large_chunks_over_a_slow_link_do_not_hold_up_the_end() -> None:
    here = Roads(64 * 1024 * MIB, 20)
    here.open(100, 0.01)
    here.open(1, 0.2)
    finished(here, limits.CHUNK_BYTES_MAX)
    assert here.now < 8.5, "each chunk on the slow link takes 33 s"
    assert here.received < 1.1 * 20 * 4 * MIB


def test_a_chunk_is_asked_for_twice_at_the_end_only_if_that_gains_something() -> None:
    here = Roads(10 * MIB)
    for _ in range(2):
        here.open(50, 0.02)
    finished(here)
    assert here.received == here.size
    assert not any(road.stopped for road in here.roads.values())


def test_a_relay_is_used_only_while_nothing_better_works() -> None:
    here = Roads(40 * MIB)
    direct, relay, other = here.open(20, 0.02), here.open(100, 0.01, rank=2), here.open(20, 0.05, rank=2, source=1)
    here.run(3)
    flows = here.flows
    assert not flows[relay].pace.delivered
    assert flows[direct].pace.delivered > 0
    assert flows[other].pace.delivered > 0, "the only link to somebody else"
    here.roads[direct].mute = True
    here.run(4.5)
    assert flows[relay].pace.delivered > 0
    here.roads[direct].mute = False
    finished(here)


def test_a_stalled_link_is_tried_again_and_used_when_it_answers() -> None:
    here = Roads(60 * MIB)
    first, second = here.open(20, 0.02), here.open(20, 0.05)
    here.run(2)
    here.roads[first].mute = True
    here.run(8)
    before = here.flows[first].pace.delivered
    here.roads[first].mute = False
    here.run(20)
    assert here.flows[first].pace.delivered > before + 5 * MIB
    assert finished(here).roads[second].flow.pace.delivered > 0


def test_all_links_stalled_lose_nothing() -> None:
    here = three(20)
    for road in here.roads.values():
        here.after(0.4, partial(setattr, road, "mute", True))
    here.run(30)
    kept = [len(flow.flights) for flow in here.flows.values()]
    assert all(kept), "nobody could take it"
    here.open(100, 0.01)
    finished(here)


def test_a_lost_twin_leaves_the_other() -> None:
    """The slow link closes when its last chunk is on its way on the other already, and the other way round."""
    for victim in (0, 1):
        here = Roads(3 * limits.CHUNK_BYTES)
        here.open(8, 0.01)
        here.open(1, 0.01)
        while not any(flight.twin for flow in here.flows.values() for flight in flow.flights.values()):
            here.run(here.now + 0.01)
        here.close(victim)
        finished(here)


def test_a_twin_is_not_asked_for_when_there_is_no_room_for_it() -> None:
    here = Roads(3 * limits.CHUNK_BYTES)
    here.open(8, 0.01)
    here.open(1, 0.01)
    pulling = here.fetch._pulling
    here.run(0.01)
    pulling.window.requests += limits.WINDOW_REQUESTS
    here.run(0.9)
    assert not any(flight.twin for flow in here.flows.values() for flight in flow.flights.values())
    pulling.window.requests -= limits.WINDOW_REQUESTS
    finished(here)
    assert any(road.stopped for road in here.roads.values())


def test_an_answer_that_comes_after_all_is_ignored() -> None:
    here = Roads(2 * limits.CHUNK_BYTES)
    flow = here.flows[here.open(8, 0.01)]
    here.run(0.001)
    flight = flow.flights[0]
    flow.take_back(flight)
    assert not flow.data(frames.Data(0, memoryview(b"x")), 0.5)
    assert flow.end(frames.End(0, bytes(32)), 0.5) is None


def test_the_bound_on_memory() -> None:
    chunk = limits.CHUNK_BYTES
    assert most(chunk, 0) == most(chunk, 1) == limits.WINDOW_BYTES
    assert most(chunk, 4) == limits.WINDOW_BYTES + 3 * limits.WINDOW_LINK_BYTES
    assert most(limits.CHUNK_BYTES_MAX, 3) == 4 * limits.CHUNK_BYTES_MAX
    assert most(limits.CHUNK_BYTES_MAX, 1000) == limits.WINDOW_BYTES_MAX
    assert most(chunk, 1, is_wide=True) == WIDE_BYTES
    assert most(limits.CHUNK_BYTES_MAX, 1000, is_wide=True) == limits.WINDOW_BYTES_MAX


# A chunk and its header alone, as through a WebSocket; and a stream of TCP.
@pytest.mark.parametrize("frame", [limits.CHUNK_BYTES + 1, limits.STREAM_FRAME_BYTES])
def test_a_link_that_is_quick_and_long_is_filled(frame: int) -> None:
    here = Roads(400 * MIB)
    here.open(1000, 0.1, frame=frame)
    here.run()
    assert limits.WINDOW_BYTES < here.peak <= WIDE_BYTES
    assert here.goodput >= 0.8 * 1000 * MBIT


def test_a_source_that_lies_is_found_out_and_left_alone() -> None:
    here = Roads(20 * MIB)
    liar, also_his, honest = here.open(50, 0.01), here.open(5, 0.05), here.open(20, 0.05, source=1)
    here.flows[also_his].roots.add(0)
    here.roads[liar].lies = True
    finished(here)
    assert here.fetch.trust.accused == [0]
    assert here.fetch.trust.bars(here.flows[also_his].source)
    assert not here.fetch.trust.bars(here.flows[honest].source)
    assert here.goodput >= 0.9 * 20 * MBIT
    assert here.flows[honest].roots == {0}, "his word on roots counts for nothing, either"
    here.fetch._accuse(0)
    assert here.fetch.effects == []


def test_the_vectors_are_what_the_code_says() -> None:
    assert make_pulling.FILE.read_text("utf-8") == make_pulling.dump(make_pulling.build())
