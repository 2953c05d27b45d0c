"""Serves those who ask for something of a library: what they want is looked for, the owner asked, and then sent."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from pypeer.connect.detour import Ways
from pypeer.conversation import Conversation
from pypeer.desk import Desk
from pypeer.events import Declined, Event, Failed, Wished
from pypeer.library.place import Place
from pypeer.library.stock import Stock
from pypeer.library.wanting import Picked, WantError, pick
from pypeer.protocol.codes import EndCode, RefusalCode
from pypeer.protocol.sealed import Meet, Want
from pypeer.receivers import Receivers
from pypeer.secure.code import short_name
from pypeer.secure.ids import peer_id
from pypeer.secure.keys import Role
from pypeer.signaling_client.pair import Pair
from pypeer.transfer.budget import Budget
from pypeer.transfer.manifest import preview
from pypeer.transfer.sending import SendSession
from pypeer.transfer.sources import Files, OfferedTree
from signaling.protocol.directory import Asked

ANSWER_S: Final = 300.0
"""How long the owner may think: after five minutes whoever asks has gone on to somebody else."""

QUESTIONS_MAX: Final = 16
"""Questions to the owner that are open at once: a person answers no more, and the rest of the receivers go on."""

Consent = Callable[[Wished], Awaitable[bool]]
"""Asks the owner whether someone may have something."""


class Host:
    """Of one library. `consent` is asked about each request; without it whoever asks is served."""

    def __init__(
        self,
        desk: Desk,
        stock: Stock,
        place: Place,
        emit: Callable[[Event], None],
        consent: Consent | None,
        budget: Budget | None,
        background: bool,
    ) -> None:
        self.delivered = 0
        """Requests that were served to their end."""
        self.is_open = True
        self._desk = desk.in_background() if background else desk
        self._stock = stock
        self._place = place
        self._emit = emit
        self._consent = consent
        self._budget = budget
        self._background = background
        self._questions: set[bytes] = set()
        # Nothing proves that who asks has any right to, so sockets are opened for those only who will be served.
        self.receivers = Receivers(self._desk, emit, self._converse, early=False)

    def asked(self, asked: Asked) -> None:
        """Someone asks to meet."""
        pair = self._desk.pair(Role.B, asked, self._place.password(asked.library))
        pair.on_wrong_words = lambda: None  # nobody guesses: who does not know it is another program, or no member
        if self.is_open:
            self.receivers.meet(pair, self._desk.relays(asked))
        else:
            pair.refuse(RefusalCode.USED)

    def move(self, place: Place) -> None:
        """Who asks from now on has to know what belongs to this place."""
        self._place = place

    async def stop(self) -> None:
        """Serve nobody any more."""
        self.is_open = False
        await self.receivers.stop()

    async def _converse(self, pair: Pair, meet: Meet, ways: Ways) -> None:
        want = await pair.want()
        try:
            picked = pick(self._stock, want, self._place.name)
        except WantError as error:
            pair.part(error.code)
            self._emit(Failed(session=pair.id, code=error.code, message=str(error)))
            return
        if await self._may_have(pair, meet, want, picked):
            await self._send(pair, ways, picked)
        else:
            pair.part(EndCode.DECLINED)

    async def _send(self, pair: Pair, ways: Ways, picked: Picked) -> None:
        ways.gathered.start()
        tree = OfferedTree(picked.entries, Files(picked.sources), picked.title)
        pair.send(preview(tree.offer, tree.entries))
        session = SendSession(tree, pair.id, self._emit, budget=self._budget, background=self._background)
        await Conversation(pair, session, ways, pair.id, self._emit).run()
        outcome = await session.wait()
        self.delivered += not outcome.failed

    async def _may_have(self, pair: Pair, meet: Meet, want: Want, picked: Picked) -> bool:
        who = peer_id(pair.peer_key)
        wished = Wished(
            session=pair.id,
            peer=who,
            short=short_name(who),
            name=meet.name,
            title=picked.title,
            files=sum(source is not None for source in picked.sources),
            bytes=sum(entry.size for entry in picked.entries),
            folder=want.folder if not want.files else None,
            why=want.why,
            ask=self._consent is not None,
            alike=await self._desk.resembles(meet.name, who),
        )
        self._emit(wished)
        if self._consent is None:
            return True
        answer = await self._ask(self._consent, wished, pair)
        if not answer:
            self._emit(Declined(session=pair.id, reason="unanswered" if answer is None else "no"))
        return bool(answer)

    async def _ask(self, consent: Consent, wished: Wished, pair: Pair) -> bool | None:
        """The owner's answer; None if there is none in time, or nobody waits for it any more. One question a peer."""
        if pair.peer_key in self._questions or len(self._questions) >= QUESTIONS_MAX:
            return None
        self._questions.add(pair.peer_key)
        answering = asyncio.ensure_future(consent(wished))
        leaving = asyncio.ensure_future(pair.wait_over())
        try:
            await asyncio.wait((answering, leaving), timeout=ANSWER_S, return_when=asyncio.FIRST_COMPLETED)
            return answering.result() if answering.done() else None
        finally:
            self._questions.discard(pair.peer_key)
            answering.cancel()
            leaving.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)
