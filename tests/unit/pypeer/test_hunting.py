"""Looking for others when all who had something are gone: for a while, and not once all is there."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import pytest

from pypeer import hunting
from pypeer.approach import Approach
from pypeer.errors import AbsentError, DeclinedError, PeerError, TransferError
from pypeer.events import Event, Noted
from pypeer.hunting import Hunt
from pypeer.protocol.codes import EndCode
from pypeer.senders import Senders
from pypeer.transfer.session import ReceiveSession

GONE = TransferError("it left", EndCode.CANCELLED)
LIED = TransferError("it sent what is not in the file", EndCode.CORRUPT)
DECLINED = DeclinedError("it said no")
ANOTHER = cast(Approach, object())


class Place:
    """In place of a Source."""

    def __init__(self) -> None:
        self.failed: list[PeerError] = []

    def fail(self, error: PeerError) -> None:
        self.failed.append(error)


class Scene:
    """In place of a session and its senders, of whom there is `room` for more."""

    def __init__(
        self, answers: Sequence[Sequence[Approach] | PeerError], room: bool = True, has_all: bool = False
    ) -> None:
        self.place = Place()
        self.has_all = has_all
        self.room = room
        self.on_alone: Callable[[PeerError], None] = lambda error: None
        self.spent: Mapping[str, PeerError] = {"peer": GONE}
        self.added: list[Approach] = []
        self.told: list[Event] = []
        self.looked: list[Mapping[str, PeerError]] = []
        self._answers = list(answers)
        senders, session = cast(Senders, self), cast(ReceiveSession, self)
        self.hunt = Hunt(self.more, senders, session, self.told.append, every=0.001)

    def source(self) -> Place:
        return self.place

    def add(self, approach: Approach, session: ReceiveSession) -> bool:
        self.added.append(approach)
        return self.room

    async def more(self, spent: Mapping[str, PeerError]) -> Sequence[Approach]:
        self.looked.append(spent)
        answer = self._answers.pop(0) if self._answers else ()
        if isinstance(answer, PeerError):
            raise answer
        return answer

    async def until(self, done: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not done():
                await asyncio.sleep(0.001)


async def test_it_goes_on_with_whoever_is_found() -> None:
    scene = Scene([(), AbsentError("nobody"), (ANOTHER, ANOTHER)])
    scene.on_alone(GONE)
    await scene.until(lambda: scene.added)
    await scene.hunt.stop()
    assert scene.added == [ANOTHER, ANOTHER]
    assert scene.looked == [scene.spent] * 3
    assert scene.told == [Noted(message=hunting.HUNTING)]
    assert scene.place.failed == []


@pytest.mark.parametrize("room", [True, False])
async def test_it_comes_to_an_end(room: bool) -> None:
    scene = Scene([] if room else [(ANOTHER,)] * hunting.TRIES, room)
    scene.on_alone(GONE)
    await scene.until(lambda: scene.place.failed)
    assert len(scene.looked) == hunting.TRIES
    assert scene.place.failed == [GONE]
    await scene.hunt.stop()


@pytest.mark.parametrize("answers", [[()], [AbsentError("nobody")]])
async def test_where_nobody_can_come_back_it_looks_once(answers: Sequence[Sequence[Approach] | PeerError]) -> None:
    scene = Scene(answers)
    scene.spent = {"liar": LIED, "owner": DECLINED}
    scene.on_alone(LIED)
    await scene.until(lambda: scene.place.failed)
    assert (scene.looked, scene.told) == ([scene.spent], [])
    assert scene.place.failed == [LIED]


async def test_another_is_found_where_nobody_can_come_back() -> None:
    scene = Scene([(ANOTHER,)])
    scene.spent = {"liar": LIED}
    scene.on_alone(LIED)
    await scene.until(lambda: scene.added)
    await scene.hunt.stop()
    assert scene.place.failed == []


async def test_one_that_lied_is_no_reason_not_to_wait_for_one_that_left() -> None:
    scene = Scene([(), (ANOTHER,)])
    scene.spent = {"peer": GONE, "liar": LIED}
    scene.on_alone(LIED)
    await scene.until(lambda: scene.added)
    await scene.hunt.stop()
    assert scene.told == [Noted(message=hunting.HUNTING)]


async def test_nobody_is_looked_for_once_all_is_there() -> None:
    scene = Scene([(ANOTHER,)], has_all=True)
    scene.on_alone(GONE)
    assert (scene.place.failed, scene.told) == ([GONE], [])
    await scene.hunt.stop()
    assert scene.added == []


async def test_it_can_be_stopped() -> None:
    scene = Scene([])
    scene.on_alone(GONE)
    await scene.until(lambda: scene.looked)
    await scene.hunt.stop()
    assert scene.place.failed == []
