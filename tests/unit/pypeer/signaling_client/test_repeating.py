"""What the server refuses for now is asked again: when it said, in order, within bounds."""

from math import inf

import pytest

from pypeer.signaling_client import core
from pypeer.signaling_client.core import Client
from pypeer.signaling_client.effects import SESSION_LOST, Answer, Effect, SendText
from pypeer.signaling_client.repeating import OVERLOADED, WAITING_MAX
from signaling.protocol.codes import ErrorCode
from signaling.protocol.messages import Error, Ok
from signaling.protocol.rendezvous import Knock, Signal
from tests.unit.pypeer.signaling_client.test_core import give, make, sent, sign_in, welcome

PATIENCE_S = 15.0
ASKED = Knock(id=1, locator="7")


class Server:
    """Answers in order; `refuses` and `takes` give what the client does next."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.seq = 0
        sign_in(client, welcome())

    def refuses(self, number: int, now: float, wait: float | None = 2.0, retry: bool = True) -> list[Effect]:
        self.seq += 1
        error = Error(seq=self.seq, re=number, code=ErrorCode.RATE_LIMITED, message="", retry=retry, wait=wait)
        return give(self.client, error, now)

    def takes(self, number: int, now: float) -> list[Effect]:
        self.seq += 1
        return give(self.client, Ok(seq=self.seq, re=number), now)


def post(client: Client, number: int, now: float = 0.0) -> list[Effect]:
    """A body that tells which one it is."""
    ticket, effects = client.request(Signal(id=1, pair="p", body=f"body{number}"), now, PATIENCE_S, ordered=True)
    assert ticket == number
    return effects


def bodies(effects: list[Effect]) -> list[tuple[int, str]]:
    """Ids and bodies of what is sent."""
    assert all(isinstance(effect, SendText) for effect in effects), effects
    return [(each.id, each.body) for each in sent(effects) if isinstance(each, Signal)]


def test_it_is_asked_again_when_the_server_said() -> None:
    client = make()
    server = Server(client)
    ticket, _ = client.request(ASKED, 0, PATIENCE_S)
    assert server.refuses(1, 1.0) == []
    assert client.deadline() == 3.0
    assert client.tick(2.9) == []
    assert sent(client.tick(3.0)) == [Knock(id=2, locator="7")]
    assert server.takes(2, 3.1) == [Answer(ticket, Ok(seq=2, re=2))]
    assert client.tick(20) == []


@pytest.mark.parametrize(
    ("patience", "wait", "retry"), [(0.0, 2.0, True), (2.5, 2.0, True), (inf, None, True), (inf, 2.0, False)]
)
def test_it_is_not_asked_again(patience: float, wait: float | None, retry: bool) -> None:
    """Nobody wants that, it would take too long, or the server gives no hope."""
    client = make()
    server = Server(client)
    client.request(ASKED, 0, patience)
    [answer] = server.refuses(1, 1.0, wait, retry)
    assert isinstance(answer, Answer)
    assert isinstance(answer.message, Error)
    assert client.deadline() == 25


def test_nothing_overtakes_what_is_to_be_said_again() -> None:
    client = make()
    server = Server(client)
    for number in (1, 2):
        assert bodies(post(client, number)) == [(number, f"body{number}")]
    assert server.refuses(1, 0.1) == []
    assert post(client, 3, 0.2) == []
    assert server.refuses(2, 0.3) == []
    assert post(client, 4, 0.4) == []
    assert client.tick(2.2) == []
    assert bodies(client.tick(2.3)) == [(3, "body1")]
    assert post(client, 5, 2.3) == []
    assert client.deadline() == 27.3
    assert server.refuses(3, 2.4, wait=0.5) == []
    assert bodies(client.tick(2.9)) == [(4, "body1")]
    for number in range(1, 5):
        answer, again = server.takes(number + 3, 3.0)
        assert isinstance(answer, Answer)
        assert answer.ticket == number
        assert bodies([again]) == [(number + 4, f"body{number + 1}")]
    assert len(server.takes(8, 3.1)) == 1
    assert bodies(post(client, 6, 3.2)) == [(9, "body6")]


def test_one_that_is_given_up_lets_the_next_go() -> None:
    client = make()
    server = Server(client)
    post(client, 1)
    post(client, 2)
    server.refuses(1, 0.1)
    assert isinstance(server.takes(2, 0.1)[0], Answer)
    post(client, 3, 0.2)
    client.tick(2.1)
    answer, again = server.refuses(3, 2.2, wait=60)
    assert isinstance(answer, Answer)
    assert answer.ticket == 1
    assert bodies([again]) == [(4, "body3")]


def test_what_is_awaited_does_not_wait_behind_what_is_not() -> None:
    client = make()
    server = Server(client)
    post(client, 1)
    server.refuses(1, 0.1)
    assert sent(client.request(ASKED, 0.2)[1]) == [Knock(id=2, locator="7")]


def test_only_so_much_waits() -> None:
    client = make()
    server = Server(client)
    post(client, 1)
    client.request(ASKED, 0, inf)
    server.refuses(1, 0.1)
    for number in range(3, WAITING_MAX + 2):
        assert post(client, number, 0.2) == []
    assert post(client, WAITING_MAX + 2, 0.2) == [Answer(WAITING_MAX + 2, OVERLOADED)]
    [answer] = server.refuses(2, 0.3)
    assert isinstance(answer, Answer)


def test_while_away_nothing_is_asked_again_and_after_a_resume_it_is() -> None:
    client = make()
    server = Server(client)
    post(client, 1)
    server.refuses(1, 0.1)
    client.disconnected(core.ABNORMAL)
    assert client.tick(3) == []
    assert bodies(sign_in(client, welcome(resumed=True, received=1), 4)[1:]) == [(2, "body1")]


def test_with_the_session_all_of_it_is_gone() -> None:
    client = make()
    server = Server(client)
    post(client, 1)
    ticket, _ = client.request(ASKED, 0, inf)
    server.refuses(1, 0.1)
    server.refuses(2, 0.1)
    client.disconnected(core.ABNORMAL)
    effects = sign_in(client, welcome(token="token-2"), 4)
    assert effects[:2] == [Answer(ticket, SESSION_LOST), Answer(1, SESSION_LOST)]
    assert client.tick(6) == []
    assert bodies(post(client, 3, 6.0)) == [(1, "body3")]
