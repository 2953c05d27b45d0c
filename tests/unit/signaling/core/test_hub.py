"""Connections: sign-in, numbering, faults, time-outs, resuming, draining."""

import pytest

from pypeer.identity import Identity
from signaling.core.effects import Tally
from signaling.core.names import Names
from signaling.core.policy import Policy
from signaling.protocol import limits
from signaling.protocol.codes import CloseCode, ErrorCode
from signaling.protocol.encoding import b64
from signaling.protocol.fields import Resume
from signaling.protocol.messages import Bye, Error, Ok, Ping, Pong, Restarting
from signaling.protocol.rendezvous import Knock, Left, Met, Open, Opened, Shut, Signal, Signaled
from signaling.protocol.sign_in import Hello, Welcome
from tests.support.scene import HOST, Scene, hello, run


@pytest.fixture
def scene() -> Scene:
    return Scene()


def refused(scene: Scene, connection: int, message: Hello | Open | Ping | str) -> tuple[ErrorCode, CloseCode]:
    scene.say(connection, message)
    [error] = scene.take(connection)
    assert isinstance(error, Error)
    assert error.seq is None
    return error.code, scene.closed[connection]


def test_sign_in_tells_the_timers_and_a_token(scene: Scene) -> None:
    guest = scene.guest()
    assert guest.welcome == Welcome(
        session=guest.welcome.session,
        token=guest.welcome.token,
        resumed=False,
        received=0,
        ping=limits.PING_S,
        idle=limits.IDLE_S,
        grace=limits.GRACE_S,
        server="byway/test",
        caps=(limits.CAP_CONTACTS, limits.CAP_DELEGATES),
    )
    assert scene.counts[Tally.SIGN_INS, "new"] == 1


def test_each_challenge_is_another(scene: Scene) -> None:
    nonces = {scene.challenge(scene.connect()).nonce for _ in range(20)}
    assert len(nonces) == 20


def test_a_signature_over_another_nonce_is_refused(scene: Scene) -> None:
    first, second = scene.connect(), scene.connect()
    stolen = hello(Identity.new(), scene.challenge(first).nonce)
    scene.challenge(second)
    assert refused(scene, second, stolen) == (ErrorCode.BAD_SIGNATURE, CloseCode.SIGN_IN)


def test_a_signature_by_another_key_is_refused(scene: Scene) -> None:
    connection = scene.connect()
    real = hello(Identity.new(), scene.challenge(connection).nonce)
    forged = Hello(v=1, client="x", key=b64(Identity.new().key), host=real.host, sig=real.sig)
    assert refused(scene, connection, forged) == (ErrorCode.BAD_SIGNATURE, CloseCode.SIGN_IN)


def test_a_sign_in_made_for_another_host_is_refused(scene: Scene) -> None:
    connection = scene.connect()
    message = hello(Identity.new(), scene.challenge(connection).nonce, host="evil.example")
    assert refused(scene, connection, message) == (ErrorCode.WRONG_HOST, CloseCode.SIGN_IN)


def test_behind_a_public_name_only_that_name_counts() -> None:
    scene = Scene(names=Names("share.example.org"))
    connection = scene.connect(host="anything")
    identity = Identity.new()
    scene.say(connection, hello(identity, scene.challenge(connection).nonce, host="Share.Example.org"))
    assert isinstance(scene.take(connection)[0], Welcome)
    other = scene.connect(host="192.168.1.5:8080")
    message = hello(identity, scene.challenge(other).nonce, host="192.168.1.5:8080")
    assert refused(scene, other, message) == (ErrorCode.WRONG_HOST, CloseCode.SIGN_IN)


def test_another_version_is_refused(scene: Scene) -> None:
    connection = scene.connect()
    message = hello(Identity.new(), scene.challenge(connection).nonce, v=2)
    assert refused(scene, connection, message) == (ErrorCode.UNSUPPORTED_VERSION, CloseCode.VERSION)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (Open(id=1), ErrorCode.OUT_OF_ORDER),
        (Ping(seen=0), ErrorCode.OUT_OF_ORDER),
        ('{"t":"hello"}', ErrorCode.BAD_MESSAGE),
        ('{"t":"later"}', ErrorCode.UNKNOWN_TYPE),
    ],
)
def test_nothing_goes_before_sign_in(scene: Scene, message: Open | Ping | str, code: ErrorCode) -> None:
    connection = scene.connect()
    scene.challenge(connection)
    assert refused(scene, connection, message) == (code, CloseCode.SIGN_IN)


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


def test_who_does_not_sign_in_is_closed(scene: Scene) -> None:
    connection = scene.connect()
    scene.wait(limits.SIGN_IN_S - 0.1)
    assert connection not in scene.closed
    scene.wait(0.1)
    assert scene.closed[connection] is CloseCode.SIGN_IN_TIMEOUT


def test_who_is_silent_is_closed_and_who_pings_is_not(scene: Scene) -> None:
    silent, lively = scene.guest(), scene.guest()
    for _ in range(3):
        scene.wait(limits.PING_S)
        if lively.connection not in scene.closed:
            lively.acknowledge()
    assert scene.closed == {silent.connection: CloseCode.IDLE}


def test_a_resumed_session_gets_what_it_missed(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    met = receiver.ask(Knock(id=1, locator=sender.open()))
    assert isinstance(met, Met)
    sender.pushes()
    sender.lose()
    assert receiver.ask(Signal(id=1, pair=met.pair, body="one")) == Ok(seq=2, re=2)
    assert receiver.ask(Signal(id=1, pair=met.pair, body="two")) == Ok(seq=3, re=3)
    scene.wait(limits.GRACE_S - 1)
    receiver.acknowledge()
    welcome = sender.sign_in(resume=True)
    assert (welcome.resumed, welcome.received) == (True, 1)
    assert [m.body for m in sender.pushes() if isinstance(m, Signaled)] == ["one", "two"]
    assert scene.counts[Tally.SIGN_INS, "resumed"] == 1
    scene.wait(limits.GRACE_S - 1)
    assert receiver.pushes() == []


def test_a_session_whose_client_stays_away_ends(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    locator = sender.open()
    met = receiver.ask(Knock(id=1, locator=locator))
    assert isinstance(met, Met)
    sender.lose()
    answer = receiver.ask(Knock(id=1, locator=locator))
    assert isinstance(answer, Error)
    assert (answer.code, answer.retry) == (ErrorCode.SENDER_AWAY, True)
    scene.wait(limits.GRACE_S / 2)
    receiver.acknowledge()
    scene.wait(limits.GRACE_S / 2)
    assert receiver.pushes() == [Left(seq=3, pair=met.pair, reason="gone")]
    assert sender.sign_in(resume=True).resumed is False
    gone = receiver.ask(Knock(id=1, locator=locator))
    assert isinstance(gone, Error)
    assert gone.code is ErrorCode.UNKNOWN_LOCATOR


def test_a_new_connection_replaces_one_that_still_stands(scene: Scene) -> None:
    guest = scene.guest()
    locator = guest.open()
    old = guest.connection
    assert guest.sign_in(resume=True).resumed
    assert scene.closed == {old: CloseCode.REPLACED}
    scene.lose(old)
    scene.wait(limits.IDLE_S - 1)
    assert isinstance(guest.ask(Shut(id=1, locator=locator)), Ok)


@pytest.mark.parametrize("who", ["stranger", "made-up"])
def test_a_token_is_worth_nothing_without_the_key(scene: Scene, who: str) -> None:
    guest, thief = scene.guest(), scene.guest()
    token = guest.welcome.token if who == "stranger" else "made-up"
    connection = scene.connect()
    nonce = scene.challenge(connection).nonce
    scene.say(connection, hello(thief.identity, nonce, resume=Resume(token=token, seen=0)))
    [welcome] = scene.take(connection)
    assert isinstance(welcome, Welcome)
    assert not welcome.resumed
    assert isinstance(guest.ask(Open(id=1)), Opened)


def test_a_client_that_claims_to_have_seen_the_future_starts_anew(scene: Scene) -> None:
    guest = scene.guest()
    guest.seen = 5
    assert guest.sign_in(resume=True).resumed is False
    assert len(scene.hub.sessions) == 1


def test_too_much_for_one_who_is_away_ends_the_session() -> None:
    scene = Scene(Policy(request_rate=1000))
    sender, receiver = scene.guest(), scene.guest()
    met = receiver.ask(Knock(id=1, locator=sender.open()))
    assert isinstance(met, Met)
    sender.pushes()
    sender.acknowledge()
    sender.lose()
    for _ in range(limits.BACKLOG_MESSAGES):
        receiver.ask(Signal(id=1, pair=met.pair, body="x"))
    scene.wait(0)
    assert receiver.pushes() == []
    receiver.ask(Signal(id=1, pair=met.pair, body="x"))
    scene.wait(0)
    assert receiver.pushes() == [Left(seq=receiver.seen, pair=met.pair, reason="gone")]
    assert sender.sign_in(resume=True).resumed is False


def test_bytes_count_as_well_as_messages_for_one_who_is_away(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    met = receiver.ask(Knock(id=1, locator=sender.open()))
    assert isinstance(met, Met)
    sender.lose()
    for _ in range(limits.BACKLOG_BYTES // limits.BODY_CHARS):
        receiver.ask(Signal(id=1, pair=met.pair, body="x" * limits.BODY_CHARS))
    scene.wait(0)
    assert [type(m) for m in receiver.pushes()] == [Left]


def test_who_is_connected_and_does_not_acknowledge_loses_only_the_chance_to_go_back() -> None:
    scene = Scene(Policy(request_rate=1000))
    guest = scene.guest()
    for _ in range(limits.BACKLOG_MESSAGES + 10):
        guest.ask(Shut(id=1, locator="5"))
    seen = guest.seen
    guest.lose()
    assert guest.sign_in(resume=True).resumed
    guest.seen = seen - limits.BACKLOG_MESSAGES - 1
    guest.lose()
    assert guest.sign_in(resume=True).resumed is False


def test_bye_ends_everything_at_once(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    met = receiver.ask(Knock(id=1, locator=sender.open()))
    assert isinstance(met, Met)
    scene.say(sender.connection, Bye())
    assert scene.closed == {sender.connection: CloseCode.DONE}
    assert receiver.pushes() == [Left(seq=2, pair=met.pair, reason="bye")]
    scene.lose(sender.connection)
    assert len(scene.hub.sessions) == 1


def test_beyond_so_many_sessions_of_one_identity_the_oldest_is_closed() -> None:
    scene = Scene(Policy(sessions_per_key=2))
    identity = Identity.new()
    first, second, _ = (scene.guest(identity=identity) for _ in range(3))
    assert scene.closed == {first.connection: CloseCode.REPLACED}
    assert first.sign_in(resume=True).resumed is False
    assert scene.closed[second.connection] is CloseCode.REPLACED
    assert len(scene.hub.sessions) == 2


def test_the_oldest_may_be_away_as_well() -> None:
    scene = Scene(Policy(sessions_per_key=1))
    guest = scene.guest()
    guest.lose()
    guest.sign_in()
    assert scene.closed == {}
    assert len(scene.hub.sessions) == 1


def test_a_draining_server_says_when_to_come_back_and_takes_nobody_new(scene: Scene) -> None:
    guests = [scene.guest() for _ in range(50)]
    unsigned = scene.connect()
    nonce = scene.challenge(unsigned).nonce
    scene.hub.drain(soonest=1, spread=10, try_for=300)
    waits = []
    for guest in guests:
        [restarting] = guest.take()
        assert isinstance(restarting, Restarting)
        assert restarting.try_for == 300
        waits.append(restarting.reconnect_in)
    assert 1 <= min(waits) < 4
    assert 8 < max(waits) <= 11
    late = hello(Identity.new(), nonce)
    assert refused(scene, unsigned, late) == (ErrorCode.DRAINING, CloseCode.RESTARTING)


def test_the_host_header_is_what_must_be_signed(scene: Scene) -> None:
    connection = scene.connect(host="LOCALHOST:8080")
    scene.say(connection, hello(Identity.new(), scene.challenge(connection).nonce, host=HOST))
    assert isinstance(scene.take(connection)[0], Welcome)


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
