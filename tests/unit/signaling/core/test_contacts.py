"""The rules of contacts: who can be called, by whom, and what those who cannot be are told of."""

from signaling.core.effects import Tally
from signaling.core.policy import Policy
from signaling.core.session import Session
from signaling.core.sessions import Relaying
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.contacts import Call, Called, Wait, ring_of
from signaling.protocol.encoding import b64
from signaling.protocol.messages import Bye, Error, Ok, Request
from signaling.protocol.rendezvous import Leave, Left, Met, Signal, Signaled
from tests.support.scene import Guest, Scene


def token(number: int) -> str:
    return b64(number.to_bytes(limits.CALL_TOKEN_BYTES))


def call(callee: Guest, number: int) -> Call:
    return Call(id=1, ring=ring_of(token(number), callee.key))


def failure(guest: Guest, request: Request) -> Error:
    answer = guest.ask(request)
    assert isinstance(answer, Error), answer
    return answer


def wait(guest: Guest, *numbers: int) -> None:
    assert isinstance(guest.ask(Wait(id=1, tokens=tuple(token(number) for number in numbers))), Ok)
    guest.pushes()


def called(guest: Guest) -> list[tuple[str, str]]:
    return [(each.token, each.peer) for each in guest.pushes() if isinstance(each, Called)]


def is_here(caller: Guest, callee: Guest, number: int) -> bool:
    answer = caller.ask(call(callee, number))
    if isinstance(answer, Met):
        assert isinstance(caller.ask(Leave(id=1, pair=answer.pair)), Ok)
        return True
    assert isinstance(answer, Error)
    assert (answer.code, answer.retry, answer.wait) == (ErrorCode.NOT_HERE, False, None)
    return False


def test_who_waits_is_called_and_the_two_can_talk() -> None:
    def relays(_session: Session, _pair: str, member: str) -> Relaying:
        return Relaying(ticket=f"ticket of {member}")

    scene = Scene(relays=relays)
    bob, ada = scene.guest(), scene.guest()
    assert ada.welcome.caps == (limits.CAP_CONTACTS, limits.CAP_DELEGATES)
    wait(bob, 1, 2)
    met = ada.ask(call(bob, 2))
    assert isinstance(met, Met)
    assert (met.peer, met.relay) == (bob.key, "ticket of a")
    push = Called(seq=bob.seen + 1, pair=met.pair, token=token(2), peer=ada.key, relay="ticket of b")
    assert bob.pushes() == [push]
    for body in ("x", "y", "z", "z"):
        assert isinstance(bob.ask(Signal(id=1, pair=met.pair, body=body)), Ok)
    assert isinstance(ada.pushes()[-1], Signaled)
    assert isinstance(ada.ask(Leave(id=1, pair=met.pair)), Ok)
    assert isinstance(bob.pushes()[-1], Left)
    assert (scene.counts[Tally.PAIRS, ""], scene.counts[Tally.CALLS, "met"]) == (1, 1)


def test_a_new_list_is_in_the_place_of_the_one_before() -> None:
    scene = Scene()
    bob, ada = scene.guest(), scene.guest()
    wait(bob, 1, 2, 2)
    assert len(scene.hub.sessions.contacts) == 2
    wait(bob, 2, 3)
    assert [is_here(ada, bob, number) for number in (1, 2, 3)] == [False, True, True]
    assert called(bob) == [(token(2), ada.key), (token(3), ada.key)]
    wait(bob)
    assert not is_here(ada, bob, 2)
    assert len(scene.hub.sessions.contacts) == 0
    assert scene.counts[Tally.CALLS, "not-here"] == 2


def test_of_several_programs_the_newest_that_is_connected_is_called() -> None:
    scene = Scene()
    old, ada = scene.guest(), scene.guest()
    new = scene.guest(identity=old.identity)
    wait(old, 1)
    wait(new, 1)
    assert is_here(ada, old, 1)
    assert (len(called(old)), len(called(new))) == (0, 1)
    new.lose()
    assert is_here(ada, old, 1)
    assert len(called(old)) == 1
    new.sign_in(resume=True)
    assert is_here(ada, old, 1)
    assert (len(called(old)), len(called(new))) == (0, 1)
    scene.say(new.connection, Bye())
    assert is_here(ada, old, 1)
    assert len(called(old)) == 1
    newest = scene.guest(identity=old.identity)
    wait(newest, 1)
    wait(old, 1)
    assert is_here(ada, old, 1)
    assert (len(called(old)), len(called(newest))) == (1, 0), "who says it again is the newest"


def test_who_has_learnt_a_token_and_has_another_key_is_not_called_instead() -> None:
    scene = Scene()
    bob, eve, ada = scene.guest(), scene.guest(), scene.guest()
    wait(bob, 1)
    wait(eve, 1)
    assert is_here(ada, bob, 1)
    assert (called(bob), called(eve)) == ([(token(1), ada.key)], [])
    wait(bob)
    assert not is_here(ada, bob, 1)
    assert called(eve) == [], "nor does it learn who calls"


def test_whoever_is_away_gone_full_or_the_caller_itself_is_all_the_same() -> None:
    scene = Scene(Policy(pairs_per_session=1))
    bob, ada, eve = scene.guest(), scene.guest(), scene.guest()
    never = failure(ada, call(bob, 1))
    wait(ada, 1)
    assert failure(ada, call(ada, 1)).message == never.message
    wait(ada)
    wait(bob, 1)
    assert isinstance(eve.ask(call(bob, 1)), Met)
    full = failure(ada, call(bob, 1))
    assert (full.code, full.message) == (never.code, never.message)
    bob.lose()
    away = failure(ada, call(bob, 1))
    assert (away.code, away.message, away.retry) == (never.code, never.message, False)
    scene.wait(limits.GRACE_S + 1)
    ada.sign_in()
    assert not is_here(ada, bob, 1)
    assert len(scene.hub.sessions.contacts) == 0


def test_a_new_session_has_to_say_it_again() -> None:
    scene = Scene()
    bob, ada = scene.guest(), scene.guest()
    wait(bob, 1)
    scene.say(bob.connection, Bye())
    bob.sign_in()
    assert not is_here(ada, bob, 1)
    wait(bob, 1)
    assert is_here(ada, bob, 1)


def test_calls_have_rates_of_the_identity_and_of_the_address() -> None:
    scene = Scene(Policy(call_rate=1, call_rate_per_address=2))
    ada, other, bob = scene.guest(), scene.guest(), scene.guest()
    for _ in range(2):
        assert not is_here(ada, bob, 1)
    again = scene.guest("192.0.2.7", ada.identity)
    assert failure(again, call(bob, 1)).code is ErrorCode.RATE_LIMITED
    for _ in range(2):
        assert not is_here(other, bob, 1)
    limited = failure(scene.guest(), call(bob, 1))
    assert (limited.code, limited.retry, limited.wait) == (ErrorCode.RATE_LIMITED, True, 30)
    assert not is_here(scene.guest("192.0.2.8"), bob, 1)
    assert other.open(), "other requests go on"


def test_waiting_has_a_rate_and_a_total_and_a_refused_list_changes_nothing() -> None:
    scene = Scene(Policy(wait_rate=1, waiting_tokens=4))
    bob, eve, ada = scene.guest(), scene.guest("192.0.2.7"), scene.guest()
    wait(bob, 1, 2, 3)
    wait(bob, 3, 2, 1)
    more = Wait(id=1, tokens=(token(3), token(4), token(5)))
    limited = failure(bob, more)
    assert (limited.code, limited.wait) == (ErrorCode.RATE_LIMITED, 60)
    full = failure(eve, Wait(id=1, tokens=(token(6), token(7))))
    assert (full.code, full.retry) == (ErrorCode.TOO_MANY, False)
    assert is_here(ada, bob, 1)
    wait(eve, 6)
    assert len(scene.hub.sessions.contacts) == 4
    scene.now += 60
    bob.sign_in(resume=True)
    assert isinstance(bob.ask(more), Ok)
    assert not is_here(ada, bob, 1)


def test_more_tokens_than_fit_at_once_are_taken_at_once_by_a_server_with_a_low_rate() -> None:
    scene = Scene(Policy(wait_rate=1))
    wait(scene.guest(), *range(limits.WAITING_TOKENS))
