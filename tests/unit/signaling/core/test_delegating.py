"""Codes that their owner lets another key serve: who gets the locator, who loses it, and who never does."""

from dataclasses import replace

import pytest

from pypeer.identity import Identity
from signaling.core.policy import Policy
from signaling.engine import memory
from signaling.protocol.codes import ErrorCode
from signaling.protocol.delegation import Delegation
from signaling.protocol.encoding import unb64
from signaling.protocol.messages import Error, Ok
from signaling.protocol.rendezvous import Knock, Lapsed, Met, Open, Opened, Shut, Take
from tests.support.scene import Guest, Scene

DAY_S = 24 * 3600


@pytest.fixture
def scene() -> Scene:
    return Scene(Policy(knock_rate=100_000, open_rate=100_000, request_rate=100_000, locators_per_session=3))


@pytest.fixture
def anna(scene: Scene) -> Guest:
    return scene.guest()


@pytest.fixture
def nas(scene: Scene) -> Guest:
    return scene.guest()


def made(owner: Guest, delegate: Guest, locator: str, number: int = 0, life: float = DAY_S) -> Delegation:
    now = int(owner.scene.wall())
    keys = (unb64(owner.key), unb64(delegate.key))
    return Delegation(*keys, bytes(32), now * 1000 + number, int(now + life), locator)


def text(delegation: Delegation, signer: Guest) -> str:
    return delegation.text(signer.identity.sign(delegation.statement))


def take(guest: Guest, delegation: str) -> Opened | ErrorCode:
    answer = guest.ask(Take(id=1, delegation=delegation))
    assert isinstance(answer, Opened | Error)
    return answer.code if isinstance(answer, Error) else answer


def handed(anna: Guest, nas: Guest, locator: str, number: int = 0) -> Opened | ErrorCode:
    return take(nas, text(made(anna, nas, locator, number), anna))


def knocks(scene: Scene, locator: str) -> str | ErrorCode:
    answer = scene.guest().ask(Knock(id=1, locator=locator))
    assert isinstance(answer, Met | Error)
    return answer.code if isinstance(answer, Error) else answer.peer


def test_whoever_is_delegated_takes_the_code_over(scene: Scene, anna: Guest, nas: Guest) -> None:
    locator = anna.open()
    opened = handed(anna, nas, locator)
    assert isinstance(opened, Opened)
    assert opened.locator == locator
    assert opened.ttl == DAY_S
    assert anna.pushes() == [Lapsed(seq=2, locator=locator, reason="moved")]
    assert knocks(scene, locator) == nas.key
    assert isinstance(anna.ask(Shut(id=1, locator=locator)), Error)
    assert knocks(scene, locator) == nas.key


def test_its_life_is_bounded_by_the_server_and_the_wish(anna: Guest, nas: Guest) -> None:
    locator = anna.open()
    long = text(made(anna, nas, locator, life=20 * DAY_S), anna)
    opened = take(nas, long)
    assert isinstance(opened, Opened)
    assert opened.ttl == 7 * DAY_S
    answer = nas.ask(Take(id=1, delegation=long, ttl=60))
    assert isinstance(answer, Opened)
    assert answer.ttl == 60


def test_a_stranger_takes_nothing(scene: Scene, anna: Guest, nas: Guest) -> None:
    """Neither with what it has signed itself, nor with what was signed for another or for another code."""
    locator, stranger = anna.open(), scene.guest()
    assert take(stranger, text(made(anna, stranger, locator), stranger)) is ErrorCode.BAD_DELEGATION
    assert take(stranger, text(made(stranger, stranger, locator), stranger)) is ErrorCode.LOCATOR_TAKEN
    assert take(stranger, text(made(anna, nas, locator), anna)) is ErrorCode.BAD_DELEGATION
    other = made(anna, nas, "999")
    moved = replace(other, locator=locator).text(anna.identity.sign(other.statement))
    assert take(nas, moved) is ErrorCode.BAD_DELEGATION
    assert take(nas, text(made(anna, nas, locator, life=-DAY_S), anna)) is ErrorCode.BAD_DELEGATION
    assert take(nas, "A" * 238) is ErrorCode.BAD_DELEGATION
    assert knocks(scene, locator) == anna.key


def test_of_two_delegates_the_later_one_has_it(scene: Scene, anna: Guest, nas: Guest) -> None:
    locator, other = anna.open(), scene.guest()
    first = text(made(anna, nas, locator, 1), anna)
    assert isinstance(take(nas, first), Opened)
    assert isinstance(handed(anna, other, locator, 2), Opened)
    assert nas.pushes() == [Lapsed(seq=2, locator=locator, reason="moved")]
    assert take(nas, first) is ErrorCode.BAD_DELEGATION
    assert knocks(scene, locator) == other.key


def test_what_its_owner_takes_back_is_void(scene: Scene, anna: Guest, nas: Guest) -> None:
    locator = anna.open()
    first = text(made(anna, nas, locator, 1), anna)
    assert isinstance(take(nas, first), Opened)
    assert isinstance(anna.ask(Open(id=1, locator=locator)), Opened)
    assert nas.pushes() == [Lapsed(seq=2, locator=locator, reason="moved")]
    assert take(nas, first) is ErrorCode.BAD_DELEGATION
    assert isinstance(anna.ask(Shut(id=1, locator=locator)), Ok)
    scene.wait(scene.hub._policy.quarantine + 1)
    back = scene.guest(identity=nas.identity)
    assert take(back, first) is ErrorCode.BAD_DELEGATION
    assert isinstance(handed(anna, back, locator, 2), Opened)


def test_it_outlives_the_session_of_its_owner_and_its_own(scene: Scene, anna: Guest, nas: Guest) -> None:
    """A machine may be off for a while: the code leads to nobody then, and to no stranger."""
    locator = anna.open()
    delegation = text(made(anna, nas, locator), anna)
    assert isinstance(take(nas, delegation), Opened)
    for guest in (anna, nas):
        guest.lose()
    scene.wait(scene.hub._policy.quarantine + 100)
    assert knocks(scene, locator) is ErrorCode.UNKNOWN_LOCATOR
    taken = scene.guest().ask(Open(id=1, locator=locator))
    assert isinstance(taken, Error)
    assert taken.code is ErrorCode.LOCATOR_TAKEN
    back = scene.guest(identity=nas.identity)
    assert isinstance(take(back, delegation), Opened)
    assert knocks(scene, locator) == nas.key


def test_a_server_that_has_forgotten_everything_believes_the_signature(anna: Guest, nas: Guest) -> None:
    assert isinstance(handed(anna, nas, "4711"), Opened)


def test_freed_locators_are_not_kept_without_bound(
    scene: Scene, anna: Guest, nas: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "LASTING", 0)
    locator = anna.open()
    assert isinstance(handed(anna, nas, locator), Opened)
    nas.ask(Shut(id=1, locator=locator))
    scene.wait(scene.hub._policy.quarantine + 1)
    assert isinstance(scene.guest().ask(Open(id=1, locator=locator)), Opened)


def test_a_delegate_holds_as_many_codes_as_anybody(anna: Guest, nas: Guest) -> None:
    for _ in range(3):
        nas.open()
    assert handed(anna, nas, anna.open()) is ErrorCode.TOO_MANY


def test_taking_counts_as_opening(scene: Scene) -> None:
    scene = Scene(Policy(open_rate=1))
    anna, nas = scene.guest("192.0.2.1"), scene.guest("192.0.2.2", Identity.from_seed(bytes(32)))
    locator = anna.open()
    assert isinstance(handed(anna, nas, locator), Opened)
    assert handed(anna, nas, locator, 1) is ErrorCode.RATE_LIMITED
