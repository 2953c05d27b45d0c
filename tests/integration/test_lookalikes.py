"""Names that look like those of contacts, at a real server, by real peers: who has something, and who asks for it."""

import asyncio
from pathlib import Path

import pytest

from pypeer.api import Peer
from pypeer.contacts.standing import Change
from pypeer.contacts.store import Store
from pypeer.events import Wished
from pypeer.finding.directory import Directory
from pypeer.identity import Identity
from tests.support.commands import PATIENCE_S, Server

FAKE = "B\u043eb"

pytestmark = pytest.mark.usefixtures("home")


async def test_who_looks_like_a_contact_is_marked_where_others_see_it(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "things"
    folder.mkdir()
    (folder / "lookalike thing.txt").write_bytes(b"thing")
    bob, faker = Identity.new(), Identity.new()
    with Store(tmp_path / "contacts.sqlite") as store:
        store.met(bob.key, bytes(32), "Bob", Change.ADD)
        async with (
            Peer(server.url, identity=faker, name=FAKE) as fake,
            Peer(server.url, identity=bob, name="Bob") as real,
            Peer(server.url, identity=Identity.new(), contacts=store) as ada,
            asyncio.timeout(PATIENCE_S),
        ):
            *_, library = [
                await peer.share([folder], name=name) for peer, name in ((fake, FAKE), (real, "Bob"), (ada, "Ours"))
            ]
            here = {faker.id, bob.id, ada.identity.id}  # beside those of other tests, which the server may still have
            while not here <= {each.peer for each in await ada.libraries() if each.whole}:
                await asyncio.sleep(0.2)
            seen = {each.peer: each.alike for each in await ada.libraries()}
            assert (seen[faker.id], seen[bob.id]) == (("Bob",), ())
            [hit] = await ada.search("lookalike thing")
            marks = {each.peer: each.alike for each in hit.sources}
            assert (marks[faker.id], marks[bob.id]) == (("Bob",), ())
            assert {each.alike for each in await Directory(fake._client).libraries()} == {()}
            await fake.get(f"byway:{ada.identity.id}/{hit.handle}", tmp_path / "got").wait()
            async for event in library:
                if isinstance(event, Wished):
                    assert (event.name, event.alike) == (FAKE, ("Bob",))
                    break
