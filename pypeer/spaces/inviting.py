"""An invitation to a sealed space: a code, and the key of the space for whoever proves it and says yes."""

import asyncio
from typing import ClassVar, Final

from pypeer.connect.detour import Ways
from pypeer.desk import Desk
from pypeer.errors import DeclinedError, MeetError, PeerError
from pypeer.events import Member
from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.sealed import Invite, Meet, Part, SealedMessage
from pypeer.secure.code import short_name
from pypeer.secure.encoding import b64
from pypeer.secure.ids import peer_id
from pypeer.sharing import Offer
from pypeer.signaling_client.pair import Pair
from pypeer.spaces.space import Space
from pypeer.transfer.sources import Files, OfferedTree

ANSWER_S: Final = 300.0
"""How long whoever is invited may think."""


class Invitation(Offer):
    """See Offer: it waits under a code in the same way, and what is under it is the key of a space."""

    transfers: ClassVar[bool] = False

    def __init__(self, desk: Desk, space: Space, words: tuple[str, ...], times: int | None) -> None:
        super().__init__(desk, OfferedTree((), Files(()), ""), words, times)
        self._space = space

    async def _converse(self, pair: Pair, meet: Meet, ways: Ways) -> None:
        who = peer_id(pair.peer_key)
        short = short_name(who)
        if not pair.can(limits.CAP_SPACES):
            pair.part()
            raise MeetError(f"The program of {short} knows no sealed spaces: it has to be updated.")
        pair.send(Invite(name=self._space.name, key=b64(self._space.keys.key)))
        if await _answer(pair) is not None:
            raise DeclinedError(f"{short} declined.")
        self.delivered += 1
        self.events.emit(Member(session=pair.id, space=self._space.name, peer=who, short=short, name=meet.name))
        self._used()


async def _answer(pair: Pair) -> EndCode | None:
    """The code of `part`: none is yes; raises MeetError where there is no answer."""
    answer: asyncio.Future[EndCode | None] = asyncio.get_running_loop().create_future()

    def heard(message: SealedMessage) -> None:
        if isinstance(message, Part) and not answer.done():
            answer.set_result(message.code)

    def ended(error: PeerError | None) -> None:
        if not answer.done():
            answer.set_exception(error or MeetError("Who was invited went away without an answer."))

    pair.listen(heard, ended)
    try:
        async with asyncio.timeout(ANSWER_S):
            return await answer
    except TimeoutError:
        raise MeetError("Who was invited does not answer.") from None
