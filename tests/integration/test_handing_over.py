"""What is offered under a code is handed over to a peer that goes on serving it, at a real server."""

import dataclasses
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from pypeer.api import Peer
from pypeer.contacts.delivery import NotServedError
from pypeer.contacts.inbox import Inbox
from pypeer.contacts.standing import Change
from pypeer.delegates.handing import HandOver
from pypeer.delegates.keeper import FOLDER
from pypeer.delegates.proof import DelegationError
from pypeer.delegates.record import Item, Record, State
from pypeer.delegates.served import Served
from pypeer.delegates.store import KeptStore
from pypeer.errors import NotFoundError, ServerError, TransferError
from pypeer.events import Closed, FileFailed, Kept, KeptNoMore, OnBehalf, Remembered, Text
from pypeer.protocol.codes import EndCode
from pypeer.sharing import Offer
from signaling.protocol.delegation import parse
from signaling.protocol.encoding import b64
from signaling.protocol.rendezvous import Opened, Take
from tests.integration.test_inbox import Person, is_a, meet, person
from tests.support.commands import Server

CONTENT = b"light on water\n" * 40_000


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def anna(stack: AsyncExitStack, server: Server, tmp_path: Path) -> Person:
    return await person(stack, server.url, tmp_path, name="Anna")


@pytest.fixture
async def nas(stack: AsyncExitStack, server: Server, tmp_path: Path, anna: Person) -> Person:
    """Anna's own machine, which has met her, and knows her by name."""
    machine = await person(stack, server.url, tmp_path, name="nas")
    await meet(anna.peer, machine.peer, tmp_path)
    machine.store.change("Anna", Change.ADD)
    return machine


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "empty").mkdir(parents=True)
    (folder / "sea.jpg").write_bytes(CONTENT)
    (folder / "none.txt").write_bytes(b"")
    return folder


async def serve(nas: Person, tmp_path: Path, *names: str) -> Inbox:
    """The inbox of Anna's machine."""
    kept = KeptStore(tmp_path / "serving.sqlite")
    return await nas.open(tmp_path / "inbox", serve_for=names, kept=kept)


async def handed(anna: Person, nas: Person, offer: Offer, lasts: float = 3600) -> HandOver:
    handing = await anna.peer.hand_over(offer, nas.id, lasts)
    await handing.wait()
    return handing


async def fetched(peer: Peer, code: str, into: Path) -> list[object]:
    """All that a receiver is told."""
    async with peer.get(code, into) as fetch:
        told: list[object] = [event async for event in fetch]
        await fetch.wait()
    return told


async def until_closed(offer: Offer) -> str:
    async for event in offer:
        if isinstance(event, Closed):
            return event.reason
    return ""


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def test_the_code_goes_on_when_its_owner_has_left(
    stack: AsyncExitStack, server: Server, anna: Person, nas: Person, photos: Path, tmp_path: Path
) -> None:
    await serve(nas, tmp_path, "Anna")
    offer = await anna.peer.send([photos])
    await handed(anna, nas, offer)
    assert await until_closed(offer) == "moved"
    await anna.peer.__aexit__(None, None, None)
    bob = await person(stack, server.url, tmp_path, name="Bob")
    told = await fetched(bob.peer, offer.code, tmp_path / "bob")
    [behalf] = [event for event in told if isinstance(event, OnBehalf)]
    assert (behalf.peer, behalf.name, behalf.by) == (anna.id, "Anna", nas.id)
    assert not [event for event in told if isinstance(event, Remembered)], "nobody has introduced the machine"
    assert digest(tmp_path / "bob" / "photos" / "sea.jpg") == hashlib.sha256(CONTENT).hexdigest()
    assert (tmp_path / "bob" / "photos" / "empty").is_dir()
    assert not (tmp_path / "bob" / "photos" / "none.txt").read_bytes()


async def test_a_text_can_be_handed_over(anna: Person, nas: Person, tmp_path: Path) -> None:
    await serve(nas, tmp_path, "Anna")
    offer = await anna.peer.send(text="see you at eight\n")
    await handed(anna, nas, offer)
    told = await fetched(anna.peer, offer.code, tmp_path / "bob")
    assert [event.text for event in told if isinstance(event, Text)] == ["see you at eight\n"]


async def test_nobody_is_served_for_unless_our_person_says_so(
    anna: Person, nas: Person, photos: Path, tmp_path: Path
) -> None:
    await serve(nas, tmp_path)
    offer = await anna.peer.send([photos])
    with pytest.raises(NotServedError, match="--serve-for"):
        await handed(anna, nas, offer)
    assert not (tmp_path / "inbox").exists()
    await fetched(nas.peer, offer.code, tmp_path / "still from Anna")


async def test_another_inbox_goes_on_with_it(
    stack: AsyncExitStack, server: Server, anna: Person, nas: Person, photos: Path, tmp_path: Path
) -> None:
    """The machine starts again: what it served, it serves."""
    box = await serve(nas, tmp_path, "Anna")
    offer = await anna.peer.send([photos])
    await handed(anna, nas, offer)
    await box.stop()
    await nas.peer.__aexit__(None, None, None)
    again = await stack.enter_async_context(Peer(server.url, identity=nas.peer.identity, contacts=nas.store))
    machine = Person(again, nas.store)
    await serve(machine, tmp_path, "Anna")
    await machine.until(lambda event: isinstance(event, Kept) and event.state == State.SERVING.value)
    await fetched(anna.peer, offer.code, tmp_path / "bob")
    assert digest(tmp_path / "bob" / "photos" / "sea.jpg") == hashlib.sha256(CONTENT).hexdigest()


async def test_its_owner_takes_it_back(anna: Person, nas: Person, photos: Path, tmp_path: Path) -> None:
    await serve(nas, tmp_path, "Anna")
    offer = await anna.peer.send([photos])
    handing = await handed(anna, nas, offer)
    await handing.withdraw()
    ended = await nas.until(is_a(KeptNoMore))
    assert isinstance(ended, KeptNoMore)
    assert ended.reason == "withdrawn"
    assert not list((tmp_path / "inbox" / FOLDER).iterdir())
    with pytest.raises(NotFoundError):
        await fetched(anna.peer, offer.code, tmp_path / "bob")


async def test_its_owner_takes_the_code_back(anna: Person, nas: Person, photos: Path, tmp_path: Path) -> None:
    """At the server, which tells the machine; what it was given is worth nothing any more."""
    await serve(nas, tmp_path, "Anna")
    offer = await anna.peer.send([photos])
    await handed(anna, nas, offer)
    with KeptStore(tmp_path / "serving.sqlite") as kept:
        [record] = kept.all()
    await offer._claim(None, offer.locator)
    ended = await nas.until(is_a(KeptNoMore))
    assert isinstance(ended, KeptNoMore)
    assert ended.reason == "withdrawn"
    with pytest.raises(ServerError, match="taken this delegation back") as refused:
        await nas.peer._client.ask(Take(id=1, delegation=record.delegation), Opened)
    assert refused.value.code == "bad-delegation"


async def test_the_person_of_the_machine_stops_it(anna: Person, nas: Person, photos: Path, tmp_path: Path) -> None:
    await serve(nas, tmp_path, "Anna")
    offer = await anna.peer.send([photos])
    await handed(anna, nas, offer)
    with KeptStore(tmp_path / "serving.sqlite") as kept:
        [record] = kept.all()
        kept.remove(record.id)
    ended = await nas.until(is_a(KeptNoMore))
    assert isinstance(ended, KeptNoMore)
    assert ended.reason == "stopped"
    assert not list((tmp_path / "inbox" / FOLDER).iterdir())


async def test_it_ends_when_it_was_to(anna: Person, nas: Person, photos: Path, tmp_path: Path) -> None:
    await serve(nas, tmp_path, "Anna")
    offer = await anna.peer.send([photos])
    await handed(anna, nas, offer, lasts=3)
    ended = await nas.until(is_a(KeptNoMore))
    assert isinstance(ended, KeptNoMore)
    assert ended.reason == "expired"


async def test_who_is_blocked_is_not_served_for(anna: Person, nas: Person, photos: Path, tmp_path: Path) -> None:
    await serve(nas, tmp_path, "Anna")
    await handed(anna, nas, await anna.peer.send([photos]))
    nas.store.change("Anna", Change.BLOCK)
    ended = await nas.until(is_a(KeptNoMore))
    assert isinstance(ended, KeptNoMore)
    assert ended.reason == "forbidden"


async def test_a_code_for_one_ends_with_one(anna: Person, nas: Person, photos: Path, tmp_path: Path) -> None:
    await serve(nas, tmp_path, "Anna")
    offer = await anna.peer.send([photos], once=True)
    await handed(anna, nas, offer)
    await fetched(anna.peer, offer.code, tmp_path / "bob")
    ended = await nas.until(is_a(KeptNoMore))
    assert isinstance(ended, KeptNoMore)
    assert ended.reason == "used"


async def test_of_two_machines_the_later_one_serves_it(
    stack: AsyncExitStack, server: Server, anna: Person, nas: Person, photos: Path, tmp_path: Path
) -> None:
    other = await person(stack, server.url, tmp_path, name="other")
    await meet(anna.peer, other.peer, tmp_path)
    other.store.change("Anna", Change.ADD)
    await serve(nas, tmp_path / "one", "Anna")
    await serve(other, tmp_path / "two", "Anna")
    offer = await anna.peer.send([photos])
    await handed(anna, nas, offer)
    await handed(anna, other, offer)
    ended = await nas.until(is_a(KeptNoMore))
    assert isinstance(ended, KeptNoMore)
    told = await fetched(anna.peer, offer.code, tmp_path / "bob")
    assert [event.by for event in told if isinstance(event, OnBehalf)] == [other.id]


async def test_what_was_begun_goes_on(anna: Person, nas: Person, photos: Path, tmp_path: Path) -> None:
    """The code stays where it is until the machine has everything."""
    await serve(nas, tmp_path, "Anna")
    offer = await anna.peer.send([photos])
    handing = await anna.peer.hand_over(offer, nas.id)
    await nas.until(is_a(Kept))
    await handing.stop()
    with KeptStore(tmp_path / "serving.sqlite") as kept:
        assert [each.state for each in kept.all() if each.state is State.SERVING] == []
    await fetched(nas.peer, offer.code, tmp_path / "from Anna")
    again = await anna.peer.hand_over(offer, nas.id)
    await again.wait()
    assert again.done


async def test_what_does_not_fit_leaves_nothing(
    anna: Person, nas: Person, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pypeer.transfer.room.shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    await serve(nas, tmp_path, "Anna")
    offer = await anna.peer.send([photos])
    with pytest.raises(TransferError) as full:
        await handed(anna, nas, offer)
    assert full.value.code == "no-space"
    ended = await nas.until(is_a(KeptNoMore))
    assert isinstance(ended, KeptNoMore)
    assert ended.reason == "no-space"


class Crooked(Served):
    """Shows a delegation at a code that was not delegated."""

    async def _claim(self, ttl: float | None, locator: str | None) -> Opened:
        return await Offer._claim(self, ttl, locator)


async def record_of(anna: Person, nas: Person, offer: Offer, tmp_path: Path) -> Record:
    """What is written down of an offer that was handed over."""
    await serve(nas, tmp_path, "Anna")
    await handed(anna, nas, offer)
    [record] = KeptStore(tmp_path / "serving.sqlite").all()
    return record


async def test_a_receiver_takes_only_what_its_owner_has_signed(
    anna: Person, nas: Person, photos: Path, tmp_path: Path
) -> None:
    """A machine that offers something else in her name is found out before any of it is fetched."""
    offer = await anna.peer.send([photos])
    record = await record_of(anna, nas, offer, tmp_path)
    assert nas.peer._work.inbox is not None
    await nas.peer._work.inbox.stop()
    [*others, last] = record.items
    other = Item(replace(last.entry, root="00" * 32), last.place)
    crooked = Served(nas.peer._desk, dataclasses.replace(record, items=(*others, other)))
    nas.peer._work.offers.append(crooked)
    await crooked.open()
    with pytest.raises(TransferError, match="not what the owner of the code has handed over"):
        await fetched(anna.peer, offer.code, tmp_path / "bob")
    await crooked.stop()
    assert not (tmp_path / "bob" / "photos").exists()


async def test_what_has_changed_on_the_disk_of_the_machine_is_not_taken(
    anna: Person, nas: Person, photos: Path, tmp_path: Path
) -> None:
    offer = await anna.peer.send([photos])
    record = await record_of(anna, nas, offer, tmp_path)
    (record.folder / "photos" / "sea.jpg").write_bytes(bytes(len(CONTENT)))
    async with anna.peer.get(offer.code, tmp_path / "bob") as fetch:
        told = [event async for event in fetch]
    [failed] = [event for event in told if isinstance(event, FileFailed)]
    assert (failed.path, failed.code) == ("photos/sea.jpg", EndCode.CHANGED)
    assert "has changed at the one who serves it" in failed.message
    assert not (tmp_path / "bob" / "photos" / "sea.jpg").exists()
    assert (tmp_path / "bob" / "photos" / "none.txt").exists(), "the others go on"


async def test_a_delegation_of_a_stranger_is_refused_by_server_and_receiver(
    stack: AsyncExitStack, server: Server, anna: Person, nas: Person, photos: Path, tmp_path: Path
) -> None:
    offer = await anna.peer.send([photos])
    record = await record_of(anna, nas, offer, tmp_path)
    mallory = await person(stack, server.url, tmp_path, name="Mallory")
    with pytest.raises(ServerError, match="another key") as refused:
        await mallory.peer._client.ask(Take(id=1, delegation=record.delegation), Opened)
    assert refused.value.code == "bad-delegation"
    made = parse(record.delegation).delegation
    forged = made.text(mallory.peer.identity.sign(made.statement))
    with pytest.raises(ServerError, match="not signed by its owner"):
        await nas.peer._client.ask(Take(id=1, delegation=forged), Opened)
    # Mallory opens a code of its own, and shows Anna's delegation there.
    crooked = Crooked(mallory.peer._desk, record)
    mallory.peer._work.offers.append(crooked)
    await Offer.open(crooked, None)
    with pytest.raises(DelegationError, match="Do not trust it"):
        await fetched(anna.peer, crooked.code, tmp_path / "bob")
    assert b64(made.owner) == b64(anna.peer.identity.key)
    await crooked.stop()


async def test_a_hand_over_is_seen_in_the_events_of_both(
    anna: Person, nas: Person, photos: Path, tmp_path: Path
) -> None:
    await serve(nas, tmp_path, "Anna")
    offer = await anna.peer.send([photos])
    handing = await anna.peer.hand_over(offer, nas.id)
    told = [event async for event in handing]
    assert type(told[-1]).__name__ == "HandedOver"
    states = [event.state for event in nas.told if isinstance(event, Kept)]
    assert states == ["copying", "copied", "serving"]
