"""A file of which everything has come: what becomes of it when those who had it are gone before it has its name."""

from typing import Final

import pytest

from pypeer.protocol import frames, messages
from pypeer.protocol.codes import EndCode
from pypeer.transfer import merkle
from pypeer.transfer.asking import Asking
from pypeer.transfer.effects import Send
from pypeer.transfer.fetch import Fetch, Status
from pypeer.transfer.finishing import FILES, WAIT_S, Finishing
from pypeer.transfer.storing import Discard, Finish, Finished, Lost, Stale, Store, Stored
from pypeer.transfer.subflow import Stage

DATA: Final = b"hello"
HASH: Final = merkle.chunk_hash(DATA, len(DATA))
ENTRY: Final = messages.Entry(path="a", size=len(DATA), root=HASH.hex())


def serving(source: int) -> Asking:
    flow = Asking(source, 0, 65536, source)
    flow.stage = Stage.SERVING
    return flow


def naming() -> Fetch:
    """Source 0 has it no more, source 1 has sent it all, and the store is to finish it."""
    flows = {source: serving(source) for source in (0, 1)}
    fetch = Fetch([ENTRY], {}, flows)
    fetch.pump([flows[0]], 0)
    [request] = [e.frame.request for e in fetch.effects if isinstance(e, Send) and isinstance(e.frame, frames.Request)]
    fetch.pump(list(flows.values()), 0)
    fetch.refuse(flows[0], messages.Refuse(request=request, code=EndCode.CHANGED))
    fetch.effects = []
    fetch.pump([flows[1]], 0)
    [request] = [e.frame.request for e in fetch.effects if isinstance(e, Send) and isinstance(e.frame, frames.Request)]
    flows[1].data(frames.Data(request, memoryview(DATA)), 0)
    fetch.end(flows[1], frames.End(request, HASH), 0)
    assert any(isinstance(effect, Store) for effect in fetch.effects)
    fetch.effects = []
    fetch.stored(Stored(0, 0))
    assert fetch.take(0) == [Finish(0, HASH)]
    return fetch


def test_it_is_not_lost_with_the_last_who_had_it() -> None:
    fetch = naming()
    fetch.forsake(1)
    assert not any(isinstance(effect, Discard) for effect in fetch.effects)
    fetch.finished(Finished(0))
    assert (fetch.tally.stored_files, fetch.tally.failed, fetch.tally.settled) == (1, 0, True)


def test_if_it_does_not_match_then_it_is_lost() -> None:
    fetch = naming()
    fetch.forsake(1)
    fetch.stale(Stale(0, resumed=True))
    assert (fetch.tally.failed, fetch.tally.settled) == (1, True)
    assert fetch._status[0] == Status.LOST
    assert any(isinstance(effect, Discard) for effect in fetch.effects)


def test_so_it_is_if_whoever_lied_was_the_last_who_had_it() -> None:
    fetch = naming()
    fetch.stale(Stale(0, resumed=False))
    assert fetch.trust.accused == [1]
    assert (fetch.tally.failed, fetch.tally.settled) == (1, True)


@pytest.mark.parametrize("gone", [False, True])
def test_it_is_if_it_cannot_have_its_name(gone: bool) -> None:
    fetch = naming()
    if gone:
        fetch.forsake(1)
    fetch.unstorable(Lost(0, EndCode.UNWRITABLE, "no"))
    assert (fetch.tally.failed, fetch.tally.settled) == (1, True)


def test_files_that_are_complete_wait_for_each_other_while_more_comes() -> None:
    waiting = Finishing()
    assert waiting.take(is_busy=True, now=0) == []
    waiting.put(0, HASH)
    assert waiting.take(is_busy=True, now=1) == []
    waiting.put(1, HASH)
    assert waiting.take(is_busy=True, now=1 + WAIT_S / 2) == []
    assert waiting.take(is_busy=True, now=1 + WAIT_S) == [Finish(0, HASH), Finish(1, HASH)]
    waiting.put(2, HASH)
    assert waiting.take(is_busy=True, now=1 + WAIT_S) == []
    assert waiting.take(is_busy=False, now=1 + WAIT_S) == [Finish(2, HASH)], "nothing more comes soon"


def test_not_too_many_wait() -> None:
    waiting = Finishing()
    for file in range(FILES):
        assert waiting.take(is_busy=True, now=0) == []
        waiting.put(file, HASH)
    assert len(waiting.take(is_busy=True, now=0)) == FILES
