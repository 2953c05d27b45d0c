"""Servers that listen to what is said of sealed spaces, lie about them, or do not know them."""

import asyncio
import re
from pathlib import Path

import msgspec
import pytest

from pypeer.api import Peer
from pypeer.contacts.standing import Change
from pypeer.contacts.store import Store
from pypeer.errors import ServerError
from pypeer.finding.sought import Sought
from pypeer.identity import Identity
from pypeer.secure.encoding import b64
from pypeer.spaces.space import Space
from signaling.protocol.codes import ErrorCode
from signaling.protocol.kinds import Kind
from signaling.protocol.messages import Error, Reply
from signaling.protocol.spaces import Keyring, SealedFound, SealedListing
from tests.integration.spaces.people import FILES, People, named, shared
from tests.support.commands import PATIENCE_S
from tests.support.nosy import NosyServer


async def test_nothing_that_a_server_hears_has_a_name_or_a_word_in_it(
    watched: People, nosy: NosyServer, space: Space, pictures: Path, tmp_path: Path
) -> None:
    """All that peers say to it, from the sign-in to the end of a fetch and of an invitation."""
    ada, bob, carl = [
        await watched.enter(name, each) for name, each in (("ada", space), ("bob", space), ("carl", None))
    ]
    library = await shared(ada, pictures, "Photographs of us", description="since the wedding")
    [hit] = await bob.search(Sought("zucchini reci", kind=Kind.DOCUMENT), space="all")
    await bob.browse("Photographs of us", "Holiday 2019")
    await bob.get(hit.handle, tmp_path / "got", space="Family").wait()
    await bob.get(hit, tmp_path / "got").wait()
    await bob.get(f"byway:{ada.identity.id}/Holiday 2019", tmp_path / "got", space="Family").wait()
    invitation = await ada.invite("Family")
    await carl.join(invitation.code)
    await library.stop()
    text = "\n".join(nosy.heard)
    assert '"sealed-announce"' in text
    assert '"sealed-search"' in text
    words = {word for path in FILES for word in re.split(r"[\W_]+", path) if len(word) > 2}
    words |= {"Photographs", "wedding", "Family", "document"}
    secrets = {hit.handle, hit.root, b64(bytes.fromhex(hit.root)), b64(space.keys.key), space.keys.key.hex()}
    secrets |= {word for word in words if len(word) > 7}
    assert {"Zucchini", "Photographs"} < secrets
    assert {"Kyoto", "Été", "2019"} < words
    assert [secret for secret in secrets if secret.casefold() in text.casefold()] == []
    # Short words are in random text by chance, but not between what stands around words.
    assert [word for word in words if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, re.IGNORECASE)] == []


async def test_a_server_that_swaps_boxes_is_found_out(
    watched: People, nosy: NosyServer, space: Space, pictures: Path, tmp_path: Path
) -> None:
    """Between owners, between files, and between libraries and files; what is left is what it did not touch."""
    ada, bob, member = [await watched.enter(name, space) for name in ("ada", "bob", "member")]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "Holiday elsewhere.txt").write_bytes(b"x")
    await shared(ada, pictures)
    await shared(bob, tmp_path / "other", "Other")
    honest = set(named(await member.search("holiday", space="Family")))
    assert len(honest) == 3

    def between_owners(reply: Reply) -> Reply:
        if not isinstance(reply, SealedFound):
            return reply
        first, *others = reply.libraries
        lied = [msgspec.structs.replace(each, peer=first.peer) for each in others]
        return msgspec.structs.replace(reply, libraries=(first, *lied))

    def between_files(reply: Reply) -> Reply:
        if not isinstance(reply, SealedFound):
            return reply
        boxes = [*(hit.box for hit in reply.hits[1:]), reply.hits[0].box]
        swapped = [msgspec.structs.replace(hit, box=box) for hit, box in zip(reply.hits, boxes, strict=True)]
        return msgspec.structs.replace(reply, hits=tuple(swapped))

    def of_a_library(reply: Reply) -> Reply:
        if not isinstance(reply, SealedFound):
            return reply
        lied = [msgspec.structs.replace(hit, box=reply.libraries[0].box) for hit in reply.hits]
        return msgspec.structs.replace(reply, hits=tuple(lied))

    nosy.tamper = between_owners
    left = set(named(await member.search("holiday", space="Family")))
    assert left < honest
    nosy.tamper = between_files
    assert await member.search("holiday", space="Family") == []
    nosy.tamper = of_a_library
    assert await member.search("holiday", space="Family") == []


async def test_a_server_that_pages_for_ever_is_not_followed(
    watched: People, nosy: NosyServer, space: Space, pictures: Path
) -> None:
    ada, member = await watched.enter("ada", space), await watched.enter("member", space)
    await shared(ada, pictures)
    nosy.tamper = lambda reply: msgspec.structs.replace(reply, more=True) if hasattr(reply, "more") else reply
    async with asyncio.timeout(PATIENCE_S):
        assert {each.name for each in await member.browse("Pictures")} == {"Holiday 2019", "Zucchini", "Übersicht.txt"}
        assert "packing list.txt" in named(await member.search("packing", space="all"))
    nosy.tamper = lambda reply: (
        SealedListing(seq=0, re=reply.re, more=True) if isinstance(reply, SealedListing) else reply
    )
    async with asyncio.timeout(PATIENCE_S):
        assert await member.browse("Pictures") == []


async def test_a_server_that_knows_no_spaces_is_as_good_as_one_without(
    watched: People, nosy: NosyServer, space: Space, pictures: Path
) -> None:
    """Unless something is to be shared or found in one."""
    ada, member = await watched.enter("ada", space), await watched.enter("member", space)
    await shared(ada, pictures, "In the open", space=None)
    nosy.tamper = lambda reply: Error(code=ErrorCode.UNKNOWN_TYPE, message="unknown", re=reply.re, seq=0)
    assert named(await member.search("kyoto")) == ["Été in Kyoto.mp3"]
    assert [each.name for each in await member.libraries()] == ["In the open"]
    with pytest.raises(ServerError, match="knows no sealed spaces"):
        await member.search("kyoto", space="Family")


async def test_a_server_that_knows_no_keys_is_told_nothing_for_contacts(
    nosy: NosyServer, pictures: Path, tmp_path: Path
) -> None:
    with Store(tmp_path / "contacts.sqlite") as store:
        store.met(Identity.new().key, bytes(32), "Bob", Change.ADD)
        async with Peer(nosy.url, identity=Identity.new(), contacts=store) as peer:
            await shared(peer, pictures, "In the open", space=None)
            nosy.tamper = lambda reply: (
                Error(code=ErrorCode.UNKNOWN_TYPE, message="unknown", re=reply.re, seq=0)
                if isinstance(reply, Keyring)
                else reply
            )
            assert [each.name for each in await peer.libraries()] == ["In the open"]
            assert await peer.search("kyoto", space="all") == []
            with pytest.raises(ServerError, match="sharing with contacts"):
                await peer.search("kyoto", space="contacts")
            with pytest.raises(ServerError, match="Nothing was published"):
                await peer.share([pictures], name="For contacts", to_contacts=True)
            assert [each.name for each in await peer.libraries()] == ["In the open"]
