"""Sessions: resumed, taken over, given up, ended, and sent away by a server that drains."""

import pytest

from pypeer.identity import Identity
from signaling.core.effects import Tally
from signaling.core.policy import Policy
from signaling.protocol import limits
from signaling.protocol.codes import CloseCode, ErrorCode
from signaling.protocol.fields import Resume
from signaling.protocol.messages import Bye, Error, Ok, Restarting
from signaling.protocol.rendezvous import Knock, Left, Met, Open, Opened, Shut, Signal, Signaled
from signaling.protocol.sign_in import Welcome
from tests.support.scene import Scene, hello, refused


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
