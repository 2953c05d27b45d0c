"""Servers that refuse: errors, other credentials, old nonces, forged answers, and those that name another."""

import pytest

from pypeer.connect.turn import words
from pypeer.connect.turn.lifetime import FOREVER
from pypeer.connect.turn.peers import RENEW_S
from pypeer.connect.turn.signing import Credentials
from pypeer.connect.turn.transactions import TRIES
from pypeer.connect.turn.words import Alternate, Doubtful, Ended, Granted, Received, State, ToServer
from pypeer.protocol.sentences import TURN_MEANINGS
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.relay.turn.kinds import Refusal
from signaling.relay.turn.quota import Limits
from tests.unit.pypeer.connect.turn.scene import CHALLENGE, CHECK, Puppet, Scene, error, granting, made
from tests.unit.signaling.relay.turn.stage import PEER, SERVER, Stage

ALL_DAY = 24 * 3600


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
