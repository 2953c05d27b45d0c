"""Meeting the owner of a library: only who was meant, and what its answers come to."""

from collections.abc import Callable
from typing import cast

import pytest

from pypeer.errors import AbsentError, DeclinedError, MeetError, PeerError, ServerError, TransferError
from pypeer.events import Event, Waiting
from pypeer.finding.owner import PERSON_S, Owner
from pypeer.protocol.codes import EndCode
from pypeer.protocol.sealed import Preview, SealedMessage, Want
from pypeer.secure.encoding import b64
from pypeer.signaling_client.pair import MEET_S, Pair
from signaling.protocol.directory import Ask
from signaling.protocol.rendezvous import Leave, Met
from tests.unit.pypeer.finding.samples import KEYS, PEERS, SHORTS
from tests.unit.pypeer.finding.script import Scripted

PREVIEW = Preview(files=1, folders=0, bytes=5)
PAIR = "p" * 16


class ScriptedPair:
    """In place of a Pair."""

    def __init__(self) -> None:
        self.explain_part: Callable[[EndCode | None], PeerError] = lambda code: PeerError("not told")
        self.sent: list[SealedMessage] = []
        self.patience = 0.0

    def send(self, message: SealedMessage) -> None:
        self.sent.append(message)

    async def preview(self, patience: float) -> Preview:
        self.patience = patience
        return PREVIEW


def owner(asks: bool = False) -> Owner:
    return Owner(PEERS[0], "lib0", asks, Want(folder="a"))


async def test_it_is_asked_for_its_library() -> None:
    server = Scripted(lambda request: Met(seq=1, re=1, pair=PAIR, peer=b64(KEYS[0])))
    met = await owner().meet(server.client)
    assert (met.pair, server.posted) == (PAIR, [])
    [ask] = server.asked
    assert isinstance(ask, Ask)
    assert ask.library == "lib0"
    assert owner().password == b"library:lib0"


@pytest.mark.parametrize("key", [b64(KEYS[1]), "A" * 42 + "B"], ids=["somebody else", "no key"])
async def test_nothing_is_said_to_anybody_else(key: str) -> None:
    server = Scripted(lambda request: Met(seq=1, re=1, pair=PAIR, peer=key))
    with pytest.raises(MeetError, match=SHORTS[0]):
        await owner().meet(server.client)
    [leave] = server.posted
    assert isinstance(leave, Leave)
    assert leave.pair == PAIR


async def test_libraries_that_have_ended_and_owners_that_are_away() -> None:
    with pytest.raises(AbsentError):
        await owner().meet(Scripted(lambda request: ServerError("gone", "unknown-library")).client)
    with pytest.raises(ServerError, match=f"{SHORTS[0]} has lost the connection") as caught:
        await owner().meet(Scripted(lambda request: ServerError("away", "sender-away")).client)
    assert (caught.value.code, caught.value.retry) == ("sender-away", True)
    with pytest.raises(ServerError, match="too often"):
        await owner().meet(Scripted(lambda request: ServerError("too often", "rate-limited")).client)


@pytest.mark.parametrize(("asks", "patience"), [(False, MEET_S), (True, PERSON_S)])
async def test_it_is_told_what_is_wanted(asks: bool, patience: float) -> None:
    pair = ScriptedPair()
    told: list[Event] = []
    assert await owner(asks).preview(cast(Pair, pair), told.append) == PREVIEW
    assert pair.sent == [Want(folder="a")]
    assert pair.patience == patience
    assert told == ([Waiting(peer=PEERS[0], short=SHORTS[0], seconds=PERSON_S)] if asks else [])


async def test_what_it_means_that_it_does_not_offer_it() -> None:
    pair = ScriptedPair()
    await owner().preview(cast(Pair, pair), lambda event: None)
    declined = pair.explain_part(EndCode.DECLINED)
    assert isinstance(declined, DeclinedError)
    assert (declined.status, SHORTS[0] in str(declined)) == (3, True)
    assert isinstance(pair.explain_part(EndCode.VANISHED), AbsentError)
    assert isinstance(pair.explain_part(None), TransferError)
    assert pair.explain_part(EndCode.TOO_MANY_ENTRIES).code == EndCode.TOO_MANY_ENTRIES
