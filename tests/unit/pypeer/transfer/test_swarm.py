"""A swarm: who is told of whom, and what senders, helpers and receivers say to each other."""

import random
from collections import Counter, deque
from typing import Final

from hypothesis import example, given
from hypothesis import strategies as st

from pypeer.errors import TransferError
from pypeer.protocol import limits, messages
from pypeer.protocol.codes import EndCode
from pypeer.protocol.frames import Data, End, Probe, Request
from pypeer.transfer.effects import Dismiss, Effect, Found, Read, Send
from pypeer.transfer.effects import End as EndEffect
from pypeer.transfer.receiver import Receiver
from pypeer.transfer.sender import Sender
from pypeer.transfer.storing import Stored
from pypeer.transfer.swarm import FEW, Seeding, Swarm
from pypeer.transfer.telling import GONE, HOPE_S
from tests.support.swarm_fetch import CHUNK, HELPER, SENDER
from tests.unit.pypeer.transfer.test_several_links import on, sent

HELLO: Final = messages.Hello(v=limits.VERSION, client="t", frame=65536)


def test_members_are_told_of_each_other() -> None:
    swarm = Swarm[str]()
    assert swarm.helps("a", "1-a") == []
    assert sorted(swarm.helps("b", "2-b")) == [("a", "2-b"), ("b", "1-a")]
    assert swarm.helps("b", "2-b") == [], "it is known already"
    swarm.leaves("a")
    assert sorted(swarm.helps("c", "3-c")) == [("b", "3-c"), ("c", "2-b")]
    swarm.leaves("nobody")


@example([*((True, member) for member in range(5)), (False, 4), (True, 5)])  # two are told of less often again
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=60))
def test_who_is_told_of_whom(steps: list[tuple[bool, int]]) -> None:
    """Nobody of itself, of too many, or of one twice; whoever is new is told of those that the fewest were told of."""
    swarm = Swarm[int]()
    told: dict[int, list[str]] = {}
    for helps, member in steps:
        if helps and member not in told:
            uses = Counter({str(each): 0 for each in told})
            uses.update(code for codes in told.values() for code in codes)
            told[member] = []
            for whom, code in swarm.helps(member, str(member)):
                assert code != str(whom)
                told[whom].append(code)
            assert sorted(uses[code] for code in told[member]) == sorted(uses.values())[:FEW]
        elif not helps:
            swarm.leaves(member)
            told.pop(member, None)
            for codes in told.values():
                if str(member) in codes:
                    codes.remove(str(member))
        for codes in told.values():
            assert len(codes) <= limits.HELPERS
            assert len(set(codes)) == len(codes)


def test_who_was_told_of_those_that_have_left_is_told_of_others() -> None:
    swarm = Swarm[str]()
    swarm.helps("a", "1-a")
    for number in range(2 * limits.HELPERS):
        assert ("a", f"{number}-b") in swarm.helps(f"b{number}", f"{number}-b")
        swarm.leaves(f"b{number}")


def test_helpers_are_used_evenly() -> None:
    swarm = Swarm[int]()
    tells = [tell for member in range(10) for tell in swarm.helps(member, str(member))]
    uses = [sum(code == str(member) for _, code in tells) for member in range(10)]
    assert min(uses) >= FEW
    assert max(uses) <= limits.HELPERS + FEW


ENTRIES: Final = (messages.Entry(path="f", size=2 * CHUNK),)
OFFER: Final = messages.Offer(files=1, folders=0, bytes=2 * CHUNK, swarm=True)
PART: Final = messages.Offer(files=1, folders=0, bytes=2 * CHUNK, partial=True)
PAGE: Final = messages.Entries(start=0, entries=ENTRIES, last=True)


def fetching() -> Receiver:
    here = Receiver(chance=random.Random(1))
    assert not here.is_swarm
    here.link_up(0, 0, 65536, 0, SENDER)
    on(0, here, HELLO, OFFER, PAGE)
    here.examined(None, 0)
    here.decided(True, 0)
    here.prepared({}, 0)
    return here


def said(effects: list[Effect], kind: type) -> list[object]:
    return [effect.frame for effect in effects if isinstance(effect, Send) and isinstance(effect.frame, kind)]


def test_a_receiver_tells_its_code_on_each_link_to_the_sender() -> None:
    here = fetching()
    assert said(here.help("1-a-b"), messages.Helper) == [messages.Helper(code="1-a-b")]
    here.link_up(1, 0, 65536, 0, SENDER)
    assert said(on(1, here, HELLO, OFFER), messages.Helper) == [messages.Helper(code="1-a-b")]
    assert on(0, here, messages.Helper(code="2-c-d"))[0] == Found("2-c-d")


def test_a_receiver_asks_a_helper_for_what_it_has() -> None:
    here = fetching()
    here.help("1-a-b")
    here.link_up(1, 0, 65536, 0, HELPER)
    effects = on(1, here, HELLO, PART, PAGE)
    assert (1, "Accept") in sent(effects)
    assert not said(effects, messages.Helper), "helpers are told of by the sender"
    assert not here._links[1].flights
    on(1, here, messages.Have(chunks=(0, 0, 2)))
    assert here._fetching.trust.holdings.has(HELPER, 0, 1)
    effects = on(1, here, messages.Have(chunks=(0, 0)))
    assert [effect.source for effect in effects if isinstance(effect, Dismiss)] == [HELPER]


def ends(effects: list[Effect]) -> list[str]:
    return [str(effect.result) for effect in effects if isinstance(effect, EndEffect)]


def with_helper() -> Receiver:
    """A receiver that has a helper with half of a file, and no sender any more."""
    here = fetching()
    here.link_up(1, 0, 65536, 0, HELPER)
    on(1, here, HELLO, PART, PAGE)
    here.source_lost(SENDER, TransferError("gone", EndCode.VANISHED), 0)
    here.link_lost(0, 0)
    return here


def test_when_the_sender_is_gone_those_who_help_are_waited_for_but_not_for_ever() -> None:
    here = with_helper()
    assert ends(here.tick(1)) == []
    assert ends(here.tick(1 + HOPE_S)) == []
    effects = here.tick(2 + HOPE_S)
    assert ends(effects) == [GONE]
    assert said(effects, messages.Cancel) == [messages.Cancel(message=GONE)]


def test_what_a_helper_still_gets_is_news_and_a_sender_that_may_come_a_reason_to_wait() -> None:
    here = with_helper()
    here.tick(1)
    on(1, here, messages.Have(chunks=(0, 0, 1)))
    assert here._links[1].flights
    assert ends(here.tick(2 + HOPE_S)) == [], "it is on its way"
    here.expect(9)
    on(1, here, Data(0, memoryview(bytes(CHUNK))), End(0, b"h" * 32))
    here.tick(3 + HOPE_S)
    here.stored(Stored(0, 0), 0)
    for now in (100, 300, 500):
        assert ends(here.tick(now)) == []


def test_who_has_all_does_not_tell_what_it_has() -> None:
    (end,) = [each for each in on(0, fetching(), messages.Have(chunks=(0, 0, 1))) if isinstance(each, EndEffect)]
    assert getattr(end.result, "code", "") == EndCode.PROTOCOL


def serving(offer: messages.Offer, held: list[tuple[int, int, int]]) -> tuple[Sender, list[Effect]]:
    here = Sender(offer, ENTRIES, held=lambda: held)
    here.link_up(0, 0, 65536, 0)
    on(0, here, HELLO)
    return here, on(0, here, messages.Accept(files=1, bytes=2 * CHUNK))


def test_a_sender_passes_codes_on() -> None:
    here, effects = serving(OFFER, [])
    assert not said(effects, messages.Have)
    assert on(0, here, messages.Helper(code="1-a-b")) == [Found("1-a-b")]
    assert said(here.helper("2-c-d"), messages.Helper) == [messages.Helper(code="2-c-d")]
    here.link_up(1, 0, 65536, 0)
    on(1, here, HELLO)
    effects = on(1, here, messages.Accept(files=1, bytes=2 * CHUNK))
    assert said(effects, messages.Helper) == [messages.Helper(code="2-c-d")]
    here, _ = serving(PART, [])
    assert on(0, here, messages.Helper(code="1-a-b")) == [], "nobody asked for help"


def test_who_was_sent_least_of_is_answered_first() -> None:
    seeding = Seeding()
    reads = [Read(0, number, 0, chunk, number == 3) for number, chunk in enumerate([0, 0, 1, 0])]
    queue = deque(reads)
    assert [seeding.next(queue).request for _ in reads] == [0, 2, 1, 3]
    here = Sender(OFFER, ENTRIES, seeding=Seeding())
    here.link_up(0, 0, 2**20, 0)
    on(0, here, HELLO)
    on(0, here, messages.Accept(files=1, bytes=2 * CHUNK))
    on(0, here, Request(0, 0, 0), Request(1, 0, 1), Probe(2, 0, 0))
    assert [read.request for read in here.take(0, 1, bare=True)] == [2]
    assert [read.request for read in here.take(0, 2 * CHUNK)] == [0, 1]
    assert here.take(0, 1) == here.take(0, 1, bare=True) == []


def test_a_helper_tells_what_it_has_once() -> None:
    held = [(0, 0, 1)]
    here, effects = serving(PART, held)
    assert said(effects, messages.Have) == [messages.Have(chunks=(0, 0, 1))]
    assert here.have() == []
    held[0] = (0, 0, 2)
    assert said(here.have(), messages.Have) == [messages.Have(chunks=(0, 0, 2))]
