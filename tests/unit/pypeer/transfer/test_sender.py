"""The sender against receivers that do what they must not, and its pauses, refusals and ends."""

import pytest

from pypeer import events
from pypeer.errors import ConnectError, DeclinedError, TransferError
from pypeer.protocol import frames, limits, messages
from pypeer.protocol.codes import EndCode
from pypeer.transfer import manifest
from pypeer.transfer.effects import Chunk, Effect, Emit, End, FindRoot, GiveWay, Outcome, Read, Send, Wake
from pypeer.transfer.party import FRAME_TAKEN
from pypeer.transfer.sender import FRAME, Sender
from pypeer.transfer.serving import ALLOWED
from pypeer.transfer.storing import Lost
from pypeer.transfer.subflow import Stage

ENTRIES = [
    messages.Entry(path="d", folder=True),
    messages.Entry(path="d/a", size=600_000),
    messages.Entry(path="d/b", size=5),
]
HELLO = messages.Hello(v=1, client="t", frame=16384)
ACCEPT = messages.Accept(files=2, bytes=600_005)
HASH = bytes(range(32))


def sender(*said: frames.Frame) -> Sender:
    """A sender that has heard this on its first link."""
    here = Sender(manifest.offer(ENTRIES, "t"), ENTRIES)
    here.link_up(0, 0, 65536, 0)
    for frame in said:
        tell(here, frame)
    return here


def tell(here: Sender, frame: frames.Frame, now: float = 0) -> list[Effect]:
    """Say this on the newest link."""
    return here.receive(max(here._links, default=0), frames.encode(frame), now)


def sent(effects: list[Effect]) -> list[frames.Frame]:
    return [effect.frame for effect in effects if isinstance(effect, Send)]


def end(effects: list[Effect]) -> object:
    return next(effect.result for effect in effects if isinstance(effect, End))


def is_violation(effects: list[Effect]) -> bool:
    """Whether the session ended with `cancel` {code: protocol}, told to both people."""
    said = any(isinstance(frame, messages.Cancel) and frame.code is EndCode.PROTOCOL for frame in sent(effects))
    over = any(isinstance(e, End) and getattr(e.result, "code", "") == "protocol" for e in effects)
    assert said == over
    return said


@pytest.mark.parametrize(("here", "there"), [(False, False), (True, False), (False, True), (True, True)])
def test_a_link_gives_way_if_either_side_wishes_it(here: bool, there: bool) -> None:
    core = Sender(manifest.offer(ENTRIES, "t"), ENTRIES, background=here)
    (hello,) = sent(core.link_up(0, 0, 65536, 0))
    assert isinstance(hello, messages.Hello)
    assert hello.background is here
    effects = tell(core, messages.Hello(v=1, client="t", frame=16384, background=there))
    assert (GiveWay(0) in effects) is (here or there)


ANYTHING: list[frames.Frame] = [
    HELLO,
    manifest.offer(ENTRIES, "t"),
    messages.List(start=0),
    manifest.page(ENTRIES, 0),
    ACCEPT,
    messages.Decline(),
    messages.Refuse(request=0, code=EndCode.CHANGED),
    messages.AskRoot(file=1),
    messages.Root(file=1, root="0" * 64),
    messages.Progress(bytes=0, files=0),
    messages.Done(files=2, bytes=600_005),
    frames.Request(0, 1, 0),
    frames.Stop(0),
    frames.Data(0, memoryview(b"x")),
    frames.End(0, HASH),
]


@pytest.mark.parametrize("stage", [Stage.OFFERED, Stage.SERVING])
@pytest.mark.parametrize("frame", ANYTHING, ids=lambda f: type(f).__name__)
def test_what_the_table_does_not_allow_is_a_violation(stage: Stage, frame: frames.Frame) -> None:
    here = sender(HELLO, *([ACCEPT] if stage is Stage.SERVING else []))
    allowed = type(frame) in ALLOWED[stage]
    assert is_violation(tell(here, frame)) is not allowed


@pytest.mark.parametrize("frame", ANYTHING[1:], ids=lambda f: type(f).__name__)
def test_nothing_before_hello(frame: frames.Frame) -> None:
    assert is_violation(tell(sender(), frame))


@pytest.mark.parametrize(
    "wrong",
    [
        [frames.Request(0, 0, 0)],
        [frames.Request(0, 3, 0)],
        [frames.Request(0, 1, 3)],
        [frames.Request(0, 1, 0), frames.Request(0, 1, 1)],
        [messages.AskRoot(file=0)],
        [messages.AskRoot(file=1), messages.AskRoot(file=1)],
        [messages.Progress(bytes=600_006, files=0)],
        [messages.Progress(bytes=0, files=3)],
        [messages.Done(files=1, bytes=600_005)],
        [messages.Done(files=2, bytes=600_006)],
        [messages.Done(files=2, bytes=5)],
        [frames.Request(n, 1, 0) for n in range(limits.QUEUE_REQUESTS + 1)],
    ],
    ids=repr,
)
def test_impossible_wishes(wrong: list[frames.Frame]) -> None:
    here = sender(HELLO, ACCEPT, *wrong[:-1])
    assert not here.ended
    assert is_violation(tell(here, wrong[-1]))


@pytest.mark.parametrize("accept", [(3, 0, 0), (2, 600_006, 0), (2, 5, 6)])
def test_accepting_more_than_was_offered(accept: tuple[int, int, int]) -> None:
    files, size, have = accept
    assert is_violation(tell(sender(HELLO), messages.Accept(files=files, bytes=size, have=have)))


def test_accepting_otherwise_on_the_next_link() -> None:
    here = sender(HELLO, ACCEPT)
    here.link_lost(0, 1)
    here.link_up(1, 0, 65536, 1)
    tell(here, HELLO)
    assert is_violation(tell(here, messages.Accept(files=1, bytes=5)))


def test_each_page_once_on_a_link() -> None:
    here = sender(HELLO, messages.List(start=1))
    assert is_violation(tell(here, messages.List(start=1)))
    assert is_violation(tell(sender(HELLO), messages.List(start=3)))


def test_bytes_that_are_no_frame_and_frames_that_are_too_large() -> None:
    assert is_violation(sender().receive(0, b"\x09", 0))
    assert is_violation(sender(HELLO).receive(0, bytes(FRAME_TAKEN + 1), 0))


def test_another_version() -> None:
    effects = tell(sender(), messages.Hello(v=2, client="t", frame=16384))
    assert sent(effects)[0] == messages.Cancel(code=EndCode.VERSION, message="version 2 there, 1 here")
    assert isinstance(end(effects), TransferError)


def test_answer_in_frames_that_the_other_side_takes() -> None:
    here = sender(HELLO, ACCEPT)
    assert tell(here, frames.Request(7, 1, 2))[-1] == Wake(0)
    (read,) = here.take(0, 1)
    assert (read.request, read.file, read.chunk) == (7, 1, 2)
    data = bytes(75712)
    parts = list(here.answer(read, Chunk(data, HASH, HASH)))
    assert parts[-1] == frames.End(7, HASH, HASH)
    assert all(len(frames.encode(part)) <= 16384 for part in parts)
    assert b"".join(part.payload for part in parts if isinstance(part, frames.Data)) == data
    assert list(here.answer(read, Chunk(data, HASH, None))) == []


def test_the_first_chunk_on_a_link_goes_in_short_frames() -> None:
    here = sender()
    here.link_up(1, 0, limits.CHUNK_FRAME_BYTES, 0)
    for frame in (messages.Hello(v=limits.VERSION, client="t", frame=FRAME_TAKEN), ACCEPT):
        here.receive(1, frames.encode(frame), 0)
    lengths = []
    for request in range(3):
        here.receive(1, frames.encode(frames.Request(request, 1, request)), 0)
        (read,) = here.take(1, 1)
        sent = here.answer(read, Chunk(bytes(limits.CHUNK_BYTES), HASH, None))
        lengths.append([len(frames.encode(part)) for part in sent if isinstance(part, frames.Data)])
    assert max(lengths[0]) == FRAME
    assert lengths[1:] == [[FRAME_TAKEN]] * 2


def test_what_is_not_wanted_any_more_is_not_sent() -> None:
    here = sender(HELLO, ACCEPT, frames.Request(0, 1, 0), frames.Request(1, 1, 1), frames.Request(2, 2, 0))
    tell(here, frames.Stop(1))
    tell(here, frames.Stop(99))
    first, third = here.take(0, 10**6)
    parts = here.answer(first, Chunk(bytes(262144), HASH, None))
    next(parts)
    tell(here, frames.Stop(0))
    assert list(parts) == []
    here.link_lost(0, 1)
    assert list(here.answer(third, Lost(2, EndCode.CHANGED, ""))) == []


def test_a_new_link_starts_afresh() -> None:
    here = sender(HELLO, ACCEPT, frames.Request(0, 1, 0))
    (old,) = here.take(0, 1)
    here.link_lost(0, 1)
    here.link_up(1, 0, 65536, 1)
    for frame in (HELLO, ACCEPT, frames.Request(0, 1, 1)):
        tell(here, frame)
    assert list(here.answer(old, Chunk(b"old", HASH, None))) == []
    (new,) = here.take(1, 1)
    assert list(here.answer(new, Chunk(b"new", HASH, None)))[-1] == frames.End(0, HASH)


def test_lost_files_are_refused_and_told_once() -> None:
    here = sender(HELLO, ACCEPT, frames.Request(0, 1, 0))
    lost = Lost(1, EndCode.VANISHED, "gone")
    assert here.lost(lost, 0) == [Emit(events.FileFailed(path="d/a", code="file-vanished", message="gone"))]
    assert here.lost(lost, 0) == []
    (read,) = here.take(0, 1)
    assert list(here.answer(read, lost)) == [messages.Refuse(request=0, code=EndCode.VANISHED, message="gone")]


def test_roots() -> None:
    here = sender(HELLO, ACCEPT)
    assert tell(here, messages.AskRoot(file=1)) == [FindRoot(1)]
    assert sent(here.root_found(1, HASH, 0)) == [messages.Root(file=1, root=HASH.hex())]
    assert here.root_found(1, HASH, 0) == []
    tell(here, messages.AskRoot(file=1))
    assert sent(here.root_found(1, Lost(1, EndCode.CHANGED, ""), 0)) == [messages.Root(file=1, code=EndCode.CHANGED)]


def test_pause_from_both_sides() -> None:
    here = sender(HELLO, ACCEPT, frames.Request(0, 1, 0))
    assert here.pause(1) == [Emit(events.Paused(by="me")), Send(0, messages.Pause())]
    assert here.pause(1) == []
    assert here.take(0, 1) == []
    assert tell(here, messages.Pause()) == [Emit(events.Paused(by="them"))]
    assert here.resume(2) == [Send(0, messages.Resume())]
    assert here.resume(2) == []
    assert tell(here, messages.Resume()) == [Emit(events.Resumed()), Wake(0)]
    assert len(here.take(0, 1)) == 1


def test_a_pause_is_said_again_on_the_next_link_and_theirs_is_forgotten() -> None:
    here = sender(HELLO, ACCEPT)
    tell(here, messages.Pause())
    here.pause(0)
    here.link_lost(0, 1)
    here.link_up(1, 0, 65536, 2)
    assert sent(tell(here, HELLO)) == [manifest.offer(ENTRIES, "t"), messages.Pause()]
    assert here.resume(3) == [Send(1, messages.Resume()), Emit(events.Resumed())]


def test_a_pause_without_a_link() -> None:
    here = Sender(manifest.offer(ENTRIES, "t"), ENTRIES)
    assert here.pause(0) == [Emit(events.Paused(by="me"))]
    assert here.resume(0) == [Emit(events.Resumed())]


def test_progress_with_speed_is_told_at_a_bounded_rate() -> None:
    here = sender(HELLO)
    tell(here, ACCEPT, 0)
    first = tell(here, messages.Progress(bytes=200_000, files=0), 2)
    assert first == [Emit(events.Progress(bytes=200_000, total=600_005, rate=100_000, left=4.00005))]
    assert tell(here, messages.Progress(bytes=200_001, files=0), 2.01) == []


def test_the_end() -> None:
    here = sender(HELLO, ACCEPT)
    effects = tell(here, messages.Done(files=1, bytes=5, failed=1), 1)
    assert end(effects) == Outcome(1, 5, 1)
    assert here.receive(0, b"whatever", 2) == []
    assert here.link_up(1, 0, 1, 2) == here.link_lost(0, 2) == here.pause(2) == here.resume(2) == []
    assert here.cancel(EndCode.CANCELLED, "", 2) == here.abandon(ConnectError("late")) == []
    assert here.lost(Lost(1, EndCode.CHANGED, ""), 2) == here.root_found(1, HASH, 2) == []
    assert here.take(0, 1) == []


@pytest.mark.parametrize(
    ("frame", "kind", "code"),
    [
        (messages.Decline(), DeclinedError, "declined"),
        (messages.Decline(code=EndCode.TOO_MANY_ENTRIES), TransferError, "too-many-entries"),
        (messages.Cancel(), TransferError, "cancelled"),
        (messages.Cancel(code=EndCode.NO_SPACE, message="\x1b[2J full"), TransferError, "no-space"),
    ],
)
def test_ends_by_the_other_side(frame: frames.Frame, kind: type[Exception], code: str) -> None:
    error = end(tell(sender(HELLO), frame))
    assert type(error) is kind
    assert isinstance(error, TransferError | DeclinedError)
    assert error.code == code
    assert str(error).isprintable()


def test_cancelled_here() -> None:
    effects = sender(HELLO).cancel(EndCode.CANCELLED, "", 0)
    assert sent(effects) == [messages.Cancel()]
    assert str(end(effects)) == "cancelled"
    effects = Sender(manifest.offer(ENTRIES, "t"), ENTRIES).cancel(EndCode.EXPIRED, "", 0)
    assert sent(effects) == []
    assert "offer is over" in str(end(effects))
    effects = sender().cancel(EndCode.INTERNAL, "why", 0)
    assert sent(effects) == [messages.Cancel(code=EndCode.INTERNAL, message="why")]


def test_abandoned() -> None:
    error = ConnectError("no path")
    assert sender(HELLO).abandon(error) == [End(error)]


def test_two_reads_are_never_the_same() -> None:
    assert Read(0, 0, 0, 0) != Read(0, 0, 0, 0)
