"""What a connection says: its form, its numbers, how much of it, and what becomes of faults."""

import pytest

from signaling.core.policy import Policy
from signaling.protocol import limits
from signaling.protocol.codes import CloseCode, ErrorCode
from signaling.protocol.encoding import b64
from signaling.protocol.messages import Error, Ping, Pong
from signaling.protocol.rendezvous import Knock, Left, Open, Opened, Shut
from tests.support.scene import Scene, hello, run


@pytest.mark.parametrize(
    "text", ["", "hello", "[]", '{"t":1}', "\ud800".encode("utf-8", "surrogatepass").decode("latin1")]
)
def test_what_is_no_message_closes_at_once(scene: Scene, text: str) -> None:
    guest = scene.guest()
    scene.say(guest.connection, text)
    assert scene.closed[guest.connection] is CloseCode.MALFORMED


def test_a_message_may_be_as_large_as_allowed_and_no_larger(scene: Scene) -> None:
    guest = scene.guest()
    ping = '{"t":"ping","seen":0,"pad":""}'
    scene.say(guest.connection, ping.replace('""', f'"{"x" * (limits.MESSAGE_BYTES - len(ping))}"'))
    assert guest.take() == [Pong(received=0)]
    scene.say(guest.connection, ping.replace('""', f'"{"x" * (limits.MESSAGE_BYTES - len(ping) + 1)}"'))
    assert scene.closed[guest.connection] is CloseCode.MALFORMED


def test_what_arrives_while_closing_is_not_looked_at(scene: Scene) -> None:
    guest = scene.guest()
    scene.say(guest.connection, "nonsense")
    scene.say(guest.connection, Open(id=1))
    run(scene.hub.close(guest.connection, CloseCode.INTERNAL, scene.now))
    assert scene.take(guest.connection) == []
    guest.lose()
    run(scene.hub.close(guest.connection, CloseCode.INTERNAL, scene.now))


def test_an_unknown_type_is_answered_and_the_connection_stays(scene: Scene) -> None:
    guest = scene.guest()
    scene.say(guest.connection, '{"t":"fly","id":1}')
    guest.asked = 1
    [error] = guest.take()
    assert isinstance(error, Error)
    assert (error.code, error.re, error.seq) == (ErrorCode.UNKNOWN_TYPE, 1, 1)
    assert isinstance(guest.ask(Open(id=1)), Opened)


def test_a_bad_message_uses_up_its_number_if_it_has_the_next(scene: Scene) -> None:
    guest = scene.guest()
    for text in ('{"t":"knock","id":7,"locator":"1"', '{"t":"knock","id":true,"locator":"x"}', '{"t":"knock","id":7}'):
        scene.say(guest.connection, text if text.endswith("}") else f'{text},"locator":1}}')
        [error] = guest.take()
        assert isinstance(error, Error)
        assert (error.code, error.re) == (ErrorCode.BAD_MESSAGE, None)
    scene.say(guest.connection, '{"t":"knock","id":1,"locator":"x"}')
    [error] = guest.take()
    assert isinstance(error, Error)
    assert (error.code, error.re) == (ErrorCode.BAD_MESSAGE, 1)


def test_a_number_that_is_not_the_next_is_out_of_order(scene: Scene) -> None:
    guest = scene.guest()
    scene.say(guest.connection, Open(id=2))
    [error] = guest.take()
    assert isinstance(error, Error)
    assert (error.code, error.re, error.seq) == (ErrorCode.OUT_OF_ORDER, None, 1)


def test_a_request_that_came_twice_takes_effect_once(scene: Scene) -> None:
    guest = scene.guest()
    guest.open()
    scene.say(guest.connection, Open(id=1))
    assert guest.take() == []


def test_a_second_hello_is_out_of_order(scene: Scene) -> None:
    guest = scene.guest()
    scene.say(guest.connection, hello(guest.identity, b64(bytes(32))))
    [error] = guest.take()
    assert isinstance(error, Error)
    assert error.code is ErrorCode.OUT_OF_ORDER
    assert guest.connection not in scene.closed


def test_too_many_faults_close_the_connection() -> None:
    scene = Scene(Policy(error_budget=3))
    guest = scene.guest()
    for _ in range(4):
        assert guest.connection not in scene.closed
        scene.say(guest.connection, '{"t":"fly"}')
    assert scene.closed[guest.connection] is CloseCode.ERRORS


def test_faults_are_forgiven_with_time() -> None:
    scene = Scene(Policy(error_budget=3))
    guest = scene.guest()
    for _ in range(20):
        scene.say(guest.connection, '{"t":"fly"}')
        scene.wait(5)
    assert guest.connection not in scene.closed


def test_too_many_messages_are_refused_then_closed() -> None:
    scene = Scene(Policy(request_rate=1, error_budget=2))
    guest = scene.guest()
    answers = [guest.ask(Shut(id=1, locator="5")) for _ in range(7)]
    assert [isinstance(a, Error) and a.code for a in answers] == [ErrorCode.UNKNOWN_LOCATOR] * 4 + [
        ErrorCode.RATE_LIMITED
    ] * 3
    limited = answers[-1]
    assert isinstance(limited, Error)
    assert limited.retry
    assert limited.wait == 1
    scene.say(guest.connection, Ping(seen=0))
    assert scene.closed[guest.connection] is CloseCode.RATE


def test_who_is_above_its_rate_is_read_later() -> None:
    scene = Scene(Policy(request_rate=1))
    guest = scene.guest()
    waits = []
    for _ in range(6):
        waits.append(scene.hub.throttle(guest.connection, scene.now))
        scene.wait(waits[-1])
        answer = guest.ask(Shut(id=1, locator="5"))
        assert isinstance(answer, Error)
        assert answer.code is ErrorCode.UNKNOWN_LOCATOR
    assert waits == [0, 0, 0, 0, pytest.approx(1), pytest.approx(1)]


def test_who_would_have_to_wait_for_long_is_refused_instead() -> None:
    scene = Scene(Policy(request_rate=0.5))
    guest = scene.guest()
    for _ in range(2):
        guest.ask(Shut(id=1, locator="5"))
    assert scene.hub.throttle(guest.connection, scene.now) == 0
    answer = guest.ask(Shut(id=1, locator="5"))
    assert isinstance(answer, Error)
    assert answer.code is ErrorCode.RATE_LIMITED


def test_who_has_not_signed_in_is_read_at_once() -> None:
    scene = Scene(Policy(request_rate=1))
    assert scene.hub.throttle(scene.connect(), scene.now) == 0


def test_waiting_as_told_is_enough() -> None:
    scene = Scene(Policy(request_rate=1))
    guest = scene.guest()
    for _ in range(100):
        answer = guest.ask(Shut(id=1, locator="5"))
        assert isinstance(answer, Error)
        if answer.code is ErrorCode.RATE_LIMITED:
            scene.wait(answer.wait or 0)


def test_a_ping_is_answered_with_what_took_effect(scene: Scene) -> None:
    guest = scene.guest()
    guest.open()
    scene.say(guest.connection, Ping(seen=1))
    assert guest.take() == [Pong(received=1)]


def test_a_failure_of_the_server_is_told_and_survived(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = scene.guest()

    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(scene.hub.sessions.engine, "find", fail)
        answer = guest.ask(Knock(id=1, locator="5"))
    assert isinstance(answer, Error)
    assert answer.code is ErrorCode.INTERNAL
    assert answer.retry
    assert isinstance(scene.faults[0], ZeroDivisionError)
    assert guest.open()


def test_who_is_silent_is_closed_and_who_pings_is_not(scene: Scene) -> None:
    silent, lively = scene.guest(), scene.guest()
    for _ in range(3):
        scene.wait(limits.PING_S)
        if lively.connection not in scene.closed:
            lively.acknowledge()
    assert scene.closed == {silent.connection: CloseCode.IDLE}


def test_what_is_meant_for_nobody_is_dropped(scene: Scene) -> None:
    guest = scene.guest()
    run(scene.hub.sessions.engine.deliver("nobody", Left(seq=0, pair="x")))
    assert guest.pushes() == []


def test_a_log_line_can_show_where_things_stand(scene: Scene) -> None:
    guest = scene.guest()
    guest.open()
    connection = scene.hub._connections[guest.connection]
    shown = f"<Session {guest.welcome.session} READY received=1 sent=1>"
    assert repr(connection) == f"<Connection {guest.connection} READY {shown}>"
