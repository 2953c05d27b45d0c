"""Calls and inboxes of peers in this process, at a real server."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from pypeer.api import Peer
from pypeer.contacts import inbox as module
from pypeer.contacts.contact import Contact
from pypeer.contacts.delivery import Delivery
from pypeer.contacts.inbox import Inbox
from pypeer.contacts.policy import Answer
from pypeer.contacts.standing import Change
from pypeer.contacts.store import Store
from pypeer.errors import AbsentError, BlockedError, DeclinedError, PeerError, RefusedError
from pypeer.events import Announced, Called, Declined, Done, Event, Failed, InboxOpen, Progress, Text
from pypeer.identity import Identity
from tests.support.commands import PATIENCE_S, Server, running_server

SLOW = 20_000.0
"""Bytes a second at which two MB do not end while a test looks at something else."""


class Person:
    """A peer with contacts of its own, and what its inbox tells."""

    def __init__(self, peer: Peer, store: Store) -> None:
        self.peer = peer
        self.store = store
        self.told: list[Event] = []
        self._news = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        return self.peer.identity.id

    def contact(self) -> Contact:
        [contact] = self.store.all()
        return contact

    async def open(
        self, into: Path, ask: Callable[[Called], Awaitable[Answer | None]] | None = None, **how: Any
    ) -> Inbox:
        box = await self.peer.inbox(into, ask=ask, **how)
        self._reading = asyncio.create_task(self._read(box))
        return box

    async def until(self, wanted: Callable[[Event], bool], since: int = 0) -> Event:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for event in self.told[since:]:
                    if wanted(event):
                        return event
                self._news.clear()
                await self._news.wait()

    async def send(self, to: "Person", text: str = "hello", **how: Any) -> Delivery:
        return await self.peer.deliver(text=text, to=to.id, **how)

    async def _read(self, box: Inbox) -> None:
        async for event in box:
            self.told.append(event)
            self._news.set()


def is_a(*kinds: type[Event]) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, kinds)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def person(stack: AsyncExitStack, url: str, folder: Path, **how: Any) -> Person:
    identity = Identity.new()
    store = stack.enter_context(Store(folder / identity.id))
    peer = await stack.enter_async_context(Peer(url, identity=identity, contacts=store, **how))
    return Person(peer, store)


async def meet(sender: Peer, getter: Peer, into: Path) -> None:
    """By a code; what is sent is declined, which does not matter."""

    async def decline(_: object) -> bool:
        return False

    offer = await sender.send(text="hello")
    with pytest.raises(DeclinedError):
        await getter.get(offer.code, into, decline).wait()
    async for event in offer:
        if isinstance(event, Failed):
            break
    await offer.stop()


@pytest.fixture
async def people(stack: AsyncExitStack, server: Server, tmp_path: Path) -> tuple[Person, Person]:
    """Ada and Bob have met, and Bob has made her a contact."""
    ada = await person(stack, server.url, tmp_path, name="Ada")
    bob = await person(stack, server.url, tmp_path, name="Bob")
    await meet(ada.peer, bob.peer, tmp_path)
    bob.store.change("Ada", Change.ADD)
    return ada, bob


async def test_our_person_is_asked_and_what_is_said_holds(people: tuple[Person, Person], tmp_path: Path) -> None:
    ada, bob = people
    answers = [Answer.DECLINE, Answer.ACCEPT, Answer.ALWAYS]
    asked: list[Called] = []

    async def ask(called: Called) -> Answer:
        asked.append(called)
        return answers.pop(0)

    await bob.open(tmp_path / "in", ask)
    with pytest.raises(DeclinedError, match="Bob did not take it"):
        await (await ada.send(bob)).wait()
    await (await ada.send(bob, "once")).wait()
    await (await ada.send(bob, "always")).wait()
    await (await ada.send(bob, "again")).wait()
    await bob.until(lambda event: isinstance(event, Text) and event.text == "again")
    assert [(each.name, each.peer, each.text, each.ask) for each in asked] == 3 * [("Ada", ada.id, True, True)]
    assert [each.text for each in bob.told if isinstance(each, Text)] == ["once", "always", "again"]
    assert [each.reason for each in bob.told if isinstance(each, Declined)] == ["no"]
    assert bob.contact().standing == "always"
    assert len({each.session for each in bob.told if isinstance(each, Called)}) == 4


async def test_who_is_blocked_is_not_waited_for_any_more(people: tuple[Person, Person], tmp_path: Path) -> None:
    ada, bob = people

    async def ask(_: Called) -> Answer:
        return Answer.BLOCK

    await bob.open(tmp_path / "in", ask)
    with pytest.raises(PeerError):
        await (await ada.send(bob)).wait()
    await bob.until(lambda event: isinstance(event, InboxOpen) and event.contacts == 0)
    with pytest.raises(AbsentError, match="Bob is not here"):
        await (await ada.send(bob)).wait()
    with pytest.raises(BlockedError):
        await bob.send(ada)


async def test_a_block_ends_what_is_under_way(people: tuple[Person, Person], tmp_path: Path) -> None:
    ada, bob = people
    bob.store.change("Ada", Change.ALLOW)
    await bob.open(tmp_path / "in")
    (tmp_path / "big.bin").write_bytes(os.urandom(2_000_000))
    delivery = await ada.peer.deliver([tmp_path / "big.bin"], to="Bob", limit=SLOW)
    await bob.until(is_a(Progress))
    bob.store.change("Ada", Change.BLOCK)
    failed = await bob.until(is_a(Failed))
    assert isinstance(failed, Failed)
    assert failed.code == "blocked"
    with pytest.raises(PeerError):
        await delivery.wait()
    assert not delivery.delivered
    assert not (tmp_path / "in" / "big.bin").exists()


async def test_who_gives_up_while_our_person_thinks_is_asked_about_no_more(
    people: tuple[Person, Person], tmp_path: Path
) -> None:
    ada, bob = people
    thinking = asyncio.Event()
    forgotten = asyncio.Event()

    async def ask(_: Called) -> Answer | None:
        thinking.set()
        try:
            await asyncio.Event().wait()
        finally:
            forgotten.set()
        return None

    await bob.open(tmp_path / "in", ask)
    delivery = await ada.send(bob)
    await thinking.wait()
    second = await ada.send(bob, "while the first is open")
    with pytest.raises(DeclinedError):
        await second.wait()
    await delivery.stop()
    await asyncio.wait_for(forgotten.wait(), PATIENCE_S)
    await bob.until(lambda event: isinstance(event, Declined) and event.session == first_called(bob).session)


def ends(session: str) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, Failed) and event.session == session


def first_called(someone: Person) -> Called:
    return next(each for each in someone.told if isinstance(each, Called))


async def test_several_come_at_once_and_too_many_are_told(
    people: tuple[Person, Person], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = people
    monkeypatch.setattr(module, "CALLS_OF_ONE_MAX", 2)
    bob.store.change("Ada", Change.ALLOW)
    box = await bob.open(tmp_path / "in")
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(os.urandom(2_000_000))
    slow = [await ada.peer.deliver([tmp_path / name], to="Bob", limit=SLOW) for name in "ab"]
    sessions: set[str] = set()
    while len(sessions) < 2:
        progress = await bob.until(lambda event: isinstance(event, Progress) and event.session not in sessions)
        sessions.add(progress.session)
    with pytest.raises(RefusedError, match="Bob takes as much as possible"):
        await (await ada.peer.deliver([tmp_path / "c"], to="Bob")).wait()
    await asyncio.gather(*(each.stop() for each in slow))
    await asyncio.gather(*(bob.until(ends(session)) for session in sessions))
    since = len(bob.told)
    both = [await ada.peer.deliver([tmp_path / name], to="Bob") for name in "ab"]
    await asyncio.gather(*(each.wait() for each in both))
    assert all((tmp_path / "in" / name).read_bytes() == (tmp_path / name).read_bytes() for name in "ab")
    first = await bob.until(is_a(Done), since)
    await bob.until(lambda event: isinstance(event, Done) and event.session != first.session, since)
    assert box.taken == 2


async def test_who_has_not_kept_the_last_meeting_is_reached_by_the_one_before(
    people: tuple[Person, Person], server: Server, tmp_path: Path
) -> None:
    ada, bob = people
    async with Peer(server.url, identity=bob.peer.identity, name="Bob") as forgetful:
        await meet(ada.peer, forgetful, tmp_path)
    assert len(ada.contact().secrets) == 2
    bob.store.change("Ada", Change.ALLOW)
    await bob.open(tmp_path / "in")
    await (await ada.send(bob)).wait()
    await bob.until(is_a(Text))
    assert len(ada.contact().secrets) == 2, "the newer may be known there some day"
    since = len(bob.told)
    await meet(ada.peer, bob.peer, tmp_path)
    await bob.until(is_a(InboxOpen), since)
    await (await ada.send(bob)).wait()
    assert [len(each.contact().secrets) for each in people] == [1, 1]


async def test_an_inbox_waits_again_at_a_server_that_has_forgotten_it(stack: AsyncExitStack, tmp_path: Path) -> None:
    first = stack.enter_context(running_server(tmp_path / "server"))
    ada = await person(stack, first.url, tmp_path, name="Ada")
    bob = await person(stack, first.url, tmp_path, name="Bob")
    await meet(ada.peer, bob.peer, tmp_path)
    bob.store.change("Ada", Change.ALLOW)
    await bob.open(tmp_path / "in")
    since = len(bob.told)
    first.stop()
    second = Server(tmp_path / "server", port=first.port)
    stack.callback(second.stop)
    await bob.until(is_a(InboxOpen), since=max(1, since))
    await (await ada.send(bob)).wait()


async def test_a_peer_without_contacts_has_no_inbox_and_sends_to_nobody(server: Server, tmp_path: Path) -> None:
    async with Peer(server.url, identity=Identity.new()) as peer:
        with pytest.raises(ValueError, match="no contacts"):
            await peer.inbox(tmp_path)
        with pytest.raises(ValueError, match="no contacts"):
            await peer.deliver(text="x", to="Bob")


async def test_nobody_is_sent_to_who_was_never_met(people: tuple[Person, Person]) -> None:
    ada, _ = people
    with pytest.raises(AbsentError, match="You have met nobody called 'Carl'"):
        await ada.peer.deliver(text="x", to="Carl")


async def test_who_is_blocked_is_not_served_what_is_shared(people: tuple[Person, Person], tmp_path: Path) -> None:
    ada, bob = people
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "song of a test.txt").write_text("la")
    library = await bob.peer.share([tmp_path / "shelf"], name="shelf of a test")
    async with asyncio.timeout(PATIENCE_S):
        async for event in library:
            if isinstance(event, Announced) and event.whole and event.files == 1:
                break
    [hit] = await ada.peer.search("song of a test")
    await ada.peer.get(hit, tmp_path / "before").wait()
    bob.store.change("Ada", Change.BLOCK)
    with pytest.raises(PeerError):
        await ada.peer.get(hit, tmp_path / "after").wait()
    assert not (tmp_path / "after").exists()
    bob.store.change("Ada", Change.ASK)
    await ada.peer.get(hit, tmp_path / "after").wait()
