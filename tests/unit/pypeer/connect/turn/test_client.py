"""The client of TURN against the core of our server: an allocation, its repetitions, and its end."""

import pytest

from pypeer.connect.turn import peers, words
from pypeer.connect.turn.lifetime import AHEAD_S, FOREVER, LIFETIME_S
from pypeer.connect.turn.transactions import RELIABLE_S, SENDS
from pypeer.connect.turn.words import TRANSITIONS, Ended, Event, Granted, State, Want
from signaling.protocol.stun import Attribute, Message, Method
from tests.unit.pypeer.connect.turn.scene import CHALLENGE, Puppet, Scene, error, granting, success
from tests.unit.signaling.relay.turn.stage import PEER, SERVER, SERVER6, Stage


def test_both_versions_of_ip_are_asked_for_at_once() -> None:
    scene = Scene()
    granted = scene.opened()
    assert [host for host, _ in granted.relayed] == [SERVER6, SERVER]
    assert granted.mapped == scene.at.remote
    assert not granted.unheard
    assert scene.methods() == [Method.ALLOCATE] * 2
    assert repr(scene.client) == "<TurnClient open>"


def test_ipv6_alone() -> None:
    scene = Scene(want=Want.IPV6)
    granted = scene.opened()
    assert [host for host, _ in granted.relayed] == [SERVER6]
    assert not granted.unheard


def test_a_server_of_one_version_says_so() -> None:
    granted = Scene(Stage(addresses=(SERVER,))).opened()
    assert [host for host, _ in granted.relayed] == [SERVER]
    assert not granted.unheard


@pytest.mark.parametrize("code", [400, 420, 440])
def test_a_server_that_refuses_both_is_asked_for_what_every_server_has(code: int) -> None:
    def answer(message: Message, key: bytes) -> bytes:
        if not message.signed:
            return error(message, 401, *CHALLENGE)
        both = message.has(Attribute.ADDITIONAL_ADDRESS_FAMILY)
        return error(message, code, key=key) if both else granting(message, key, SERVER)

    puppet = Puppet(answer)
    puppet.do(puppet.client.start(puppet.now))
    assert puppet.told == [Granted(((SERVER, 5000),), None, True)]


def test_a_server_that_takes_no_notice_is_told() -> None:
    puppet = Puppet(lambda message, key: granting(message, key, SERVER))
    puppet.do(puppet.client.start(puppet.now))
    assert puppet.told == [Granted(((SERVER, 5000),), None, True)]


def test_the_nonce_may_be_old_when_it_is_given_back() -> None:
    scene = Scene()
    scene.opened()
    scene.say(PEER, b"\x16data")
    assert scene.stage.sockets
    scene.stage.now += 590  # nothing was renewed in between
    scene.do(scene.client.release(scene.now))
    assert scene.told == [Ended(0, words.RELEASED)]
    assert not scene.stage.sockets
    assert scene.client.release(scene.now) == []


def test_it_can_be_given_back_before_it_is_granted() -> None:
    scene = Scene()
    scene.do(scene.client.release(scene.now))
    assert scene.told == [Ended(0, words.RELEASED)]
    puppet = Puppet(lambda message, key: None if message.signed else error(message, 401, *CHALLENGE))
    puppet.do(puppet.client.start(puppet.now))
    puppet.do(puppet.client.release(puppet.now))
    assert puppet.client.state is State.RELEASING
    assert puppet.client.release(puppet.now) == []
    assert puppet.asked[-1].number(Attribute.LIFETIME) == 0
    assert puppet.client.receive(error(puppet.asked[-1], 437), puppet.now) == [Ended(437, words.RELEASED)]


def test_what_nobody_answers_is_given_back_all_the_same() -> None:
    scene = Scene()
    scene.opened()
    scene.loses = 100
    scene.do(scene.client.release(scene.now))
    assert scene.client.send(PEER, b"x", scene.now) == []
    assert scene.client.wrap(PEER, b"x") is None
    scene.wait(100)
    assert scene.told == [Ended(0, words.NO_ANSWER)]
    assert len(scene.sent) == 2 + SENDS


@pytest.mark.parametrize("lost", range(SENDS))
def test_requests_are_repeated_over_udp(lost: int) -> None:
    scene = Scene()
    scene.loses = lost
    scene.do(scene.client.start(scene.now))
    scene.wait(31.5)
    assert isinstance(scene.told[0], Granted)


def test_a_server_that_is_silent_is_given_up_after_39_5_seconds() -> None:
    scene, times = Scene(), list[float]()
    scene.loses = 100
    began = scene.now
    scene.do(scene.client.start(began))
    while scene.client.wake_at() < FOREVER:
        times.append(scene.client.wake_at() - began)
        scene.wait(scene.client.wake_at() - scene.now)
    assert times == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 39.5]
    assert scene.told == [Ended(0, words.NO_ANSWER)]


def test_nothing_is_repeated_in_a_stream() -> None:
    scene = Scene(stream=True)
    scene.loses = 100
    scene.do(scene.client.start(scene.now))
    scene.wait(RELIABLE_S - 0.1)
    assert (len(scene.sent), scene.told) == (1, [])
    scene.wait(0.2)
    assert scene.told == [Ended(0, words.NO_ANSWER)]


@pytest.mark.parametrize(
    ("told", "refresh", "end"),
    [(600, 600 - AHEAD_S, 600), (60, 30, 60), (1, LIFETIME_S.start / 2, 10), (2**32 - 1, 3600 - AHEAD_S, 3600)],
)
def test_it_is_renewed_ahead_of_its_end(told: int, refresh: float, end: float) -> None:
    puppet = Puppet(lambda message, key: granting(message, key, SERVER, seconds=told))
    puppet.do(puppet.client.start(puppet.now))
    assert puppet.client.wake_at() == puppet.now + refresh
    assert puppet.client._lifetime.until == puppet.now + end


@pytest.mark.parametrize("hosts", [(), (SERVER,)])
def test_an_answer_without_an_address_or_a_lifetime_is_of_no_use(hosts: tuple[str, ...]) -> None:
    puppet = Puppet(lambda message, key: granting(message, key, *hosts, seconds=0 if hosts else 600))
    puppet.do(puppet.client.start(puppet.now))
    assert puppet.told == [Ended(0, words.NONSENSE)]


def test_an_address_that_is_none_is_of_no_use() -> None:
    puppet = Puppet(lambda message, key: success(message, key, (Attribute.XOR_RELAYED_ADDRESS, b"\0\1\0")))
    puppet.do(puppet.client.start(puppet.now))
    assert puppet.told == [Ended(0, words.NONSENSE)]


def test_every_state_and_event_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {event for row in TRANSITIONS.values() for event in row} == set(Event)
    assert TRANSITIONS[State.ENDED] == {}
    assert peers.CHANNELS.start == 0x4000
