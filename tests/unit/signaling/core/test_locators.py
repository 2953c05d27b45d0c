"""Locators: who gets which, for how long, and who gets it afterwards."""

import pytest

from pypeer.identity import Identity
from signaling.core.policy import Policy
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.messages import Ok
from signaling.protocol.rendezvous import Knock, Knocked, Lapsed, Met, Open, Opened, Shut, Signal
from tests.support.scene import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene(Policy(knock_rate=1000, open_rate=100_000, request_rate=100_000, locators_per_session=100_000))


def test_locators_are_short_and_differ_and_grow_when_a_third_is_taken(scene: Scene) -> None:
    guest = scene.guest()
    locators = [guest.open() for _ in range(450)]
    assert len(set(locators)) == 450
    assert all(1 <= int(locator) <= 999 for locator in locators[:333])
    assert max(int(locator) for locator in locators[333:]) > 999
    assert all(int(locator) <= 9999 for locator in locators)
    assert len({int(locator) // 100 for locator in locators[:333]}) == 10


def test_ttl_is_answered_as_granted() -> None:
    guest = Scene(Policy(ttl=600, max_ttl=900)).guest()
    for asked, granted in ((None, 600), (60, 60), (limits.TTL_MAX_S, 900)):
        answer = guest.ask(Open(id=1, ttl=asked))
        assert isinstance(answer, Opened)
        assert answer.ttl == granted


def test_a_code_lapses_and_its_pairs_go_on(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    locator = sender.open(ttl=30)
    met = receiver.ask(Knock(id=1, locator=locator))
    assert isinstance(met, Met)
    sender.pushes()
    scene.wait(29)
    assert sender.pushes() == []
    scene.wait(1)
    assert sender.pushes() == [Lapsed(seq=3, locator=locator, reason="expired")]
    assert receiver.refused(Knock(id=1, locator=locator)) is ErrorCode.UNKNOWN_LOCATOR
    assert isinstance(receiver.ask(Signal(id=1, pair=met.pair, body="x")), Ok)


def test_a_code_is_dead_at_its_time_even_before_the_clock_comes_round(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    locator = sender.open(ttl=30)
    scene.now += 30
    assert receiver.refused(Knock(id=1, locator=locator)) is ErrorCode.UNKNOWN_LOCATOR


@pytest.mark.parametrize("how", ["shut", "lapse", "end"])
def test_a_freed_locator_is_kept_for_its_key_for_ten_minutes(scene: Scene, how: str) -> None:
    first, other = scene.guest(), scene.guest()
    locator = first.open(ttl=30)
    if how == "shut":
        assert isinstance(first.ask(Shut(id=1, locator=locator)), Ok)
    elif how == "lapse":
        scene.wait(30)
    else:
        first.lose()
        scene.wait(limits.GRACE_S)
        other.sign_in()
    assert other.refused(Open(id=1, locator=locator)) is ErrorCode.LOCATOR_TAKEN
    scene.now += 599
    assert other.refused(Open(id=1, locator=locator)) is ErrorCode.LOCATOR_TAKEN
    again = scene.guest(identity=first.identity)
    assert again.open(locator) == locator


def test_after_quarantine_a_locator_is_anybodys(scene: Scene) -> None:
    first, other = scene.guest(), scene.guest()
    locator = first.open()
    first.ask(Shut(id=1, locator=locator))
    scene.now += 600
    assert other.open(locator) == locator
    assert first.refused(Open(id=1, locator=locator)) is ErrorCode.LOCATOR_TAKEN


def test_a_locator_that_is_held_is_not_given_to_another_key(scene: Scene) -> None:
    first, other = scene.guest(), scene.guest()
    locator = first.open()
    assert other.refused(Open(id=1, locator=locator)) is ErrorCode.LOCATOR_TAKEN


def test_a_locator_moves_to_the_newest_session_of_its_key(scene: Scene) -> None:
    identity = Identity.new()
    old, new, receiver = scene.guest(identity=identity), scene.guest(identity=identity), scene.guest()
    locator = old.open(ttl=30)
    assert new.open(locator) == locator
    assert old.pushes() == [Lapsed(seq=2, locator=locator, reason="moved")]
    receiver.ask(Knock(id=1, locator=locator))
    assert [type(push) for push in new.pushes()] == [Knocked]
    assert old.refused(Shut(id=1, locator=locator)) is ErrorCode.UNKNOWN_LOCATOR
    scene.wait(30)
    old.acknowledge()
    assert old.pushes() == []


def test_opening_the_same_locator_again_sets_its_time_anew(scene: Scene) -> None:
    guest = scene.guest()
    locator = guest.open(ttl=30)
    scene.now += 20
    assert guest.open(locator, ttl=30) == locator
    scene.wait(20)
    assert guest.pushes() == []
    scene.wait(10)
    assert guest.pushes() == [Lapsed(seq=3, locator=locator, reason="expired")]


def test_a_locator_survives_a_restart_if_it_is_free(scene: Scene) -> None:
    assert scene.guest().open("4711") == "4711"


def test_a_shut_code_does_not_lapse_later(scene: Scene) -> None:
    guest = scene.guest()
    guest.ask(Shut(id=1, locator=guest.open(ttl=30)))
    scene.wait(30)
    assert guest.pushes() == []


def test_a_session_holds_only_so_many_codes() -> None:
    guest = Scene(Policy(locators_per_session=2)).guest()
    first = guest.open()
    guest.open()
    assert guest.refused(Open(id=1)) is ErrorCode.TOO_MANY
    assert guest.open(first) == first
    guest.ask(Shut(id=1, locator=first))
    guest.open()


def test_opening_is_limited_by_address_and_not_by_session() -> None:
    scene = Scene(Policy(open_rate=2))
    first, second, elsewhere = scene.guest("a"), scene.guest("a"), scene.guest("b")
    first.open()
    second.open()
    assert second.refused(Open(id=1)) is ErrorCode.RATE_LIMITED
    elsewhere.open()
    scene.wait(30)
    second.open()


def test_a_full_table_says_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.guest().open("5")
    guest = scene.guest()
    monkeypatch.setattr(scene.random, "randbytes", lambda n: bytes(n - 1) + b"\x04")
    assert guest.refused(Open(id=1)) is ErrorCode.LOCATOR_TAKEN
