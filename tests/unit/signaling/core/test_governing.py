"""An operator's decisions at work in the core: who leaves, what is not told, and what the operator is told."""

import hashlib

import pytest

from pypeer.identity import Identity
from signaling.core.control import OPEN, Control
from signaling.core.effects import Flagged, Tally
from signaling.core.policy import Policy
from signaling.protocol.codes import CloseCode, ErrorCode
from signaling.protocol.directory import Announce, Ask, Browse, Listing, Publish, Published
from signaling.protocol.directory import Search as SearchRequest
from signaling.protocol.encoding import b64, unb64
from signaling.protocol.flags import Fault, Flag
from signaling.protocol.listed import File, Folder
from signaling.protocol.messages import Error, Ok
from signaling.protocol.rendezvous import Left
from signaling.protocol.spaces import SealedPublish
from tests.support.naive_index import NaiveIndex
from tests.support.scene import Guest, Scene, hello, run
from tests.unit.signaling.core.publishing import FOLDERS, PICTURE, SONG, publish, search, shelves

ADA = Identity.from_seed(hashlib.sha256(b"ada").digest())


@pytest.fixture
def scene() -> Scene:
    return Scene(index=NaiveIndex())


def govern(scene: Scene, control: Control) -> None:
    run(scene.hub.govern(control, scene.now))


def turned_away(scene: Scene, identity: Identity) -> tuple[ErrorCode, CloseCode]:
    """How a sign-in ends."""
    connection = scene.connect()
    scene.say(connection, hello(identity, scene.challenge(connection).nonce))
    [error] = scene.take(connection)
    assert isinstance(error, Error)
    return error.code, scene.closed[connection]


def test_who_is_not_admitted_is_told_so(scene: Scene) -> None:
    govern(scene, Control(blocked=frozenset({ADA.id})))
    assert turned_away(scene, ADA) == (ErrorCode.NOT_ADMITTED, CloseCode.SIGN_IN)
    govern(scene, Control(word="correct horse"))
    assert turned_away(scene, ADA) == (ErrorCode.ACCESS_WORD, CloseCode.SIGN_IN)
    govern(scene, OPEN)
    scene.guest(identity=ADA)


def test_a_decision_holds_for_who_is_here_and_who_is_away(scene: Scene) -> None:
    here, away, guest = scene.guest(identity=ADA), scene.guest(identity=ADA), scene.guest()
    publish(here, *FOLDERS)
    publish(away, *FOLDERS)
    guest.ask(Ask(id=1, library=shelves(guest)[0].library))
    away.lose()
    govern(scene, Control(blocked=frozenset({ADA.id})))
    assert scene.closed == {here.connection: CloseCode.SIGN_IN}
    assert len(scene.hub.sessions) == 1
    assert shelves(guest) == ()
    assert [type(push) for push in guest.pushes()] == [Left]
    scene.lose(here.connection)


def test_without_a_directory_it_holds_too() -> None:
    scene = Scene()
    guest = scene.guest(identity=ADA)
    govern(scene, Control(allowed=frozenset()))
    assert scene.closed == {guest.connection: CloseCode.SIGN_IN}


def test_a_file_that_is_taken_down_is_not_told_of_until_that_is_taken_back(scene: Scene) -> None:
    owner, guest = scene.guest(), scene.guest()
    library = publish(owner, *FOLDERS)
    govern(scene, Control(taken_files=frozenset({unb64(PICTURE.root)[:10]})))
    assert search(guest, "jpg").hits == ()
    assert listed(guest, library) == []
    handle = SearchRequest(id=1, handle="a" * 16)
    assert search(guest, handle=handle.handle).hits == ()
    again = Announce(id=1, library=library, folders=(Folder("", (File(3, "again.jpg", 50, PICTURE.root),)),))
    assert isinstance(owner.ask(again), Ok)
    assert search(guest, "again").hits == ()
    govern(scene, OPEN)
    assert len(search(guest, "jpg").hits) == 1
    assert listed(guest, library) == ["again.jpg", "moon.jpg"]


def listed(guest: Guest, library: str) -> list[str]:
    """Names of the files at the top of a library."""
    listing = guest.ask(Browse(id=1, library=library))
    assert isinstance(listing, Listing)
    return [file.name for file in listing.files]


def test_a_peer_whose_libraries_are_taken_down_publishes_nothing(scene: Scene) -> None:
    owner, other, guest = scene.guest(identity=ADA), scene.guest(), scene.guest()
    for each in (owner, other):
        publish(each, *FOLDERS)
        sealed = each.ask(SealedPublish(id=1, space=b64(bytes(16)), box=b64(bytes(40))))
        assert isinstance(sealed, Published)
    govern(scene, Control(taken_peers=frozenset({ADA.id})))
    assert [shelf.peer for shelf in shelves(guest)] == [other.key]
    directory = scene.hub.sessions.directory
    assert directory is not None
    assert len(directory.spaces) == 1
    assert owner.refused(Publish(id=1, name="again")) is ErrorCode.TAKEN_DOWN
    assert owner.refused(SealedPublish(id=1, space=b64(bytes(16)), box=b64(bytes(40)))) is ErrorCode.TAKEN_DOWN
    assert owner.open()


def test_the_operator_is_told_of_a_file_and_its_owner_is_not(scene: Scene) -> None:
    owner, guest = scene.guest(), scene.guest()
    library = publish(owner, *FOLDERS, name="songs")
    owner.take()
    flag = Flag(id=1, library=library, fault=Fault.MALWARE, root=SONG.root, note="it is no song")
    assert isinstance(guest.ask(flag), Ok)
    assert isinstance(guest.ask(flag), Ok)
    by = guest.identity.id
    [first, second] = scene.flagged
    assert first == second
    assert first == Flagged("songs", owner.identity.id, "a" * 15 + "a", "malware", "it is no song", by, 1)
    assert isinstance(scene.guest().ask(Flag(id=1, library=library, fault=Fault.OTHER)), Ok)
    assert (scene.flagged[2].handle, scene.flagged[2].count) == ("", 1)
    assert scene.counts[Tally.FLAGS, "malware"] == 2
    assert owner.take() == []


def test_of_a_sealed_library_the_operator_is_told_no_name(scene: Scene) -> None:
    owner, guest = scene.guest(), scene.guest()
    sealed = owner.ask(SealedPublish(id=1, space=b64(bytes(16)), box=b64(bytes(40))))
    assert isinstance(sealed, Published)
    assert isinstance(guest.ask(Flag(id=1, library=sealed.library, fault=Fault.ABUSE)), Ok)
    assert (scene.flagged[0].library, scene.flagged[0].peer) == ("", owner.identity.id)
    assert guest.refused(Flag(id=1, library="x", fault=Fault.ABUSE)) is ErrorCode.UNKNOWN_LIBRARY


def test_each_identity_and_each_address_is_limited() -> None:
    scene = Scene(Policy(flag_rate=0.4, ask_rate=0.5, search_rate=0.1, announce_rate=1), index=NaiveIndex())
    owner = scene.guest("192.0.2.9")
    library = publish(owner)
    requests = (
        (Flag(id=1, library=library, fault=Fault.ABUSE), 2),
        (Ask(id=1, library=library), 1),
        (SearchRequest(id=1, words="x"), 1),
    )
    for request, burst in requests:
        guest = scene.guest("192.0.2.1")
        for _ in range(burst):
            assert not isinstance(guest.ask(request), Error)
        assert guest.refused(request) is ErrorCode.RATE_LIMITED
        same_identity = scene.guest("192.0.2.2", guest.identity)
        assert same_identity.refused(request) is ErrorCode.RATE_LIMITED
    same_address = scene.guest("192.0.2.1")
    assert same_address.refused(requests[0][0]) is ErrorCode.RATE_LIMITED
