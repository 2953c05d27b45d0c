"""What a receiver of a swarm believes, and of whom it asks what."""

import pytest

from pypeer.protocol import messages
from pypeer.protocol.codes import EndCode
from pypeer.protocol.frames import Data, End, Request, Stop
from pypeer.transfer.asking import Asking
from pypeer.transfer.effects import Effect
from pypeer.transfer.landing import ASKS, WAIT_S
from pypeer.transfer.storing import Corrupt, Discard, Finish, Store, Stored
from pypeer.transfer.subflow import Stage
from tests.support.swarm_fetch import CHUNK, HELPER, OTHER, SENDER, Scene

# --- whose word a hash is


def vouch(here: Scene, digest: bytes = b"h" * 32, root: bytes | None = None) -> tuple[int, int]:
    """The sender tells the hash that it was asked for first."""
    request, key = next(iter(here.flows[SENDER].vouches.items()))
    here.fetch.end(here.flows[SENDER], End(request, digest, root), 0.0)
    return key


def stores(effects: list[Effect]) -> list[tuple[int, bytes]]:
    return [(effect.chunk, effect.hash) for effect in effects if isinstance(effect, Store)]


def test_what_a_helper_sends_is_verified_with_the_hash_of_who_has_all_and_passed_on_at_once() -> None:
    here = Scene(2, vouches=True)
    here.fetch.has(HELPER, [(0, 0, 1)])
    here.pump()
    assert list(here.flows[SENDER].vouches.values()) == [(0, 0)]
    assert here.flows[SENDER].busy
    here.answer(HELPER, b"x" * 32)
    assert stores(here.fetch.effects) == [], "it waits for the hash"
    assert vouch(here, b"h" * 32) == (0, 0)
    assert stores(here.pump()) == [(0, b"h" * 32)]
    here.fetch.stored(Stored(0, 0))
    here.pump()
    assert here.passed == {(0, 0)}


def test_a_hash_may_come_before_its_chunk() -> None:
    here = Scene(2, vouches=True)
    here.fetch.has(HELPER, [(0, 0, 1)])
    here.pump()
    vouch(here)
    assert here.flows[SENDER].vouches == {}
    request = next(iter(here.flows[HELPER].flights.values()))
    here.flows[HELPER].data(Data(request.request, memoryview(bytes(CHUNK))), 0.0)
    here.fetch.end(here.flows[HELPER], End(request.request, b"x" * 32), 0.0)
    assert stores(here.pump()) == [(0, b"h" * 32)]


def test_a_hash_that_is_told_may_bring_the_root() -> None:
    here = Scene(2, vouches=True)
    here.fetch.has(HELPER, [(0, 0, 2)])
    here.pump()
    vouch(here)
    vouch(here, root=b"r" * 32)
    for _ in range(2):
        here.store(HELPER)
    assert Finish(0, b"r" * 32) in here.told


def test_who_sends_what_the_sender_does_not_vouch_for_is_accused() -> None:
    here = Scene(2, vouches=True)
    here.fetch.has(HELPER, [(0, 0, 1)])
    here.pump()
    key = here.answer(HELPER, b"x" * 32)
    vouch(here)
    here.fetch.corrupt(Corrupt(*key))
    here.pump()
    assert here.fetch.trust.accused == [HELPER]
    assert sorted(here.asked(SENDER)) == [0, 1]


def test_a_hash_that_does_not_come_is_not_waited_for_for_long() -> None:
    here = Scene(2, vouches=True)
    here.fetch.has(HELPER, [(0, 0, 1)])
    here.pump()
    here.answer(HELPER)
    here.fetch.pump(list(here.flows.values()), WAIT_S)
    assert stores(here.pump()) == []
    here.fetch.pump(list(here.flows.values()), WAIT_S + 1)
    assert stores(here.pump()) == [(0, b"h" * 32)]
    here.fetch.stored(Stored(0, 0))
    assert vouch(here) == (0, 0)
    here.pump()
    assert here.passed == set(), "it was stored with the word of its helper"


def test_a_hash_is_asked_for_again_on_another_link_or_done_without() -> None:
    here = Scene(2, vouches=True)
    here.fetch.has(HELPER, [(0, 0, 1)])
    here.pump()
    here.answer(HELPER)
    lost = here.flows.pop(SENDER)
    here.fetch.link_lost(lost)
    again = here.flows[9] = Asking(9, 0, 65536, SENDER)
    again.stage, again.can_probe = Stage.SERVING, True
    here.pump()
    assert list(again.vouches.values()) == [(0, 0)]
    del here.flows[9]
    here.fetch.link_lost(again)
    assert stores(here.pump()) == [(0, b"h" * 32)], "there is nobody to ask"


@pytest.mark.parametrize("comes_first", [False, True])
def test_a_sender_that_has_lost_the_file_vouches_for_nothing(comes_first: bool) -> None:
    here = Scene(2, vouches=True)
    here.fetch.has(HELPER, [(0, 0, 1)])
    here.pump()
    if comes_first:
        here.answer(HELPER)
    (request,) = here.flows[SENDER].vouches
    here.fetch.refuse(here.flows[SENDER], messages.Refuse(request=request, code=EndCode.CHANGED))
    assert Discard(0) in here.pump()
    assert here.fetch.tally.failed == 1
    assert here.fetch._pulling.window.requests == 0


def test_another_that_has_all_vouches_where_one_has_lost_the_file() -> None:
    here = Scene(2, vouches=True)
    other = here.flows[9] = Asking(9, 1, 65536, 9)
    other.stage, other.can_probe = Stage.SERVING, True
    here.fetch.has(HELPER, [(0, 0, 1)])
    here.pump()
    (request,) = here.flows[SENDER].vouches
    here.fetch.refuse(here.flows[SENDER], messages.Refuse(request=request, code=EndCode.CHANGED))
    here.answer(HELPER)
    assert stores(here.fetch.effects) == []
    assert here.fetch.tally.failed == 0
    assert stores(here.told) == [(0, b"h" * 32)]


def test_only_so_many_hashes_are_asked_for_at_once() -> None:
    here = Scene(ASKS + 40, vouches=True)
    here.fetch.trust.know(here.flows)
    for chunk in range(ASKS + 40):
        here.fetch._landing.asked(here.flows[HELPER], Request(chunk, 0, chunk))
    here.fetch._landing.asked(here.flows[HELPER], Request(0, 0, 0))
    here.fetch._landing.asked(here.flows[HELPER], Stop(0))
    here.fetch._landing.asked(here.flows[SENDER], Request(0, 0, 1))
    here.pump()
    assert len(here.flows[SENDER].vouches) == ASKS


# --- how requests are shared among sender and helpers


def test_what_a_helper_turns_out_to_have_is_taken_back_from_the_sender() -> None:
    here = Scene(6)
    here.pump()
    first, *others = here.asked(SENDER)
    assert others
    kept = others.pop()
    here.fetch.has(HELPER, [(0, chunk, chunk + 1) for chunk in range(6) if chunk != kept])
    here.pump()
    assert here.asked(SENDER)[:2] == [first, kept], "one may be on its way, the other is nowhere else"
    assert not set(others) & set(here.asked(SENDER))
    assert set(others) & set(here.asked(HELPER))


def test_a_sender_that_is_much_quicker_is_asked_for_what_helpers_have() -> None:
    here = Scene(40)
    here.fetch.has(HELPER, [(0, 0, 40)])
    here.flows[HELPER].pace._best = 1e4
    here.flows[SENDER].pace._best = 1e8
    here.pump()
    assert here.asked(SENDER)
    slow = Scene(40)
    slow.fetch.has(HELPER, [(0, 0, 40)])
    slow.flows[HELPER].pace._best, slow.flows[SENDER].pace._best = 1e6, 5e5
    slow.pump()
    assert not slow.asked(SENDER)


def test_what_only_the_sender_has_is_awaited_there_though_it_is_slow() -> None:
    here = Scene(3)
    here.fetch.has(HELPER, [(0, 0, 1)])
    here.pump()
    assert sorted(here.asked(SENDER)) == [1, 2]
    here.answer(HELPER)
    for now in (20.0, 40.0):
        here.fetch.pump(list(here.flows.values()), now)
        assert sorted(here.asked(SENDER)) == [1, 2]
    here.fetch.has(OTHER, [(0, 1, 2)])
    here.fetch.pump(list(here.flows.values()), 60.0)
    assert here.asked(OTHER) == [1]
    assert here.asked(SENDER) == [2]
