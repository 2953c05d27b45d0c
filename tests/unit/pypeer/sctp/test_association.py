"""Two associations over networks that do what networks do: handshakes, ends, and what a stranger may send."""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pypeer.sctp import chunks
from pypeer.sctp.chunks import BEGIN, END, Init, Kind, Parameter, Sack
from pypeer.sctp.handshake import HANDSHAKES, State
from pypeer.sctp.mtu import BASE_BYTES
from tests.unit.pypeer.sctp.scene import BINARY, MOST, PORT, Network, Scene, established, packet, said, tag_of

MESSAGES = [random.Random(3).randbytes(size) for size in (1, 1160, 1161, 5000, 65_536, 200_000, 3)]
NETWORKS = st.builds(
    Network,
    delay=st.sampled_from([0.0001, 0.01, 0.2]),
    loss=st.sampled_from([0.0, 0.01, 0.2]),
    repeat=st.sampled_from([0.0, 0.1]),
    reorder=st.sampled_from([0.0, 0.3]),
    rate=st.sampled_from([0.0, 1e6]),
    queue=st.sampled_from([5, 100]),
)


@settings(max_examples=60, deadline=None)
@example(Network(0.01, 0.2, 0.1, queue=5), Network(0.01, 0.2, 0.1, 0.3, 1e6), 203, False)  # eight time-outs in a row
@given(NETWORKS, NETWORKS, st.integers(0, 1000), st.booleans())
def test_everything_arrives_once_and_in_order(there: Network, back: Network, seed: int, snap: bool) -> None:
    scene = Scene(there, back, seed).start(snap)
    scene.send(0, MESSAGES)
    scene.run(0.05)
    scene.send(1, reversed(MESSAGES))
    scene.until_idle()
    assert scene.got == [list(reversed(MESSAGES)), MESSAGES]


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("head", [1, 5, 1000, BASE_BYTES, 3 * BASE_BYTES])
def test_a_message_in_two_parts(head: int, early: bool) -> None:
    whole = bytes(range(256)) * 40
    scene = Scene() if early else Scene().start()
    scene.run(0.1)
    scene.ends[0].send(BINARY, whole[:head], memoryview(whole)[head:])
    if early:
        scene.start()
    scene.until_idle()
    assert scene.got[1] == [whole]


@pytest.mark.parametrize("snap", [True, False])
@pytest.mark.parametrize("late", [0, 1])
def test_handshakes(snap: bool, late: int) -> None:
    scene = Scene()
    inits = [end.local_init if snap else b"" for end in scene.ends]
    scene.ends[1 - late].start(PORT, inits[late], 0.0)
    scene.run(0.3)
    scene.ends[late].start(PORT, inits[1 - late], scene.now)
    scene.send(late, [b"hello"])
    scene.until_idle()
    assert scene.got[1 - late] == [b"hello"]
    scene.ends[0].start(PORT, b"", scene.now)
    assert said(scene.ends[0], scene.now) == []


def test_without_an_answer_the_handshake_ends() -> None:
    scene = Scene(Network(down=True))
    scene.ends[0].start(PORT, b"", 0.0)
    scene.run(100.0)
    assert scene.ends[0].state is State.ENDED
    assert scene.sent[0] == HANDSHAKES
    assert scene.ends[0].wake_at() == float("inf")


def test_what_is_queued_before_the_handshake_waits() -> None:
    scene = Scene()
    scene.send(0, [b"early"])
    assert scene.ends[0].queued == 5
    assert not scene.ends[0].is_idle
    scene.start(snap=False)
    scene.until_idle()
    assert scene.got[1] == [b"early"]
    assert scene.ends[0].queued == 0


def test_what_overtakes_the_end_of_the_handshake_waits_for_it() -> None:
    """Our cookie establishes the other side, which may speak at once, over another path or while its answer is lost."""
    scene = Scene()
    one, other = scene.ends
    one.start(PORT, b"", 0.0)
    scene.deliver(one.packing.outgoing.pop(), 1)
    scene.deliver(other.packing.outgoing.pop(), 0)
    scene.deliver(one.packing.outgoing.pop(), 1)
    other.send(BINARY, b"hello")
    other.flush(0.0)
    [both] = other.packing.outgoing
    ack, data = chunks.parse(both)
    assert (ack.kind, data.kind) == (Kind.COOKIE_ACK, Kind.DATA)
    scene.deliver(packet(scene, 0, chunks.write(data.kind, data.value, data.flags)), 0)
    assert (one.state, one.messages()) == (State.COOKIE_ECHOED, [])
    scene.deliver(packet(scene, 0, chunks.write(ack.kind)), 0)
    assert one.messages() == [(0, BINARY, b"hello")]
    assert one.messages() == []


@pytest.mark.parametrize("init", [b"\1\0\0\4", b"\1\0\0\x14" + bytes(16)])
def test_an_init_that_is_none_is_refused(init: bytes) -> None:
    with pytest.raises(chunks.PacketError):
        Scene().ends[0].start(PORT, init, 0.0)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (Kind.ABORT, []),
        (Kind.SHUTDOWN_COMPLETE, []),
        (Kind.SHUTDOWN, [Kind.SHUTDOWN_ACK]),
        (Kind.SHUTDOWN_ACK, [Kind.SHUTDOWN_COMPLETE]),
    ],
)
def test_the_other_side_ends_it(kind: Kind, answer: list[Kind]) -> None:
    scene = established()
    end = scene.ends[0]
    scene.deliver(packet(scene, 0, chunks.write(kind), chunks.write(Kind.HEARTBEAT)), 0)
    assert end.state is State.ENDED
    assert said(end, scene.now) == answer
    assert end.why
    scene.deliver(packet(scene, 0, chunks.write(Kind.HEARTBEAT)), 0)
    assert said(end, scene.now) == []
    end.abort("again")
    assert end.packing.outgoing == []


def test_ended_here_is_told() -> None:
    scene = established()
    scene.ends[0].abort("enough")
    scene.run(0.1)
    assert scene.ends[1].state is State.ENDED


def test_ended_before_anybody_is_known() -> None:
    end = Scene().ends[0]
    end.abort("enough")
    assert end.packing.outgoing == []
    assert end.messages() == []
    end.tick(1.0)
    end.path_changed(1.0)


def test_a_browser_closes_the_channel() -> None:
    scene = established()
    end = scene.ends[0]
    other = chunks.write_parameter(99, b"what")
    scene.deliver(packet(scene, 0, chunks.write(Kind.RE_CONFIG, other)), 0)
    assert not end.why
    reset = chunks.write_parameter(Parameter.OUTGOING_RESET, b"\0\0\0\7" + bytes(8))
    scene.deliver(packet(scene, 0, chunks.write(Kind.RE_CONFIG, reset + reset)), 0)
    assert end.state is State.ENDED
    response = chunks.parse(end.packing.outgoing[0])[0]
    assert chunks.parameters(response.value) == [(Parameter.RESET_RESPONSE, b"\0\0\0\7\0\0\0\1")]


@pytest.mark.parametrize("snap", [True, False])
def test_signs_of_life_are_answered(snap: bool) -> None:
    scene = established() if snap else Scene()
    scene.deliver(packet(scene, 0, chunks.write(Kind.HEARTBEAT, b"\0\1\0\x08here")), 0)
    assert said(scene.ends[0], scene.now) == ([Kind.HEARTBEAT_ACK] if snap else [])


@pytest.mark.parametrize(
    ("kind", "rest"), [(63, False), (127, False), (191, True), (255, True), (Kind.COOKIE_ACK, True)]
)
def test_chunks_that_are_not_understood(kind: int, rest: bool) -> None:
    scene = established()
    scene.deliver(packet(scene, 0, chunks.write(kind), chunks.write(Kind.HEARTBEAT)), 0)
    assert said(scene.ends[0], scene.now) == ([Kind.HEARTBEAT_ACK] if rest else [])


def test_other_tags_are_nobody() -> None:
    scene = established()
    for tag in (0, tag_of(scene.ends[0]) ^ 1):
        data = chunks.write_data(BEGIN | END, 1, 0, 0, BINARY, b"x")
        scene.deliver(packet(scene, 0, data, tag=tag), 0)
        scene.deliver(packet(scene, 0, chunks.write(Kind.ABORT), tag=tag), 0)
    assert scene.ends[0].state is State.ESTABLISHED
    assert said(scene.ends[0], scene.now) == []


@pytest.mark.parametrize("early", [chunks.write_data(3, 1, 0, 0, 53, b"x"), chunks.write_sack(Sack(1, 1))])
def test_data_before_the_handshake_is_nothing(early: bytes) -> None:
    scene = Scene()
    scene.deliver(packet(scene, 0, early), 0)
    assert scene.ends[0].state is State.CLOSED


def test_a_farewell_before_the_handshake_needs_no_answer() -> None:
    scene = Scene()
    scene.deliver(packet(scene, 0, chunks.write(Kind.SHUTDOWN)), 0)
    assert scene.ends[0].state is State.ENDED
    assert scene.ends[0].packing.outgoing == []


@pytest.mark.parametrize("cookie", [b"", b"\0" * 16])
def test_a_cookie_that_is_not_ours(cookie: bytes) -> None:
    scene = Scene()
    scene.ends[0].start(PORT, b"", 0.0)
    scene.deliver(packet(scene, 0, chunks.write(Kind.COOKIE_ECHO, cookie)), 0)
    scene.deliver(packet(scene, 0, chunks.write_init(Kind.INIT, Init(7, 1000, 1, 1, 1)), tag=0), 0)
    scene.deliver(packet(scene, 0, chunks.write(Kind.COOKIE_ECHO, cookie)), 0)
    assert scene.ends[0].state is State.COOKIE_WAIT


@pytest.mark.parametrize("data", [b"", bytes(20), b"\0" * 12 + b"\0\0\0\3"])
def test_packets_that_are_none_end_it(data: bytes) -> None:
    scene = established()
    scene.deliver(data[:8] if not data else data[:4] + scene.ends[0].local_init[4:8] + data[8:], 0)
    assert scene.ends[0].state is State.ENDED


@pytest.mark.parametrize(
    "wrong",
    [Sack(2**31, 1000), Sack(0, 1000, ((1, 60_000),)), Sack(0, 1000, ((9, 3), (0, 0)))],
)
def test_acknowledgements_of_what_never_left(wrong: Sack) -> None:
    scene = established(delay=0.05)
    scene.send(0, [bytes(5000)])
    scene.run(0.001)
    first = int.from_bytes(scene.ends[0].local_init[16:20], "big")
    scene.deliver(
        packet(scene, 0, chunks.write_sack(wrong._replace(cumulative=(first - 1 + wrong.cumulative) % 2**32))), 0
    )
    scene.run(1.0)
    assert scene.ends[0].state is State.ESTABLISHED


def test_what_follows_a_message_that_never_ends_is_not_kept() -> None:
    scene = established()
    scene.send(0, [bytes(MOST + 1)])
    scene.run(1.0)
    assert [end.state for end in scene.ends] == [State.ENDED] * 2
    assert "more than" in scene.ends[1].why
