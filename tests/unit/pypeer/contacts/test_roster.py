"""What the server is told of contacts, whatever happens while it is told."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pypeer.contacts.policy import Accept
from pypeer.contacts.roster import Roster
from pypeer.contacts.standing import Change
from pypeer.contacts.store import Store
from pypeer.errors import ServerError
from pypeer.identity import Identity
from pypeer.secure.contact import call_tokens
from pypeer.signaling_client.effects import SESSION_LOST
from pypeer.signaling_client.words import explain
from signaling.protocol.codes import ErrorCode
from signaling.protocol.contacts import Wait

OWN, ADA, BOB = (Identity.from_seed(bytes([number]) * 32).key for number in range(3))
SECRETS = {ADA: b"a" * 32, BOB: b"b" * 32}


def tokens(*keys: bytes) -> set[str]:
    return {token for key in keys for token in call_tokens((SECRETS[key],), OWN)}


class Server:
    """Has what it was told last; `meanwhile` happens before it answers."""

    def __init__(self) -> None:
        self.has: set[str] = set()
        self.asked = 0
        self.meanwhile: Callable[[], None] = lambda: None

    async def told(self, wait: Wait) -> None:
        self.asked += 1
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        self.has = set(wait.tokens)
        meanwhile()

    def lose(self) -> None:
        self.has = set()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "contacts.sqlite") as store:
        store.met(ADA, SECRETS[ADA], "Ada", Change.ADD)
        yield store


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def roster(server: Server, store: Store) -> Roster:
    return Roster(OWN, server.told, store, Accept.ASK, lambda _: False)


async def test_the_server_is_told_when_something_changes_and_no_more(
    roster: Roster, server: Server, store: Store
) -> None:
    assert await roster.is_outdated()
    assert await roster.refresh() == 1
    assert (server.has, server.asked) == (tokens(ADA), 1)
    assert not await roster.is_outdated()
    store.rename("Ada", "Adele")
    assert await roster.is_outdated()
    assert await roster.refresh() is None
    assert server.asked == 1, "the name is our own affair"
    store.met(BOB, SECRETS[BOB], "Bob", Change.ADD)
    assert await roster.refresh() == 2
    assert server.has == tokens(ADA, BOB)


async def test_a_session_that_is_lost_while_the_server_is_told_is_told_anew(
    roster: Roster, server: Server, store: Store
) -> None:
    def lost() -> None:
        server.lose()
        store.met(BOB, SECRETS[BOB], "Bob", Change.ADD)
        roster.forget()
        raise explain(SESSION_LOST)

    server.meanwhile = lost
    assert await roster.refresh() is None
    assert await roster.is_outdated()
    assert await roster.refresh() == 2
    assert server.has == tokens(ADA, BOB)
    assert not await roster.is_outdated()


async def test_a_session_that_is_lost_after_the_answer_has_left_is_told_anew(roster: Roster, server: Server) -> None:
    def lost() -> None:
        server.lose()
        roster.forget()

    server.meanwhile = lost
    assert await roster.refresh() is None
    assert await roster.is_outdated()
    assert await roster.refresh() == 1
    assert server.has == tokens(ADA)


async def test_who_calls_before_the_answer_is_read_is_known(roster: Roster, server: Server) -> None:
    known: list[object] = []
    server.meanwhile = lambda: known.extend(roster.of_token(token) for token in server.has)
    await roster.refresh()
    assert known
    assert None not in known


async def test_what_the_server_refuses_it_was_not_told(roster: Roster, server: Server) -> None:
    def refuse() -> None:
        server.lose()
        raise ServerError("Too often.", ErrorCode.RATE_LIMITED.value)

    server.meanwhile = refuse
    with pytest.raises(ServerError):
        await roster.refresh()
    assert await roster.is_outdated()
    assert await roster.refresh() == 1
    assert server.has == tokens(ADA)
