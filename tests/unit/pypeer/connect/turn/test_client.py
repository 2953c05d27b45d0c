"""The client of TURN against the core of our server, and against servers that answer otherwise."""

import pytest

from pypeer.connect.turn import peers, words
from pypeer.connect.turn.lifetime import AHEAD_S, FOREVER, LIFETIME_S
from pypeer.connect.turn.peers import CHANNELS_MOST, HOSTS, RENEW_S
from pypeer.connect.turn.signing import Credentials
from pypeer.connect.turn.transactions import RELIABLE_S, SENDS, TRIES
from pypeer.connect.turn.words import (
    TRANSITIONS,
    Alternate,
    Doubtful,
    Ended,
    Event,
    Granted,
    PeerRefused,
    Received,
    State,
    ToServer,
    Want,
)
from pypeer.protocol.sentences import TURN_MEANINGS
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.relay.turn.kinds import Refusal
from signaling.relay.turn.quota import Limits
from tests.unit.pypeer.connect.turn.scene import CHALLENGE, Puppet, Scene, error, granting, made, success
from tests.unit.signaling.relay.turn.stage import PEER, PEER6, SERVER, SERVER6, Stage

CHECK = stun.encode(Method.BINDING, Class.REQUEST, bytes(12))
ALL_DAY = 24 * 3600


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


@pytest.mark.parametrize("peer", [PEER, PEER6])
def test_the_first_datagram_goes_right_behind_the_request_that_permits_it(peer: tuple[str, int]) -> None:
    scene = Scene()
    granted = scene.opened()
    scene.say(peer, CHECK)
    [sent] = scene.peers
    assert (sent.data, sent.peer) == (CHECK, peer)
    relay = next(each for each in granted.relayed if (":" in each[0]) is (":" in peer[0]))
    scene.arrives(scene.stage.arrives(relay, peer, b"answer"))
    assert scene.told == [Received(peer, b"answer")]


def test_checks_need_no_channel_and_data_has_one() -> None:
    scene = Scene()
    relay = scene.opened().relayed[1]
    scene.methods()
    scene.say(PEER, CHECK)
    scene.say(PEER, CHECK)
    assert scene.methods() == [Method.CREATE_PERMISSION, Method.SEND, Method.SEND]
    scene.say(PEER, b"\x16data")
    assert scene.methods() == [Method.CHANNEL_BIND, Method.SEND]
    scene.say(PEER, b"\x16more")
    assert scene.methods() == []
    assert [each.data for each in scene.peers] == [CHECK, CHECK, b"\x16data", b"\x16more"]
    scene.arrives(scene.stage.arrives(relay, PEER, b"back"))
    assert scene.told == [Received(PEER, b"back")]


@pytest.mark.parametrize("stream", [False, True])
def test_in_a_stream_data_of_a_channel_is_padded(stream: bool) -> None:
    scene = Scene(stream=stream)
    scene.opened()
    scene.say(PEER, b"\x16")
    wrapped = scene.client.wrap(PEER, b"\x16")
    assert wrapped is not None
    assert len(wrapped) == (8 if stream else 5)


def test_it_lasts_a_day_with_credentials_of_an_hour_and_nonces_of_ten_minutes() -> None:
    """RFC 8656 binds an allocation to the name that made it; our server lets that name keep what it has."""
    scene = Scene(Stage(limits=Limits(lifetime=ALL_DAY)))
    relay = scene.opened().relayed[1]
    scene.say(PEER, b"\x16data")
    for _ in range(ALL_DAY // 3600 - 1):
        scene.wait(3600)
        assert scene.told == []
        scene.say(PEER, b"\x16still")
        scene.arrives(scene.stage.arrives(relay, PEER, b"there"))
        assert scene.told.pop() == Received(PEER, b"there")
    assert scene.stage.refused(Refusal.STALE_NONCE)
    assert scene.stage.refused(Refusal.CREDENTIALS) == 0
    scene.wait(3700)
    [ended] = scene.told
    assert isinstance(ended, Ended)
    assert ended.code == 437
    assert scene.client.wake_at() == FOREVER


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


def test_permissions_and_channels_are_renewed_after_losses() -> None:
    scene = Scene()
    relay = scene.opened().relayed[1]
    scene.loses = 3
    scene.say(PEER, b"\x16data")  # permission, bind, data: all are lost, and the requests are repeated
    scene.wait(1)
    assert scene.client.wrap(PEER, b"x") is not None
    scene.loses = 2 * SENDS
    scene.wait(RENEW_S + 60)
    scene.arrives(scene.stage.arrives(relay, PEER, b"there"))
    assert scene.told == [Received(PEER, b"there")]


def test_a_peer_that_the_server_does_not_want_is_told_once_and_left_alone() -> None:
    scene = Scene()
    scene.opened()
    scene.methods()
    for payload in (CHECK, b"\x16data", b"\x16data"):
        scene.say(("10.0.0.1", 5), payload)
    assert scene.told == [PeerRefused("10.0.0.1", 403, words.meaning(403))]
    assert scene.methods() == [Method.CREATE_PERMISSION, Method.SEND]
    assert scene.peers == []
    scene.wait(RENEW_S * 2)
    assert Method.CREATE_PERMISSION not in scene.methods()


def test_without_a_channel_data_goes_by_indications() -> None:
    scene = Scene(Stage(limits=Limits(peers=1)))
    scene.opened()
    scene.say(PEER, b"\x16one")
    scene.say((PEER[0], 9), b"\x16two")
    scene.say((PEER[0], 9), b"\x16three")
    assert scene.told == [PeerRefused(PEER[0], 508, words.meaning(508))]
    assert [each.data for each in scene.peers] == [b"\x16one", b"\x16two", b"\x16three"]


def test_channels_and_hosts_have_an_end() -> None:
    scene = Scene()
    scene.opened()
    scene.methods()
    for port in range(1, CHANNELS_MOST + 5):
        scene.say((PEER[0], port), b"\x16")
    methods = scene.methods()
    assert methods.count(Method.CHANNEL_BIND) == CHANNELS_MOST
    assert len(scene.peers) == CHANNELS_MOST + 4
    for number in range(HOSTS + 5):
        scene.say((f"203.0.{113 + number // 250}.{number % 250}", 1), CHECK)
    assert scene.methods().count(Method.CREATE_PERMISSION) == HOSTS - 1


def test_too_large_is_dropped() -> None:
    scene = Scene()
    scene.opened()
    scene.say(PEER, b"\x16")
    scene.methods()
    scene.say(PEER, bytes(65_001))
    assert scene.methods() == []


@pytest.mark.parametrize("code", TURN_MEANINGS)
def test_a_refusal_has_its_meaning(code: int) -> None:
    def answer(message: Message, key: bytes) -> bytes:
        return error(message, code, key=key) if message.signed else error(message, 401, *CHALLENGE)

    puppet = Puppet(answer)
    puppet.do(puppet.client.start(puppet.now))
    assert puppet.told == [Ended(code, TURN_MEANINGS[code])]


def test_an_error_that_nobody_knows() -> None:
    puppet = Puppet(lambda message, key: error(message, 699))
    puppet.do(puppet.client.start(puppet.now))
    assert puppet.told == [Ended(699, words.meaning(0))]


def test_wrong_credentials_are_tried_once() -> None:
    scene = Scene()
    scene.client._signing.replace(Credentials("1:pair/a", "wrong"))
    scene.do(scene.client.start(scene.now))
    assert scene.told == [Ended(401, words.meaning(401))]
    assert len(scene.sent) == 2


@pytest.mark.parametrize("same", [True, False])
def test_newer_credentials_are_used_when_the_old_are_refused(same: bool) -> None:
    scene = Scene()
    scene.client._signing.replace(Credentials("1:pair/a", "wrong"))
    scene.client.renew(Credentials("1:pair/a", "wrong") if same else made(scene.stage))
    scene.do(scene.client.start(scene.now))
    [told] = scene.told
    assert isinstance(told, Ended if same else Granted)


def test_newer_credentials_serve_all_requests_that_the_old_were_refused_for() -> None:
    """Those that are due together are on their way together: the second refusal is no news about the newer ones."""

    newer = stun.long_term_key("eve", "test", "secret")

    def answer(message: Message, key: bytes) -> bytes:
        is_old = message.get(Attribute.USERNAME) == b"ada"
        if not message.signed or (is_old and puppet.now > 1000):
            return error(message, 401, *CHALLENGE)
        return granting(message, key if is_old else newer, SERVER)

    puppet = Puppet(answer)
    puppet.do(puppet.client.start(puppet.now))
    puppet.do(puppet.client.send(PEER, b"\x16data", puppet.now))
    puppet.told.clear()
    puppet.client.renew(Credentials("eve", "secret"))
    puppet.now += RENEW_S
    due = [effect for effect in puppet.client.tick(puppet.now) if isinstance(effect, ToServer)]
    assert len(due) == 2
    puppet.do(due)
    assert puppet.told == []


def test_a_nonce_that_is_always_stale_is_given_up() -> None:
    puppet = Puppet(lambda message, key: error(message, 438, *CHALLENGE))
    puppet.do(puppet.client.start(puppet.now))
    assert puppet.told == [Ended(438, words.meaning(438))]
    assert len(puppet.asked) == TRIES


def test_a_server_that_has_forgotten_us_ends_it() -> None:
    scene = Scene()
    scene.opened()
    scene.stage.do(scene.stage.turn.close(scene.now))
    scene.say(PEER, CHECK)
    assert scene.told == [Ended(437, words.meaning(437))]
    scene.say(PEER, CHECK)
    assert scene.client.tick(scene.now) == []


@pytest.mark.parametrize(
    ("code", "end"), [(441, Ended(441, words.meaning(441))), (0, Ended(0, words.EXPIRED))], ids=["refused", "silent"]
)
def test_what_cannot_be_renewed_ends_when_its_time_is_over_and_says_why(code: int, end: Ended) -> None:
    def answer(message: Message, key: bytes) -> bytes | None:
        if message.method == Method.ALLOCATE:
            return granting(message, key, SERVER)
        return error(message, code) if code else None

    puppet = Puppet(answer)
    puppet.do(puppet.client.start(puppet.now))
    puppet.told.clear()
    while puppet.client.wake_at() < FOREVER:
        puppet.now = puppet.client.wake_at()
        puppet.do(puppet.client.tick(puppet.now))
    assert puppet.told == [*([Doubtful(code, words.meaning(code))] if code else []), end]
    assert puppet.now == 1600.0
    assert len(puppet.asked) < 40


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


def test_of_what_arrives_only_what_was_asked_for_counts() -> None:
    scene = Scene()
    scene.opened()
    scene.say(PEER, b"\x16data")
    forged = [
        b"",
        b"\x40",
        b"\x40\0\0\5abcd",
        b"\x40\1\0\1a",
        b"\xff" * 30,
        CHECK,
        stun.encode(Method.DATA, Class.INDICATION, bytes(12)),
        stun.encode(Method.SEND, Class.INDICATION, bytes(12), _from(PEER)),
        stun.encode(Method.DATA, Class.INDICATION, bytes(12), _from(("198.51.100.77", 1))),
        stun.encode(Method.DATA, Class.INDICATION, bytes(12), [(Attribute.XOR_PEER_ADDRESS, b"\0\1")]),
        stun.encode(Method.REFRESH, Class.SUCCESS, bytes(12), [(Attribute.LIFETIME, values.number32(0))]),
    ]
    for data in forged:
        assert scene.client.unwrap(data) is None
        assert scene.client.receive(data, scene.now) == []
    assert scene.client.receive(stun.encode(Method.DATA, Class.INDICATION, bytes(12), _from(PEER)), scene.now)


def test_an_answer_that_is_signed_by_somebody_else_is_none() -> None:
    """Nor one without a signature, nor one to another question, nor an error code that is cut off."""
    puppet = Puppet(lambda message, key: None if message.signed else error(message, 401, *CHALLENGE))
    puppet.do(puppet.client.start(puppet.now))
    asked = puppet.asked[-1]
    others = stun.long_term_key("eve", "test", "secret")
    wrong = [granting(asked, others, SERVER), granting(asked, None, SERVER), error(asked, 437, key=others)]
    wrong.append(stun.encode(Method.REFRESH, Class.SUCCESS, asked.transaction, (), puppet.key))
    wrong.append(stun.encode(Method.ALLOCATE, Class.REQUEST, asked.transaction, (), puppet.key))
    for data in wrong:
        assert puppet.client.receive(data, puppet.now) == []
    assert isinstance(puppet.client.receive(granting(asked, puppet.key, SERVER), puppet.now)[0], Granted)


def test_an_error_without_a_code_ends_it() -> None:
    puppet = Puppet(lambda message, key: stun.encode(message.method, Class.ERROR, message.transaction))
    puppet.do(puppet.client.start(puppet.now))
    assert puppet.told == [Ended(0, words.meaning(0))]


def test_an_error_code_that_is_cut_off_is_ignored_and_the_request_repeated() -> None:
    cut = [(Attribute.ERROR_CODE, b"\0\0")]
    puppet = Puppet(lambda message, key: stun.encode(message.method, Class.ERROR, message.transaction, cut))
    puppet.do(puppet.client.start(puppet.now))
    assert puppet.told == []
    puppet.do(puppet.client.tick(puppet.now + 0.5))
    assert [message.transaction for message in puppet.asked] == [puppet.asked[0].transaction] * 2


def test_every_state_and_event_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {event for row in TRANSITIONS.values() for event in row} == set(Event)
    assert TRANSITIONS[State.ENDED] == {}
    assert peers.CHANNELS.start == 0x4000


def _from(peer: tuple[str, int]) -> list[tuple[int, bytes]]:
    return [(Attribute.XOR_PEER_ADDRESS, values.xor_address(peer, bytes(12))), (Attribute.DATA, b"x")]


def test_new_credentials_of_another_name_are_told_to_need_another_allocation_while_the_old_works() -> None:
    """As coturn: the old name is over, and an allocation belongs to the name that made it."""
    over = False

    def answer(message: Message, key: bytes) -> bytes:
        if not message.signed:
            return error(message, 401, *CHALLENGE)
        if not over:
            return granting(message, key, SERVER)
        old = message.get(Attribute.USERNAME) == b"ada"
        return error(message, 401, *CHALLENGE) if old else error(message, 441)

    puppet = Puppet(answer)
    puppet.do(puppet.client.start(puppet.now))
    puppet.do(puppet.client.send(PEER, b"\x16data", puppet.now))
    puppet.told.clear()
    over = True
    puppet.client.renew(Credentials("eve", "secret"))
    while not puppet.told:
        puppet.now = puppet.client.wake_at()
        puppet.do(puppet.client.tick(puppet.now))
    assert puppet.told[0] == Doubtful(441, words.meaning(441))
    assert puppet.client.wrap(PEER, b"\x16more") is not None
    while puppet.client.state is State.OPEN:
        puppet.now = puppet.client.wake_at()
        puppet.do(puppet.client.tick(puppet.now))
    assert [each for each in puppet.told if isinstance(each, Doubtful)] == puppet.told[:1]
    assert puppet.told[-1] == Ended(441, words.meaning(441))


ELSEWHERE = (Attribute.ALTERNATE_SERVER, values.plain_address(("192.0.2.9", 3479)))


@pytest.mark.parametrize(
    ("attributes", "alternate"),
    [
        ([ELSEWHERE], Alternate(("192.0.2.9", 3479))),
        ([ELSEWHERE, (Attribute.ALTERNATE_DOMAIN, b"b.example")], Alternate(("192.0.2.9", 3479), "b.example")),
        ([ELSEWHERE, (Attribute.ALTERNATE_DOMAIN, b"\xff")], None),
        ([(Attribute.ALTERNATE_SERVER, b"\0")], None),
        ([(Attribute.ALTERNATE_SERVER, values.plain_address(("192.0.2.9", 0)))], None),
        ([], None),
    ],
)
def test_a_server_may_name_another(attributes: list[tuple[int, bytes]], alternate: Alternate | None) -> None:
    puppet = Puppet(lambda message, key: error(message, 300, *attributes))
    puppet.do(puppet.client.start(puppet.now))
    assert puppet.told == [Ended(300, words.meaning(300), alternate)]
