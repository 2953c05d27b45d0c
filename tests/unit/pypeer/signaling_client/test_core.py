"""The signaling client without a socket: transcripts of text and time in, effects out."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.errors import ServerError
from pypeer.identity import Identity, verify
from pypeer.secure.encoding import b64, unb64
from pypeer.signaling_client import backoff, core
from pypeer.signaling_client.core import Client, State
from pypeer.signaling_client.effects import SESSION_LOST, Answer, Effect, Hangup, Over, Push, Ready, Retry, SendText
from signaling.protocol import limits
from signaling.protocol.access import proof
from signaling.protocol.codec import decode_client, encode
from signaling.protocol.codes import Action, CloseCode, ErrorCode
from signaling.protocol.fields import Message
from signaling.protocol.messages import Bye, ClientMessage, Error, Ok, Ping, Pong, Restarting
from signaling.protocol.rendezvous import Knock, Lapsed, Open, Opened
from signaling.protocol.sign_in import Challenge, Hello, Welcome

ADA = Identity.from_seed(hashlib.sha256(b"ada").digest())
NONCE = bytes(range(32))
CHALLENGE = encode(Challenge(v=1, nonce=b64(NONCE), server="test/1"))


def welcome(resumed: bool = False, received: int = 0, token: str = "token-1") -> Welcome:
    return Welcome(
        session="s", token=token, resumed=resumed, received=received, ping=25, idle=60, grace=60, server="test/1"
    )


def make() -> Client:
    return Client(ADA, "byway.example:8080", "test/1", lambda: 0.5)


def sign_in(client: Client, answer: Welcome, now: float = 0.0) -> list[Effect]:
    client.connected(now)
    client.received(CHALLENGE, now)
    return client.received(encode(answer), now)


def sent(effects: list[Effect]) -> list[ClientMessage]:
    return [decode_client(effect.text) for effect in effects if isinstance(effect, SendText)]


def give(client: Client, message: Message, now: float = 0.0) -> list[Effect]:
    return client.received(encode(message), now)


def test_sign_in_signs_the_nonce_and_the_host() -> None:
    client = make()
    client.connected(0)
    [hello] = sent(client.received(CHALLENGE, 0))
    assert isinstance(hello, Hello)
    assert hello.resume is None
    assert verify(ADA.key, limits.SIGN_IN_CONTEXT + NONCE + b"byway.example:8080", unb64(hello.sig))
    assert client.received(encode(welcome()), 0) == [Ready(welcome())]
    assert client.state is State.READY
    assert repr(client) == "<Client READY byway.example:8080>"


def test_requests_are_numbered_and_answered_by_ticket() -> None:
    client = make()
    sign_in(client, welcome())
    ticket, effects = client.request(Open(id=99), 1)
    assert sent(effects) == [Open(id=1)]
    opened = Opened(seq=1, re=1, locator="7", ttl=60)
    assert give(client, opened) == [Answer(ticket, opened)]
    assert give(client, opened) == []


def test_requests_made_while_away_are_sent_after_sign_in() -> None:
    client = make()
    _, effects = client.request(Open(id=1), 0)
    assert effects == []
    assert sent(sign_in(client, welcome())) == [Open(id=1)]


def test_a_resumed_session_repeats_only_what_the_server_missed() -> None:
    client = make()
    sign_in(client, welcome())
    first, _ = client.request(Open(id=1), 1)
    client.request(Knock(id=1, locator="7"), 1)
    assert client.disconnected(core.ABNORMAL) == [Retry(0.25)]
    client.connected(2)
    [hello] = sent(client.received(CHALLENGE, 2))
    assert isinstance(hello, Hello)
    assert hello.resume is not None
    assert (hello.resume.token, hello.resume.seen) == ("token-1", 0)
    answer = welcome(resumed=True, received=1, token="token-2")
    assert sent(client.received(encode(answer), 2)) == [Knock(id=2, locator="7")]
    opened = Opened(seq=1, re=1, locator="7", ttl=60)
    assert give(client, opened) == [Answer(first, opened)]


def test_a_lost_session_answers_what_was_asked_and_starts_anew() -> None:
    client = make()
    sign_in(client, welcome())
    ticket, _ = client.request(Open(id=1), 1)
    give(client, Lapsed(seq=1, locator="7"))
    client.disconnected(core.ABNORMAL)
    effects = sign_in(client, welcome(token="token-2"), 2)
    assert effects == [Answer(ticket, SESSION_LOST), Ready(welcome(token="token-2"))]
    assert sent(client.request(Open(id=1), 3)[1]) == [Open(id=1)]
    assert give(client, Lapsed(seq=1, locator="7")) == [Push(Lapsed(seq=1, locator="7"))]


def test_a_gap_in_the_numbers_of_the_server_hangs_up() -> None:
    client = make()
    sign_in(client, welcome())
    assert give(client, Lapsed(seq=2, locator="7")) == [Hangup(CloseCode.MALFORMED)]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"t":"welcome"}', '{"t":"nonsense"}', '{"t":"challenge","v":1,"nonce":"x"}']
)
def test_nonsense_hangs_up(text: str) -> None:
    client = make()
    client.connected(0)
    assert client.received(text, 0) == [Hangup(CloseCode.MALFORMED)]


def test_pings_when_quiet_and_hangs_up_on_silence() -> None:
    client = make()
    assert client.tick(0) == []
    sign_in(client, welcome())
    give(client, Lapsed(seq=1, locator="7"), 10)
    assert client.deadline() == 25
    assert client.tick(24.9) == []
    assert sent(client.tick(25)) == [Ping(seen=1)]
    assert give(client, Pong(received=0), 26) == []
    assert client.tick(85.9) != [Hangup(CloseCode.IDLE)]
    assert client.tick(86) == [Hangup(CloseCode.IDLE)]


def test_a_server_that_does_not_sign_in_is_given_up_after_the_idle_time() -> None:
    client = make()
    client.connected(0)
    assert client.deadline() == limits.IDLE_S
    assert client.tick(30) == []
    assert client.tick(60) == [Hangup(CloseCode.IDLE)]


def test_acknowledges_before_the_backlog_of_the_server_is_full() -> None:
    client = make()
    sign_in(client, welcome())
    pings = [m for seq in range(1, 33) for m in sent(give(client, Lapsed(seq=seq, locator="7")))]
    assert pings == [Ping(seen=16), Ping(seen=32)]


def test_restarting_says_when_to_come_back() -> None:
    client = make()
    sign_in(client, welcome())
    assert give(client, Restarting(reconnect_in=4, try_for=60)) == []
    assert client.disconnected(CloseCode.RESTARTING) == [Retry(4.25)]
    assert client.disconnected(core.ABNORMAL) == [Retry(0.5)]


@pytest.mark.parametrize("code", [*CloseCode, 4777, 4999, 1006, 1001])
def test_close_codes_do_what_their_range_says(code: int) -> None:
    client = make()
    sign_in(client, welcome())
    [effect] = client.disconnected(code)
    terminal = code >= 4500
    assert isinstance(effect, Over) is terminal
    if code in list(CloseCode) and code != CloseCode.DONE:
        assert (CloseCode(code).action is Action.STOP) is terminal
    if isinstance(effect, Over):
        assert isinstance(effect.error, ServerError)
        assert not effect.error.retry
        assert client.state is State.ENDED


def test_bye_ends_it() -> None:
    client = make()
    assert client.bye(0) == [Hangup(CloseCode.DONE)]
    client = make()
    sign_in(client, welcome())
    effects = client.bye(0)
    assert sent(effects) == [Bye()]
    assert effects[-1] == Hangup(CloseCode.DONE)
    assert client.disconnected(1000) == [Over(None)]


def test_errors_without_a_number_are_only_noise() -> None:
    client = make()
    sign_in(client, welcome())
    assert give(client, Error(code=ErrorCode.UNKNOWN_TYPE, message="?")) == []
    ticket, _ = client.request(Open(id=1), 0)
    error = Error(code=ErrorCode.TOO_MANY, message="?", re=1, seq=1)
    assert give(client, error) == [Answer(ticket, error)]
    assert give(client, Ok(seq=2, re=77)) == []


@given(failures=st.integers(0, 10_000), random=st.floats(0, 1, exclude_max=True), wait=st.floats(0, 60))
def test_back_off_stays_in_its_bounds(failures: int, random: float, wait: float) -> None:
    assert wait <= backoff.delay(failures, random, wait) <= wait + min(backoff.CAP_S, 0.5 * 2.0 ** min(failures, 60))


@pytest.mark.parametrize(
    ("code", "told"), [(ErrorCode.ACCESS_WORD, "BYWAY_ACCESS_WORD"), (ErrorCode.NOT_ADMITTED, ADA.id)]
)
def test_a_server_that_admits_not_everybody_is_told_of_in_words(code: ErrorCode, told: str) -> None:
    client = make()
    client.connected(0)
    client.received(CHALLENGE, 0)
    client.received(encode(Error(code=code, message="no")), 0)
    [over] = client.disconnected(CloseCode.SIGN_IN)
    assert isinstance(over, Over)
    assert over.error is not None
    assert over.error.code == code
    assert told in str(over.error)


def test_the_access_word_is_proven_and_not_told() -> None:
    client = Client(ADA, "byway.example:8080", "test/1", lambda: 0.5, "correct horse")
    client.connected(0)
    [hello] = sent(client.received(CHALLENGE, 0))
    assert isinstance(hello, Hello)
    assert hello.access == proof("correct horse", NONCE, b64(ADA.key), "byway.example:8080")
    client = make()
    client.connected(0)
    [hello] = sent(client.received(CHALLENGE, 0))
    assert isinstance(hello, Hello)
    assert hello.access is None
