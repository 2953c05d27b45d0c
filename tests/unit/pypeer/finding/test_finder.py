"""From what is asked for to those who have it: whoever was not asked for is not met, and nothing else is taken."""

from collections.abc import Sequence

import pytest

from pypeer.approach import Approach
from pypeer.errors import AbsentError, AmbiguousError, DeclinedError, PeerError, TransferError
from pypeer.finding import found as values
from pypeer.finding.finder import Finder, file_name
from pypeer.finding.owner import COURTESY_S, Owner
from pypeer.finding.targets import ByFolder, ByHandle
from pypeer.plan import Plan
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.protocol.sealed import Wanted
from signaling.protocol.directory import Browse, Found, Here, Listing, Peers, Search
from signaling.protocol.listed import Hit, Shelf
from signaling.protocol.messages import Request
from tests.unit.pypeer.finding.samples import PEERS, ROOTS, hit, item, shelf
from tests.unit.pypeer.finding.script import Scripted

HANDLE = values.handle_of(ROOTS[0])
TWIN = ROOTS[0][:10] + bytes(22)
"""Another root with the same handle."""


def server(*hits: Hit, libraries: tuple[Shelf, ...] = (), folders: tuple[tuple[str, str], ...] = ()) -> Scripted:
    """A server that finds these, with these libraries, each with these folders."""

    def answer(request: Request) -> object:
        match request:
            case Search():
                return Found(seq=1, re=1, hits=hits, libraries=libraries)
            case Peers():
                return Here(seq=1, re=1, libraries=libraries)
            case Browse():
                there = (request.library, request.path) in folders
                return Listing(seq=1, re=1, files=(item("x"),) if there else ())
            case _:
                raise AssertionError(request)

    return Scripted(answer)


def owners(plan: Plan | Sequence[Approach]) -> list[Owner]:
    approaches = plan.approaches if isinstance(plan, Plan) else plan
    assert all(isinstance(each, Owner) for each in approaches)
    return [each for each in approaches if isinstance(each, Owner)]


async def plan_for(target: ByHandle | ByFolder, scripted: Scripted, why: str = "") -> Plan:
    return await Finder(scripted.everywhere, why).plan(target)


LIBRARIES = (shelf(0), shelf(1, ask=True), shelf(2))


async def test_all_who_have_a_file_are_asked_for_it_by_one_name() -> None:
    scripted = server(hit(ROOTS[0], 2, 0, 1, name="a/b:c.mkv"), libraries=LIBRARIES)
    plan = await plan_for(ByHandle(HANDLE), scripted, "please")
    assert [(each.peer, each.library, each.asks) for each in owners(plan)] == [
        (PEERS[2], "lib2", False),
        (PEERS[0], "lib0", False),
        (PEERS[1], "lib1", True),
    ]
    [want] = {each.want for each in owners(plan)}
    assert want.files == (Wanted(root=ROOTS[0].hex(), name="a_b_c.mkv"),)
    assert (want.folder, want.why) == (None, "please")
    assert plan.expected is not None
    assert plan.expected.entries == (Entry(path="a_b_c.mkv", size=1000, root=ROOTS[0].hex()),)
    [search] = scripted.asked
    assert isinstance(search, Search)
    assert (search.handle, search.peer) == (HANDLE, None)


async def test_no_person_is_asked_for_what_others_give_at_once() -> None:
    libraries = (shelf(0, away=True), shelf(1, ask=True), shelf(2))
    plan = await plan_for(ByHandle(HANDLE), server(hit(ROOTS[0], 0, 1, 2), libraries=libraries))
    assert [each.after for each in owners(plan)] == [0, COURTESY_S, 0]
    plan = await plan_for(ByHandle(HANDLE), server(hit(ROOTS[0], 0, 1), libraries=libraries))
    assert [each.after for each in owners(plan)] == [0, 0]


async def test_a_reason_is_cut_to_what_the_contract_takes() -> None:
    plan = await plan_for(ByHandle(HANDLE), server(hit(ROOTS[0], 0), libraries=LIBRARIES), "\udc00" + "y" * 300)
    assert owners(plan)[0].want.why == "?" + "y" * 255


async def test_one_peer_is_asked_once_and_only_who_was_meant() -> None:
    libraries = (shelf(0), shelf(0, "Other", "second"), shelf(1))
    plan = await plan_for(ByHandle(HANDLE), server(hit(ROOTS[0], 0, 1, 2), libraries=libraries))
    assert [each.library for each in owners(plan)] == ["lib0", "lib1"]
    plan = await plan_for(ByHandle(HANDLE, PEERS[1]), server(hit(ROOTS[0], 0, 2), libraries=libraries))
    assert [each.peer for each in owners(plan)] == [PEERS[1]]


@pytest.mark.parametrize(
    ("target", "hits"),
    [
        (ByHandle(HANDLE), ()),
        (ByHandle(HANDLE), (hit(ROOTS[1], 0),)),
        (ByHandle(HANDLE, PEERS[2]), (hit(ROOTS[0], 0),)),
        (ByHandle(HANDLE, None, ROOTS[0].hex()), (hit(TWIN, 0),)),
    ],
    ids=["nothing", "something else", "somebody else", "another root"],
)
async def test_what_is_not_there(target: ByHandle, hits: tuple[Hit, ...]) -> None:
    with pytest.raises(AbsentError, match=HANDLE):
        await plan_for(target, server(*hits, libraries=LIBRARIES))


async def test_two_files_with_one_handle() -> None:
    hits = (hit(ROOTS[0], 0), hit(TWIN, 1))
    with pytest.raises(AmbiguousError, match="deceive"):
        await plan_for(ByHandle(HANDLE), server(*hits, libraries=LIBRARIES))
    assert await plan_for(ByHandle(HANDLE, None, TWIN.hex()), server(*hits, libraries=LIBRARIES))
    plan = await plan_for(ByHandle(HANDLE, PEERS[0]), server(*hits, libraries=LIBRARIES))
    assert plan.expected is not None
    assert plan.expected.entries[0].root == ROOTS[0].hex()


async def test_others_are_found_later_but_not_who_lied_or_said_no() -> None:
    libraries = list(LIBRARIES)
    hits = [hit(ROOTS[0], 0)]
    scripted = Scripted(lambda request: Found(seq=1, re=1, hits=tuple(hits), libraries=tuple(libraries)))
    plan = await plan_for(ByHandle(HANDLE), scripted)
    assert plan.more is not None
    hits[:] = [hit(ROOTS[0], 0, 1, 2, name="another name")]
    spent: dict[str, PeerError] = {
        PEERS[0]: TransferError("it lied", EndCode.CORRUPT),
        PEERS[1]: DeclinedError("no"),
        PEERS[2]: TransferError("it left", EndCode.CANCELLED),
    }
    again = owners(await plan.more(spent))
    assert [each.peer for each in again] == [PEERS[2]]
    assert again[0].want == owners(plan)[0].want, "under the name that was agreed to"
    hits[:] = [hit(TWIN, 2)]
    with pytest.raises(AbsentError):
        await plan.more(spent)


async def test_a_folder_is_had_from_its_peer() -> None:
    libraries = (shelf(0), shelf(1, ask=True))
    plan = await plan_for(ByFolder(PEERS[1], "a/b"), server(libraries=libraries, folders=(("lib1", "a/b"),)), "so")
    [owner] = owners(plan)
    assert (owner.peer, owner.library, owner.asks) == (PEERS[1], "lib1", True)
    assert (owner.want.folder, owner.want.files, owner.want.why) == ("a/b", (), "so")
    assert (plan.expected, plan.more) == (None, None)
    [owner] = owners(await plan_for(ByFolder(PEERS[0], ""), server(libraries=libraries)))
    assert owner.want.folder == ""


async def test_the_path_may_begin_with_the_library() -> None:
    libraries = (shelf(0, "Films"), shelf(0, "Music", "music"))
    folders = (("lib0", "new"), ("music", "new"))
    [owner] = owners(await plan_for(ByFolder(PEERS[0], "Music/new"), server(libraries=libraries, folders=folders)))
    assert (owner.library, owner.want.folder) == ("music", "new")
    [owner] = owners(await plan_for(ByFolder(PEERS[0], "Music"), server(libraries=libraries)))
    assert (owner.library, owner.want.folder) == ("music", "")
    with pytest.raises(AmbiguousError, match=f"byway:{PEERS[0]}/Films, byway:{PEERS[0]}/Music"):
        await plan_for(ByFolder(PEERS[0], "new"), server(libraries=libraries, folders=folders))


async def test_folders_that_are_not_there() -> None:
    with pytest.raises(AbsentError, match="is not here"):
        await plan_for(ByFolder(PEERS[3], "a"), server(libraries=LIBRARIES))
    with pytest.raises(AbsentError, match="no folder 'a'"):
        await plan_for(ByFolder(PEERS[0], "a"), server(libraries=LIBRARIES))


@pytest.mark.parametrize(
    ("name", "safe"), [("a.txt", "a.txt"), ("../../x", ".._.._x"), ("..", "__"), ("nul", "_nul"), ("a\u202e", "a_")]
)
def test_names_under_which_files_are_asked_for(name: str, safe: str) -> None:
    assert file_name(name) == safe
