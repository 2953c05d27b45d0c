"""How data leaves: in which packets, how soon, how much at once, after losses, and how large packets are."""

import pytest

from pypeer.sctp import chunks
from pypeer.sctp.chunks import Kind, Sack
from pypeer.sctp.control import BACKGROUND
from pypeer.sctp.handshake import State
from pypeer.sctp.inbox import ACK_DELAY_S
from pypeer.sctp.mtu import BASE_BYTES
from tests.unit.pypeer.sctp.scene import BINARY, Network, Scene, established, packet, payload_of, said


def test_small_messages_share_packets() -> None:
    scene = established()
    before = scene.sent[0]
    scene.send(0, [b"x" * 50] * 30)
    scene.until_idle()
    assert scene.sent[0] - before == 2
    assert scene.got[1] == [b"x" * 50] * 30


def test_a_lone_packet_is_acknowledged_soon_and_many_are_at_once() -> None:
    scene = established(delay=0.0)
    end = scene.ends[1]
    tsn = int.from_bytes(scene.ends[0].local_init[16:20], "big")
    scene.deliver(packet(scene, 1, chunks.write_data(3, tsn, 0, 0, BINARY, b"x")), 1)
    assert said(end, scene.now) == []
    assert end.wake_at() == pytest.approx(scene.now + ACK_DELAY_S)
    assert said(end, scene.now + 0.001) == []
    assert said(end, scene.now + ACK_DELAY_S) == [Kind.SACK]
    for number in (1, 2):
        scene.deliver(packet(scene, 1, chunks.write_data(3, (tsn + number) % 2**32, 0, 0, BINARY, b"x")), 1)
    assert said(end, scene.now) == [Kind.SACK]


def test_the_receivers_window_is_heeded() -> None:
    scene = established(delay=0.001)
    first = int.from_bytes(scene.ends[0].local_init[16:20], "big")
    scene.deliver(packet(scene, 0, chunks.write_sack(Sack((first - 1) % 2**32, 0))), 0)
    scene.send(0, [b"x" * 1000] * 5)
    end = scene.ends[0]
    assert said(end, scene.now) == [Kind.DATA]
    scene.deliver(packet(scene, 0, chunks.write_sack(Sack(first, 10_000))), 0)
    assert said(end, scene.now) == [Kind.DATA] * 4


def test_the_first_window_is_small_and_it_doubles() -> None:
    scene = established(delay=0.05)
    scene.send(0, [bytes(60_000)] * 20)
    before = scene.sent[0]
    scene.run(0.055)
    first = scene.sent[0] - before
    assert 10 <= first <= 12
    scene.run(0.06)
    assert 18 <= scene.sent[0] - before - first <= 24


def test_bulk_is_paced_on_long_paths() -> None:
    scene = established(delay=0.05, rate=2e6, queue=20)
    scene.send(0, [bytes(60_000)] * 40)
    scene.until_idle()
    assert scene.dropped < 100


@pytest.mark.parametrize("loss", [0.01, 0.1])
def test_losses_cost_no_time_out(loss: float) -> None:
    clean, lossy = (Scene(Network(0.02, rate=2e6, loss=each)).start() for each in (0.0, loss))
    for scene in (clean, lossy):
        scene.send(0, [bytes(50_000)] * 10)
    assert lossy.until_idle() < 8 * clean.until_idle()
    assert lossy.dropped


def test_the_last_packet_is_lost() -> None:
    scene = established(delay=0.01)
    scene.send(0, [b"x"])
    scene.until_idle()
    scene.ways[0].down = True
    scene.send(0, [b"y"])
    scene.run(0.01)
    scene.ways[0].down = False
    assert scene.until_idle() < 0.2


def test_a_pause_of_the_path_costs_little() -> None:
    """What a time-out took for lost arrives after all: the window is as before."""
    scene = established(delay=0.01)
    scene.send(0, [bytes(60_000)] * 30)
    scene.run(0.1)
    scene.ways[1].delay = 0.5
    scene.run(0.6)
    scene.ways[1].delay = 0.01
    sent = scene.sent[0]
    scene.until_idle()
    assert scene.got[1] == [bytes(60_000)] * 30
    assert scene.sent[0] - sent < 1.3 * 30 * 60_000 / BASE_BYTES


def test_a_path_that_is_back_is_used_soon() -> None:
    scene = established(delay=0.01)
    scene.ways[0].down = True
    scene.send(0, [bytes(30_000)])
    scene.run(60.0)
    scene.ways[0].down = False
    scene.ends[0].path_changed(scene.now)
    assert scene.until_idle() < 1.0


def test_larger_packets_where_they_fit() -> None:
    scene = established(delay=0.001, rate=1e8, largest=1500)
    scene.send(0, [bytes(65_536)] * 60)
    scene.run(0.02)
    scene.ends[0].flush(scene.now)
    scene.until_idle()
    scene.run(3.0)
    scene.send(0, [bytes(65_536)] * 8)
    before = scene.sent[0]
    scene.until_idle()
    assert scene.sent[0] - before < 0.93 * 8 * 65_536 / (BASE_BYTES - 28)
    assert scene.got[1] == [bytes(65_536)] * 68


def test_another_path_takes_no_large_packets() -> None:
    scene = established(delay=0.001)
    scene.send(0, [bytes(65_536)] * 60)
    scene.until_idle()
    scene.ways[0].largest = BASE_BYTES
    scene.ends[0].path_changed(scene.now)
    scene.send(0, [bytes(65_536)])
    scene.until_idle()
    assert scene.got[1] == [bytes(65_536)] * 61


def test_large_pieces_on_their_way_cannot_be_made_smaller() -> None:
    scene = established(delay=0.001)
    scene.send(0, [bytes(65_536)] * 60)
    scene.until_idle()
    scene.send(0, [bytes(65_536)])
    scene.ends[0].flush(scene.now)
    scene.ways[0].largest = BASE_BYTES
    scene.ends[0].packing.outgoing = []
    scene.run(200.0)
    assert scene.ends[0].state is State.ENDED
    assert "large" in scene.ends[0].why


def test_only_what_was_asked_is_an_answer() -> None:
    scene = established(delay=0.001)
    for value in (b"", b"\0\1\0\x0cabcdefgh", bytes(12)):
        scene.deliver(packet(scene, 0, chunks.write(Kind.HEARTBEAT_ACK, value)), 0)
    scene.send(0, [b"x" * BASE_BYTES])
    scene.ends[0].flush(scene.now)
    assert len(payload_of(scene.ends[0].packing.outgoing[0])) == BASE_BYTES - 28


@pytest.mark.parametrize("early", [True, False])
def test_in_the_background(early: bool) -> None:
    """Whoever wishes it may say so before anything can be sent, too."""
    scene = Scene() if early else established()
    scene.ends[0].give_way()
    if early:
        scene.start()
    scene.run(0.1)
    outbox = scene.ends[0]._outbox
    assert outbox is not None
    assert outbox._make_control is BACKGROUND
