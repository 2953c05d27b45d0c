"""The receiver against senders that do what they must not, and its pauses, progress and ends."""

from collections.abc import Callable

import pytest

from pypeer import events
from pypeer.errors import ConnectError, DeclinedError, TransferError
from pypeer.protocol import frames, messages
from pypeer.protocol.codes import EndCode
from pypeer.transfer import manifest, merkle
from pypeer.transfer.effects import Decide, Effect, Emit, End, Examine, Outcome, Prepare, Send
from pypeer.transfer.finishing import WAIT_S
from pypeer.transfer.names import ManifestError
from pypeer.transfer.phases import TRANSITIONS, Phase
from pypeer.transfer.receiver import Receiver
from pypeer.transfer.storing import Broken, Conclude, Concluded, Finish, Finished, Lost, Stale, Store, Stored

ENTRIES = [
    messages.Entry(path="d", folder=True),
    messages.Entry(path="d/a", size=300_000),
    messages.Entry(path="d/b", size=5),
]
HELLO = messages.Hello(v=1, client="t", frame=65536)
OFFER = manifest.offer(ENTRIES, "t")
PAGE = manifest.page(ENTRIES, 0)
SMALL = b"hello"
HASH = merkle.chunk_hash(SMALL, 5)

ANYTHING: list[frames.Frame] = [
    HELLO,
    OFFER,
    messages.List(start=0),
    PAGE,
    messages.Accept(files=2, bytes=1),
    messages.Decline(),
    messages.Refuse(request=0, code=EndCode.CHANGED),
    messages.AskRoot(file=1),
    messages.Root(file=1, root="0" * 64),
    messages.Progress(bytes=0, files=0),
    messages.Done(files=2, bytes=0),
    frames.Request(0, 1, 0),
    frames.Stop(0),
    frames.Data(0, memoryview(b"x")),
    frames.End(2, HASH),
]


def tell(here: Receiver, *said: frames.Frame, now: float = 0) -> list[Effect]:
    """Say this on the newest link."""
    return [effect for frame in said for effect in here.receive(max(here._links), frames.encode(frame), now)]


def sent(effects: list[Effect]) -> list[frames.Frame]:
    return [effect.frame for effect in effects if isinstance(effect, Send)]


def result(effects: list[Effect]) -> object:
    return next((effect.result for effect in effects if isinstance(effect, End)), None)


def code(effects: list[Effect]) -> str | None:
    """The code of the error that ended the session, if it was told to both sides."""
    error = result(effects)
    cancels = [frame.code for frame in sent(effects) if isinstance(frame, messages.Cancel)]
    assert not isinstance(error, TransferError) or cancels == [error.code]
    return error.code if isinstance(error, TransferError) else None


def receiver(phase: Phase) -> Receiver:
    """A receiver that got this far on its first link."""
    here = Receiver()
    here.link_up(0, 0, 65536, 0)
    tell(here, HELLO)
    steps: dict[Phase, Callable[[], object]] = {
        Phase.LISTING: lambda: tell(here, OFFER),
        Phase.EXAMINING: lambda: tell(here, PAGE),
        Phase.DECIDING: lambda: here.examined(None, 0),
        Phase.PREPARING: lambda: here.decided(True, 0),
        Phase.FETCHING: lambda: here.prepared({}, 0),
        Phase.CONCLUDING: lambda: [here.stored(Lost(file, EndCode.UNWRITABLE, ""), 0) for file in (1, 2)],
    }
    for step, action in steps.items():
        if here.phase is phase:
            break
        action()
        assert here.phase is step
    return here


def test_a_session_step_by_step() -> None:
    here = Receiver()
    assert [type(frame) for frame in sent(here.link_up(0, 0, 65536, 0))] == [messages.Hello]
    assert tell(here, HELLO) == []
    assert tell(here, OFFER) == [Send(0, messages.List(start=0))]
    assert tell(here, PAGE) == [Examine()]
    assert here.examined(None, 0) == [Decide()]
    assert here.decided(True, 0) == [Prepare()]
    effects = here.prepared({}, 0)
    assert effects[0] == Emit(events.Accepted(files=2, bytes=300_005))
    assert sent(effects) == [
        messages.Accept(files=2, bytes=300_005),
        frames.Request(0, 1, 0),
        frames.Request(1, 1, 1),
        frames.Request(2, 2, 0),
    ]
    assert tell(here, frames.Data(2, memoryview(b"he")), frames.Data(2, memoryview(b"llo"))) == []
    assert tell(here, frames.End(2, HASH, HASH)) == [Store(2, 0, bytearray(SMALL), HASH)]
    assert here.stored(Stored(2, 0), 1) == [], "more may come soon, and names are given together"
    assert here.tick(1 + WAIT_S)[0] == Finish(2, HASH)
    assert here.stored(Finished(2), 2) == []
    effects = tell(here, messages.Refuse(request=1, code=EndCode.CHANGED))
    assert sent(effects) == [frames.Stop(0)]
    assert effects[-1] == Conclude()
    assert tell(here, frames.Data(0, memoryview(b"late")), frames.End(0, HASH)) == []
    effects = here.stored(Concluded(("x",)), 2)
    assert sent(effects) == [messages.Progress(bytes=5, files=1), messages.Done(files=1, bytes=5, failed=1)]
    assert result(effects) == Outcome(1, 5, 1, ("x",))
    assert here.stored(Finished(1), 3) == here.examined(None, 3) == here.decided(True, 3) == here.prepared({}, 3) == []


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase not in (Phase.TELLING, Phase.OVER)])
@pytest.mark.parametrize("frame", ANYTHING, ids=lambda f: type(f).__name__)
def test_what_the_table_does_not_allow_is_a_violation(phase: Phase, frame: frames.Frame) -> None:
    here = receiver(phase)
    again = isinstance(frame, messages.Offer) and phase is not Phase.WAITING
    unasked = isinstance(frame, messages.Root) or (isinstance(frame, frames.End) and phase is Phase.FETCHING)
    allowed = type(frame) in TRANSITIONS[phase] and not again and not unasked
    assert (code(tell(here, frame)) == "protocol") is not allowed


@pytest.mark.parametrize(
    "frame",
    [
        frames.Data(9, memoryview(b"x")),
        frames.Data(2, memoryview(b"123456")),
        frames.End(9, HASH),
        frames.End(2, HASH),
        messages.Refuse(request=9, code=EndCode.CHANGED),
        messages.Root(file=1, root="0" * 64),
        messages.Root(file=77, root="0" * 64),
    ],
    ids=lambda frame: type(frame).__name__,
)
def test_impossible_answers(frame: frames.Frame) -> None:
    assert code(tell(receiver(Phase.FETCHING), frame)) == "protocol"


def test_two_roots_for_one_file() -> None:
    here = receiver(Phase.FETCHING)
    data = [frames.Data(0, memoryview(bytes(60_000)))] * 4 + [frames.Data(0, memoryview(bytes(22_144)))]
    tell(here, *data, frames.End(0, HASH, HASH), frames.Data(1, memoryview(bytes(37_856))))
    assert code(tell(here, frames.End(1, HASH, bytes(32)))) == "protocol"


def test_a_root_that_differs_from_the_manifest() -> None:
    here = receiver(Phase.FETCHING)
    here.entries[2] = messages.Entry(path="d/b", size=5, root="0" * 64)
    assert code(tell(here, frames.Data(2, memoryview(SMALL)), frames.End(2, HASH, HASH))) == "protocol"


def test_another_offer_on_the_next_link() -> None:
    here = receiver(Phase.FETCHING)
    here.link_lost(0, 1)
    here.link_up(1, 0, 65536, 1)
    tell(here, HELLO)
    assert code(tell(here, messages.Offer(files=1, folders=0, bytes=0))) == "protocol"


def test_impossible_offers_and_pages() -> None:
    million = messages.Offer(files=10**6, folders=0, bytes=0)
    assert code(tell(receiver(Phase.WAITING), million)) == "too-many-entries"
    assert code(tell(receiver(Phase.LISTING), messages.Entries(start=1, entries=(), last=True))) == "bad-manifest"
    assert code(receiver(Phase.EXAMINING).examined(ManifestError("no"), 0)) == "bad-manifest"


def test_the_manifest_goes_on_over_the_next_link() -> None:
    here = receiver(Phase.LISTING)
    tell(here, messages.Entries(start=0, entries=tuple(ENTRIES[:2])))
    here.link_lost(0, 1)
    here.link_up(1, 0, 65536, 1)
    assert sent(tell(here, HELLO, OFFER)) == [messages.List(start=2)]
    assert tell(here, messages.Entries(start=2, entries=tuple(ENTRIES[2:]), last=True)) == [Examine()]


def test_a_person_who_thinks_while_the_link_breaks() -> None:
    here = receiver(Phase.DECIDING)
    here.link_lost(0, 1)
    assert here.decided(True, 2) == [Prepare()]
    assert here.prepared({}, 2) == [Emit(events.Accepted(files=2, bytes=300_005))]
    here.link_up(1, 0, 65536, 3)
    assert len(sent(tell(here, HELLO, OFFER))) == 4


def test_declined() -> None:
    effects = receiver(Phase.DECIDING).decided(False, 0)
    assert sent(effects) == [messages.Decline()]
    assert isinstance(result(effects), DeclinedError)


def test_no_room() -> None:
    effects = receiver(Phase.PREPARING).prepared(Broken(EndCode.NO_SPACE, "full"), 0)
    assert code(effects) == "no-space"


def test_what_the_disk_did_after_it_was_full_is_not_counted() -> None:
    here = receiver(Phase.FETCHING)
    tell(here, frames.Data(2, memoryview(SMALL)), frames.End(2, HASH, HASH))
    effects = here.stored_all([Broken(EndCode.NO_SPACE, "full"), Stored(2, 0)], 1)
    assert code(effects) == "no-space"
    assert here.stored_bytes == 0


def test_what_was_on_its_way_is_asked_for_again() -> None:
    here = receiver(Phase.FETCHING)
    tell(here, frames.Data(2, memoryview(SMALL)), frames.End(2, HASH, HASH), frames.Data(0, memoryview(b"half")))
    here.stored(Stored(2, 0), 1)
    here.link_lost(0, 1)
    assert here.link_lost(0, 1) == []
    here.link_up(1, 0, 65536, 2)
    assert sent(tell(here, HELLO, OFFER)) == [
        messages.Accept(files=2, bytes=300_005, have=5),
        frames.Request(0, 1, 0),
        frames.Request(1, 1, 1),
    ]


def test_done_waits_for_a_link_and_cannot_become_a_failure() -> None:
    here = receiver(Phase.CONCLUDING)
    here.link_lost(0, 1)
    had_all = here.has_all
    assert result(here.stored(Concluded(()), 1)) is None
    assert (had_all, here.has_all) == (False, True)
    here.link_up(1, 0, 65536, 2)
    effects = tell(here, HELLO, OFFER)
    assert sent(effects)[-1] == messages.Done(files=0, bytes=0, failed=2)
    assert result(effects) == Outcome(0, 0, 2)
    here = receiver(Phase.CONCLUDING)
    here.link_lost(0, 1)
    here.stored(Concluded(()), 1)
    assert result(here.abandon(ConnectError("no path"))) == Outcome(0, 0, 2)


def test_paused_here_nothing_more_is_asked_for() -> None:
    here = receiver(Phase.PREPARING)
    assert sent(here.pause(0)) == [messages.Pause()]
    assert [type(frame) for frame in sent(here.prepared({}, 0))] == [messages.Accept, messages.Pause]
    effects = here.resume(1)
    assert [type(frame) for frame in sent(effects)] == [messages.Resume] + [frames.Request] * 3


def test_paused_there() -> None:
    here = receiver(Phase.PREPARING)
    assert tell(here, messages.Pause()) == [Emit(events.Paused(by="them"))]
    assert [type(frame) for frame in sent(here.prepared({}, 0))] == [messages.Accept]
    assert [type(frame) for frame in sent(tell(here, messages.Resume()))] == [frames.Request] * 3


def test_progress_at_a_bounded_rate() -> None:
    here = receiver(Phase.FETCHING)
    assert sent(here.tick(10)) == [messages.Progress(bytes=0, files=0)]
    tell(here, frames.Data(2, memoryview(SMALL)), frames.End(2, HASH, HASH))
    here.stored(Stored(2, 0), 10.1)
    assert here.tick(10.1) == []
    assert sent(here.tick(10.3)) == [messages.Progress(bytes=5, files=0)]
    assert sent(here.tick(10.6)) == []
    assert [type(effect) for effect in here.tick(10.9)] == [Emit]
    here.link_lost(0, 11)
    assert sent(here.tick(12)) == []
    assert Receiver().tick(0) == []


def test_resumed_in_part_of_other_content() -> None:
    here = receiver(Phase.PREPARING)
    assert here.stored_bytes == 0
    effects = here.prepared({1: ((1, 2),), 2: ()}, 0)
    assert here.stored_bytes == 256 * 1024 + 5
    assert sent(effects) == [
        messages.Accept(files=2, bytes=300_005, have=262_149),
        frames.Request(0, 1, 1),
        messages.AskRoot(file=2),
    ]
    assert tell(here, messages.Root(file=2, root=HASH.hex())) == []
    assert here.tick(WAIT_S)[0] == Finish(2, HASH)
    assert sent(here.stored(Stale(2, resumed=True), 1)) == [frames.Request(1, 2, 0)]
    assert sent(here.tick(1)) == [messages.Progress(bytes=262_144, files=0)]
    effects = here.stored(Stale(1, resumed=False), 1)
    assert any(isinstance(e, Emit) and isinstance(e.event, events.FileFailed) for e in effects)


def test_a_chunk_that_is_stored_after_its_file_was_lost_counts_for_nothing() -> None:
    here = receiver(Phase.FETCHING)
    tell(here, *[frames.Data(1, memoryview(bytes(37_856)))], frames.End(1, HASH))
    tell(here, messages.Refuse(request=0, code=EndCode.VANISHED))
    here.stored(Stored(1, 1), 1)
    assert sent(here.tick(1)) == [messages.Progress(bytes=0, files=0)]


def test_what_comes_together_is_looked_at_up_to_the_end_of_the_session() -> None:
    here = receiver(Phase.FETCHING)
    cancel, data = (frames.encode(frame) for frame in (messages.Cancel(), frames.Data(2, memoryview(b"hello"))))
    effects = here.receive_all(0, [data, cancel, data, b"what is this?"], 1)
    assert [type(effect) for effect in effects] == [End]
    assert here.receive_all(0, [data], 1) == []
