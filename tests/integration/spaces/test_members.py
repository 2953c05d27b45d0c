"""Sealed spaces at a real server, by real peers: members find, read and fetch, and ask others in; strangers do not."""

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from pypeer.errors import AbsentError, DeclinedError, MeetError, PeerError
from pypeer.events import Announced, Failed, Invited, Joined, Member
from pypeer.finding.directory import Directory
from pypeer.finding.found import File, Folder
from pypeer.finding.sought import Sought
from pypeer.protocol.sealed import Want
from pypeer.spaces.space import Space
from pypeer.spaces.store import SpaceStore
from signaling.protocol.kinds import Kind
from tests.integration.spaces.people import SONG, People, named, shared, until
from tests.support.asker import Asker
from tests.support.commands import PATIENCE_S, Command, Server, finished


async def test_members_find_look_into_and_fetch_what_is_shared(
    people: People, space: Space, pictures: Path, tmp_path: Path
) -> None:
    ada, bob = await people.enter("ada", space), await people.enter("bob", space)
    library = await shared(ada, pictures, description="of us all")
    [found] = [each for each in await bob.libraries() if each.library == library.id]
    assert (found.name, found.description, found.space, found.files) == ("Pictures", "of us all", "Family", 4)
    assert (found.whole, found.peer) == (True, ada.identity.id)
    [hit] = await bob.search("ete kyo", space="Family")
    assert (hit.name, hit.folder, hit.size) == ("Été in Kyoto.mp3", "Holiday 2019", len(SONG))
    assert (hit.sources[0].space, hit.count) == ("Family", 1)
    assert named(await bob.search(Sought("holiday", kind=Kind.TEXT), space="Family")) == ["packing list.txt"]
    assert named(await bob.search(Sought("zucchini re", least=60_000, peer=ada.identity.id), space="all")) == [
        "recipe.pdf"
    ]
    assert named(await bob.search(Sought("zucchini", most=60_000), space="all")) == []
    top = await bob.browse("Pictures")
    assert [(each.name, each.files) for each in top if isinstance(each, Folder)] == [
        ("Holiday 2019", 2),
        ("Zucchini", 1),
    ]
    assert [each.name for each in await bob.browse("Pictures", "Zucchini") if isinstance(each, File)] == ["recipe.pdf"]
    for what, path in ((hit, hit.name), (f"byway:{ada.identity.id}/Zucchini", "Zucchini/recipe.pdf")):
        fetch = bob.get(what, tmp_path / "got", space="Family")
        await asyncio.wait_for(fetch.wait(), PATIENCE_S)
        assert (tmp_path / "got" / path).exists()
    assert (tmp_path / "got" / hit.name).read_bytes() == SONG


async def test_one_file_of_two_members_is_one_hit_and_comes_from_both(
    people: People, space: Space, tmp_path: Path
) -> None:
    """And of whoever has it in the open nothing is said: there the same words would be told to the server."""
    word, content = f"w{os.urandom(6).hex()}", os.urandom(3_000_000)
    owners = [await people.enter(f"owner{number}", space) for number in range(3)]
    for number, owner in enumerate(owners):
        folder = tmp_path / f"folder{number}"
        folder.mkdir()
        (folder / f"{word} {number}.mkv").write_bytes(content)
        await shared(owner, folder, f"Films {number}", space=None if number == 2 else "Family", limit=1_000_000)
    member = await people.enter("member", space)
    [hit] = await member.search(word, space="Family")
    assert hit.count == 2
    assert {(each.peer, each.space) for each in hit.sources} == {(each.identity.id, "Family") for each in owners[:2]}
    [same] = await member.search(word, space="all")
    assert (same.root, same.count) == (hit.root, 2)
    [open_] = await member.search(word)
    assert (open_.root, [each.peer for each in open_.sources]) == (hit.root, [owners[2].identity.id])
    fetch = member.get(hit, tmp_path / "got")
    seen = [event async for event in fetch]
    await fetch.wait()
    assert {event.peer for event in seen if isinstance(event, Joined)} == {each.identity.id for each in owners[:2]}
    assert next((tmp_path / "got").iterdir()).read_bytes() == content


async def test_what_changes_is_found_as_it_is_and_what_is_withdrawn_is_gone(
    people: People, space: Space, pictures: Path
) -> None:
    ada, bob = await people.enter("ada", space), await people.enter("bob", space)
    library = await shared(ada, pictures)
    (pictures / "Zucchini/recipe.pdf").rename(pictures / "Zucchini/soup.pdf")
    await until(library.events, lambda event: isinstance(event, Announced) and event.whole)
    async with asyncio.timeout(PATIENCE_S):
        while named(await bob.search("zucchini", space="family")) != ["soup.pdf"]:
            await asyncio.sleep(0.3)
    await library.stop()
    assert await bob.search("zucchini", space="family") == []
    assert await bob.libraries(space="Family") == []
    with pytest.raises(AbsentError):
        await bob.browse("Pictures")


async def test_a_stranger_finds_nothing_not_even_that_there_is_a_space(
    people: People, server: Server, space: Space, pictures: Path, tmp_path: Path
) -> None:
    ada = await people.enter("ada", space)
    library = await shared(ada, pictures)
    other = SpaceStore(tmp_path / "other" / "spaces.json").create("Family")
    stranger = await people.enter("stranger", other)
    assert [each for each in await stranger.libraries() if each.peer == ada.identity.id] == []
    for words in ("kyoto", "ete", "zucchini", "Pictures"):
        assert await stranger.search(words) == await stranger.search(words, space="all") == []
    assert await stranger.search(Sought("kyoto", peer=ada.identity.id)) == []
    with pytest.raises(AbsentError):
        await Directory(stranger._client).browse(library.id)
    with pytest.raises(AbsentError):
        await stranger.get(f"byway:{ada.identity.id}/Zucchini", tmp_path / "got", space="Family").wait()


async def test_whoever_learns_the_id_of_a_library_is_not_let_in(
    people: People, server: Server, space: Space, pictures: Path, tmp_path: Path
) -> None:
    """A server may tell it to anybody, and lead anybody there: it takes the key of the space to be heard."""
    ada = await people.enter("ada", space)
    library = await shared(ada, pictures)
    async with Asker(server.url) as asker:
        with pytest.raises(MeetError):
            await asker.get(library.id, Want(folder=""), tmp_path / "got")
    assert not (tmp_path / "got").exists()
    assert library.serving == library.delivered == 0


async def test_who_is_invited_by_a_code_is_asked_and_then_a_member(
    people: People, space: Space, pictures: Path
) -> None:
    ada, bob = await people.enter("ada", space), await people.enter("bob")
    await shared(ada, pictures)
    invitation = await ada.invite("Family")
    seen: list[Invited] = []

    async def consent(invited: Invited) -> bool:
        seen.append(invited)
        return True

    joined = await bob.join(invitation.code, consent, name="Kin")
    assert (joined.name, joined.keys) == ("Kin", space.keys)
    assert [(each.space, each.peer, each.name) for each in seen] == [("Family", ada.identity.id, "ada")]
    member = await until(invitation.events, lambda event: isinstance(event, Member))
    assert isinstance(member, Member)
    assert (member.peer, member.space, member.name) == (bob.identity.id, "Family", "bob")
    [hit] = await bob.search("kyoto", space="kin")
    assert hit.sources[0].space == "Kin"
    with pytest.raises(PeerError):
        await bob.join(invitation.code)  # it was for one


async def test_who_declines_is_no_member_and_the_code_goes_on(people: People, space: Space) -> None:
    ada, bob = await people.enter("ada", space), await people.enter("bob")
    invitation = await ada.invite("Family")

    async def no(_: Invited) -> bool:
        return False

    with pytest.raises(DeclinedError):
        await bob.join(invitation.code, no)
    assert bob.spaces.all() == []
    failed = await until(invitation.events, lambda event: isinstance(event, Failed))
    assert isinstance(failed, Failed)
    assert failed.code == "declined"
    assert (await bob.join(invitation.code)).keys == space.keys


async def test_a_code_for_files_is_no_invitation_and_the_other_way_round(
    people: People, space: Space, tmp_path: Path
) -> None:
    ada, bob = await people.enter("ada", space), await people.enter("bob")
    offer, invitation = await ada.send(text="hello"), await ada.invite("Family", times=None)
    with pytest.raises(MeetError, match="for files"):
        await bob.join(offer.code)
    with pytest.raises(MeetError, match="invitation"):
        await bob.get(invitation.code, tmp_path / "got").wait()
    assert bob.spaces.all() == []


async def test_a_program_that_knows_no_spaces_is_not_told_the_key(
    people: People, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = await people.enter("ada", space), await people.enter("bob")
    invitation = await ada.invite("Family")
    monkeypatch.setattr("pypeer.signaling_client.pair.Pair.can", lambda self, capability: capability != "spaces")
    with pytest.raises(MeetError):
        await bob.join(invitation.code)
    failed = await until(invitation.events, lambda event: isinstance(event, Failed))
    assert isinstance(failed, Failed)
    assert "knows no sealed spaces" in failed.message


async def test_whoever_has_not_the_new_key_stays_outside(people: People, space: Space, pictures: Path) -> None:
    ada, bob, old = [await people.enter(name, space) for name in ("ada", "bob", "old")]
    new = ada.spaces.renew("Family")
    library = await shared(ada, pictures)
    assert await old.search("kyoto", space="all") == await bob.search("kyoto", space="all") == []
    bob.spaces.leave("Family")
    await bob.join(new.link)
    assert named(await bob.search("kyoto", space="all")) == ["Été in Kyoto.mp3"]
    assert await old.libraries(space="Family") == []
    assert library.delivered == 0


def test_commands_make_invite_join_share_find_and_leave(server: Server, pictures: Path, tmp_path: Path) -> None:
    """As a person types them, each of the two with a home of its own."""
    ada, bob = tmp_path / "ada", tmp_path / "bob"
    started: list[Command] = []

    def run(home: Path, *arguments: str, status: int = 0) -> str:
        done = finished(home, *arguments, BYWAY_SERVER=server.url)
        assert done.returncode == status, done
        return done.stdout

    def begin(home: Path, *arguments: str) -> Command:
        started.append(Command(home, server.url, *arguments))
        return started[-1]

    try:
        assert run(ada, "spaces") == ""
        assert run(ada, "spaces", "new", "Our kin") == "Our kin\n"
        run(ada, "spaces", "new", "our  KIN", status=2)
        invite = begin(ada, "spaces", "invite", "Our kin")
        code = invite.until("ready")["code"]
        assert run(bob, "spaces", "join", code, "--yes") == "Our kin\n"
        assert invite.end() == 0
        assert invite.one("member")["space"] == "Our kin"
        link = run(bob, "spaces", "link", "our kin").strip()
        assert run(ada, "spaces", "join", link) == "Our kin\n"
        run(ada, "spaces", "join", link[:-2], status=2)
        run(ada, "share", str(pictures), "--name", "P", "--to", "nobody", "--yes", status=2)
        run(ada, "share", str(pictures), "--name", "P", "--to", "space:unknown", "--yes", status=4)
        share = begin(ada, "share", str(pictures), "--name", "Pictures", "--to", "space:Our kin", "--yes")
        while not share.until("announced").get("whole"):
            pass
        assert share.one("counted")["space"] == share.one("library")["space"] == "Our kin"
        assert "in the space “Our kin”" in run(bob, "peers", "--space", "our kin")
        assert "recipe.pdf" in run(bob, "browse", "Pictures", "Zucchini", "--space", "our kin")
        run(bob, "search", "kyoto", status=4)
        [hit] = [json.loads(line) for line in run(bob, "search", "kyo", "--space", "all", "--json").splitlines()]
        run(bob, "get", hit["handle"], "-o", str(tmp_path / "got"), status=4)
        run(bob, "get", hit["handle"], "-o", str(tmp_path / "got"), "--space", "our kin")
        assert (tmp_path / "got" / "Été in Kyoto.mp3").read_bytes() == SONG
        assert run(bob, "spaces", "renew", "our kin") == "Our kin\n"
        run(bob, "search", "kyo", "--space", "our kin", status=4)
        run(bob, "spaces", "leave", "our kin")
        assert run(bob, "spaces") == ""
        assert json.loads(run(ada, "spaces", "--json"))["name"] == "Our kin"
        assert share.interrupt(signal.SIGTERM) in (0, 130)
    finally:
        for command in started:
            command.discard()
