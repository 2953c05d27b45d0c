"""While the index takes its time, libraries, sessions and connections come to an end."""

import msgspec
import pytest

from signaling.core.policy import Policy
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import Announce, Browse, Found, Publish, Published, Search, Withdraw
from signaling.protocol.listed import File, Folder
from signaling.protocol.messages import Bye, Error, Ok, Request
from tests.support.naive_index import HeldIndex, root
from tests.support.scene import Guest, Scene, run
from tests.unit.signaling.core.publishing import FOLDERS, PICTURE, SONG


@pytest.fixture
def held() -> Scene:
    return Scene(index=HeldIndex())


def number(guest: Guest, request: Request) -> Request:
    guest.asked += 1
    return msgspec.structs.replace(request, id=guest.asked)


def announced(held: Scene, owner: Guest, *folders: Folder) -> str:
    published = owner.ask(Publish(id=1, name="shelf"))
    assert isinstance(published, Published)
    work = held.begin(owner.connection, number(owner, Announce(id=1, library=published.library, folders=folders)))
    run(work)
    assert isinstance(owner.take()[-1], Ok)
    return published.library


def test_a_library_that_is_withdrawn_meanwhile_is_in_no_answer(held: Scene) -> None:
    owner, other, guest = held.guest(), held.guest(), held.guest()
    library = announced(held, owner, *FOLDERS)
    announced(held, other, Folder("", (PICTURE,)))
    searching = held.begin(guest.connection, number(guest, Search(id=1, words="moon")))
    looker = held.guest()
    looking = held.begin(looker.connection, number(looker, Browse(id=1, library=library)))
    assert isinstance(owner.ask(Withdraw(id=1, library=library)), Ok)
    run(searching)
    run(looking)
    [found], [looked] = guest.take(), looker.take()
    assert isinstance(found, Found)
    assert [(hit.name, hit.count, hit.sources) for hit in found.hits] == [("moon.jpg", 1, (0,))]
    assert [shelf.peer for shelf in found.libraries] == [other.key]
    assert isinstance(looked, Error)
    assert looked.code is ErrorCode.UNKNOWN_LIBRARY


def test_a_session_that_ends_while_it_announces_leaves_nothing(held: Scene) -> None:
    owner = held.guest()
    library = owner.ask(Publish(id=1, name="shelf"))
    assert isinstance(library, Published)
    old = owner.connection
    work = held.begin(old, number(owner, Announce(id=1, library=library.library, folders=FOLDERS)))
    owner.sign_in(resume=True)
    assert owner.welcome.received == owner.asked
    held.say(owner.connection, Bye())
    owner.take()
    run(work)
    assert owner.take() == []
    assert held.faults == []
    assert held.hub.sessions.directory is not None
    assert (len(held.hub.sessions.directory), held.hub.sessions.directory.entries) == (0, 0)
    held.lose(old)
    held.wait(limits.GRACE_S + 1)
    assert held.faults == []


def test_the_answer_comes_on_the_connection_that_there_is_then(held: Scene) -> None:
    owner = held.guest()
    library = owner.ask(Publish(id=1, name="shelf"))
    assert isinstance(library, Published)
    request = number(owner, Announce(id=1, library=library.library, folders=FOLDERS))
    work = held.begin(owner.connection, request)
    owner.sign_in(resume=True)
    again = number(owner, Announce(id=1, library=library.library, gone=(1,)))
    held.say(owner.connection, request)
    then = held.begin(owner.connection, again)
    run(work)
    run(then)
    assert [getattr(answer, "re", None) for answer in owner.take()] == [2, 3]
    directory = held.hub.sessions.directory
    assert directory is not None
    assert directory.totals == (1, 1, 1)


def test_a_session_that_is_away_finds_its_answer_when_it_is_back(held: Scene) -> None:
    owner = held.guest()
    library = owner.ask(Publish(id=1, name="shelf"))
    assert isinstance(library, Published)
    work = held.begin(owner.connection, number(owner, Announce(id=1, library=library.library, folders=FOLDERS)))
    owner.lose()
    run(work)
    owner.sign_in(resume=True)
    assert owner.seen == 2
    assert owner.welcome.received == 2


def test_what_is_on_its_way_counts_to_what_the_directory_holds() -> None:
    held = Scene(Policy(directory_files=5), index=HeldIndex())
    first, second = held.guest(), held.guest()
    one, two = first.ask(Publish(id=1, name="1")), second.ask(Publish(id=1, name="2"))
    assert isinstance(one, Published)
    assert isinstance(two, Published)
    files = (SONG, PICTURE, File(3, "z", 1, root(3)))
    slow = held.begin(
        first.connection, number(first, Announce(id=1, library=one.library, folders=(Folder("", files),)))
    )
    full = held.begin(
        second.connection, number(second, Announce(id=1, library=two.library, folders=(Folder("", files),)))
    )
    run(full)
    run(slow)
    assert isinstance(second.take()[-1], Error)
    assert isinstance(first.take()[-1], Ok)
