"""Sender and receiver together: whatever happens, files are bit-identical or there is a defined error."""

import json
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pypeer import events
from pypeer.errors import DeclinedError, TransferError
from pypeer.protocol import frames
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks, merkle
from pypeer.transfer.effects import Chunk, Outcome, Read
from pypeer.transfer.storing import Lost, Reuse
from tests.support.engine import World, root_of
from tests.vectors import make_sessions
from tests.vectors.stream import stream

SIZES = (0, 1, 5, 16384, 262144, 262145, 700_000)


@cache
def content(size: int, file: int) -> bytes:
    return stream(size, file.to_bytes(2, "big"))


def world(sizes: list[int], roots: bool = False) -> World:
    contents = {file + 1: content(size, file) for file, size in enumerate(sizes)}
    entries = [Entry(path="top", folder=True)]
    for file, data in contents.items():
        root = root_of(data).hex() if roots else None
        entries.append(Entry(path=f"top/{file}", size=len(data), mtime=file, root=root))
    return World(entries, contents)


def once(places: set[tuple[int, int]]) -> Callable[[int, int], bool]:
    """Spoils each of these chunks one time."""

    def spoil(file: int, chunk: int) -> bool:
        found = (file, chunk) in places
        places.discard((file, chunk))
        return found

    return spoil


def test_a_transfer() -> None:
    here = world([0, 1, 262145, 700_000])
    here.connect()
    here.run()
    outcome = Outcome(4, 962146, 0)
    assert here.sender_end == outcome
    assert here.receiver_end == Outcome(4, 962146, 0, ("somewhere",))
    assert here.disk.files == here.contents
    assert [type(e) for e in here.sent if not isinstance(e, events.Progress)] == [events.Accepted]
    last = [e for e in here.received if isinstance(e, events.Progress)][-1]
    assert (last.bytes, last.total, last.files) == (962146, 962146, 4)


def test_a_large_manifest_comes_in_pages() -> None:
    here = world([1] * 2500)
    here.connect()
    here.run()
    assert here.disk.files == here.contents


def test_declined() -> None:
    here = world([5])
    here.accept = False
    here.connect()
    here.run()
    assert isinstance(here.sender_end, DeclinedError)
    assert isinstance(here.receiver_end, DeclinedError)
    assert not here.sender.take(0, 1)


def test_resumed_file_asks_for_its_root() -> None:
    here = world([700_000])
    here.held = {1: ((1, 2),)}
    here.disk.parts = {1: {0: here.contents[1][:262144], 2: here.contents[1][524288:]}}
    here.disk.resumed = {1}
    here.connect()
    here.run()
    assert here.disk.files == here.contents
    assert sum(chunk is not None for chunk in here.hashed[1]) == 3


def test_resumed_file_of_another_content_is_fetched_anew() -> None:
    here = world([700_000])
    here.held = {1: ((1, 2),)}
    here.disk.parts = {1: {0: bytes(262144), 2: bytes(700_000 - 524288)}}
    here.disk.resumed = {1}
    here.connect()
    here.run()
    assert here.disk.files == here.contents
    assert here.receiver_end == Outcome(1, 700_000, 0, ("somewhere",))


def test_only_what_has_changed_of_a_file_that_is_here_is_fetched() -> None:
    here = world([1_500_000, 262144])
    content = here.contents[1]
    here.disk.bases = {1: content[:300_000] + b"?" + content[300_001:1_400_000], 2: bytes(262144)}
    here.connect()
    here.run()
    assert here.disk.files == here.contents
    assert here.disk.kept == {(1, 0), (1, 2), (1, 3), (1, 4)}
    assert set(here.asked) == {(1, 1), (1, 5), (2, 0)}
    assert isinstance(here.receiver_end, Outcome)
    assert here.receiver_end.fetched == 262144 + 1_500_000 - 5 * 262144 + 262144


def test_a_sender_that_knows_no_probes_is_asked_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pypeer.transfer.party.CAPS", ())
    here = world([700_000])
    here.disk.bases = {1: here.contents[1]}
    here.connect()
    here.run()
    assert here.disk.files == here.contents
    assert not here.disk.kept


def test_a_sender_that_lies_about_hashes_is_not_asked_for_them_twice() -> None:
    """The root tells that what was here is not what is offered; then all of it is fetched."""
    here = world([700_000])
    here.disk.bases = {1: bytes(700_000)}
    here.disk.resumed = {1}
    honest = here.sender.answer

    def lying(read: Read, result: Chunk | Lost) -> Iterator[frames.Frame]:
        zeros = merkle.chunk_hash(bytes(chunks.chunk_length(700_000, read.chunk)), 700_000)
        for frame in honest(read, result):
            yield frames.End(frame.request, zeros) if isinstance(frame, frames.End) and read.bare else frame

    here.sender.answer = lying  # type: ignore[method-assign]
    here.connect()
    here.run()
    assert here.disk.kept == {(1, 0), (1, 1), (1, 2)}
    assert here.disk.files == here.contents


def test_complete_file_of_an_earlier_run_whose_sender_lost_it() -> None:
    here = world([700_000, 1])
    here.held = {1: ()}
    here.disk.parts = {1: {}}
    here.lost = {1: EndCode.VANISHED}
    here.connect()
    here.run()
    assert here.receiver_end == Outcome(1, 1, 1, ("somewhere",))
    assert here.sender_end == Outcome(1, 1, 1)


def test_a_chunk_that_stays_corrupt_loses_its_file_only() -> None:
    here = world([262145, 5])
    asked: list[int] = []

    def spoil(file: int, chunk: int) -> bool:
        asked.extend([chunk] * (chunk == 1))
        return (file, chunk) == (1, 1)

    here.disk.spoil = spoil
    here.connect()
    here.run()
    assert len(asked) == 3
    assert here.receiver_end == Outcome(1, 5, 1, ("somewhere",))
    failed = [e for e in here.received if isinstance(e, events.FileFailed)]
    assert [(e.path, e.code) for e in failed] == [("top/1", "corrupt")]


def test_a_chunk_that_is_corrupt_once_is_asked_for_again() -> None:
    here = world([262145])
    spoiled = {(1, 0)}
    here.disk.spoil = once(spoiled)
    here.connect()
    here.run()
    assert not spoiled
    assert here.disk.files == here.contents


def test_a_root_that_does_not_match_loses_the_file() -> None:
    here = world([262145, 5])
    here.entries[1] = Entry(path="top/1", size=262145, root="0" * 64)
    here.hashed = {1: {0: b"", 1: b"", 9: b""}}
    here.connect()
    here.run()
    assert here.receiver_end == Outcome(1, 5, 1, ("somewhere",))


def test_a_file_that_cannot_be_written_is_lost_once() -> None:
    here = world([700_000, 5])
    here.disk.refuses = {1}
    here.connect()
    while len(here.todo) < 3:
        next(choice for choice in here.choices() if choice != here._store)()
    here.run()
    assert here.receiver_end == Outcome(1, 5, 1, ("somewhere",))
    assert here.disk.discarded == {1}


def test_full_disk_ends_both() -> None:
    here = world([700_000])
    here.disk.full_after = 1
    here.connect()
    here.run()
    for end in (here.sender_end, here.receiver_end):
        assert isinstance(end, TransferError)
        assert end.code == EndCode.NO_SPACE
    assert here.disk.files == {}


FAULTS = st.sampled_from(["go", "go", "go", "go", "go", "go", "go", "go", "cut", "pause", "resume"])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_interleaving(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.sampled_from(SIZES), min_size=1, max_size=5), "sizes")
    here = world(sizes, roots=data.draw(st.booleans(), "roots"))
    files = st.integers(1, len(sizes))
    here.lost = dict.fromkeys(data.draw(st.sets(files, max_size=1), "lost"), EndCode.CHANGED)
    here.disk.refuses = data.draw(st.sets(files, max_size=1), "unwritable")
    spoiled = data.draw(st.sets(st.tuples(files, st.integers(0, 2)), max_size=2), "spoiled")
    here.disk.spoil = once(spoiled)
    for _ in range(data.draw(st.integers(0, 60), "length")):
        happen(here, data)
    finish(here)
    check(here)


def happen(here: World, data: st.DataObject) -> None:
    here.now += data.draw(st.sampled_from([0.0, 0.1, 1.0]))
    match data.draw(FAULTS):
        case "go":
            if choices := here.choices():
                data.draw(st.sampled_from(choices), "what")()
        case "cut":
            here.cut() if here.up else here.connect(data.draw(st.sampled_from([16384, 65536, 300_000])))
        case "pause":
            here.pause(at_sender=data.draw(st.booleans()))
        case _:
            here.resume()
    here.at_receiver(here.receiver.tick(here.now))


def finish(here: World) -> None:
    here.resume()
    here.run()
    if here.receiver_end is None:
        here.connect()
        here.run()


def check(here: World) -> None:
    """Everything is there and right, or is reported; only `done` may be lost, on a link that breaks just then."""
    assert isinstance(here.receiver_end, Outcome)
    assert all(here.contents[file] == data for file, data in here.disk.files.items())
    failed = [e.path for e in here.received if isinstance(e, events.FileFailed)]
    arrived = [here.entries[file].path for file in here.disk.files]
    assert sorted(failed + arrived) == sorted(here.entries[file].path for file in here.contents)
    assert here.receiver_end.failed == len(failed)
    assert here.receiver_end.bytes == sum(map(len, here.disk.files.values()))
    window = here.receiver._fetching._pulling.window
    assert (window.bytes, window.requests) == (0, 0)
    assert here.sender_end in (None, Outcome(len(arrived), here.receiver_end.bytes, len(failed)))
    times = [e for e in here.received if isinstance(e, events.Progress)]
    assert all(0 <= e.bytes <= e.total for e in times)


def test_recorded_sessions_are_what_the_code_says() -> None:
    assert json.loads(make_sessions.FILE.read_text("utf-8")) == make_sessions.build()


def test_what_turns_out_to_differ_of_a_file_that_is_lost_is_not_fetched() -> None:
    here = world([700_000])
    here.disk.bases = {1: bytes(700_000)}
    here.connect()
    while not any(isinstance(effect, Reuse) for effect in here.todo):
        here.choices()[0]()
    here.at_receiver(here.receiver.stored(Lost(1, EndCode.UNWRITABLE, "no"), here.now))
    here.run()
    assert not here.asked
    assert here.receiver_end == Outcome(0, 0, 1, ("somewhere",))
