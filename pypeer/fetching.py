"""A fetch: one or more senders of the same, one session that draws from all; files go into a folder."""

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

import msgspec

from pypeer.conversation import Conversation
from pypeer.desk import Desk
from pypeer.errors import CodeError, DeclinedError
from pypeer.events import Event, Offered
from pypeer.helping import Helping, Share
from pypeer.hunting import Hunt
from pypeer.plan import Plan, Planning
from pypeer.running import Errand
from pypeer.secure.code import Code, parse
from pypeer.senders import Senders
from pypeer.transfer.budget import Budget
from pypeer.transfer.choosing import EVERYTHING, Choice
from pypeer.transfer.deciding import Decide
from pypeer.transfer.session import ReceiveSession


class Fetch(Errand):
    """Something fetched, from whom the plan says. Iterate over it for events; the last is `Done` or `Failed`."""

    def __init__(
        self,
        desk: Desk,
        planning: Planning,
        into: Path | BinaryIO,
        decide: Decide,
        choice: Choice = EVERYTHING,
        budget: Budget | None = None,
        share: Share | None = None,
        background: bool = False,
        codes: Iterable[Code] = (),
    ) -> None:
        super().__init__()
        self._desk = desk.in_background() if background else desk
        self._helping = None if share is None else Helping(share, self._open)
        self._codes = {str(code) for code in codes}
        self._planning = planning
        self._plan = Plan(())
        self._into = into
        self._keeps_roots = False
        self._decide = decide
        self._choice = choice
        self._budget = budget
        self._background = background
        self._senders: Senders | None = None
        self._hunt: Hunt | None = None
        self._session: ReceiveSession | None = None
        self.begin("byway-fetch")

    @property
    def session(self) -> ReceiveSession | None:
        """What draws, once it was agreed to."""
        return self._session

    def keep_in(self, into: Path) -> None:
        """It goes there instead, to be offered from there; before it is agreed to."""
        self._into, self._keeps_roots = into, True

    @property
    def conversation(self) -> Conversation | None:
        """That with the first sender, once the two peers have met."""
        return None if self._senders is None else self._senders.conversation

    def pause(self) -> None:
        """Stop asking for chunks; the connection stays."""
        if self._session is not None:
            self._session.pause()

    def resume(self) -> None:
        """Go on."""
        if self._session is not None:
            self._session.resume()

    async def run(self) -> None:
        """See Errand: find senders, fetch from them, and help others in the end."""
        plan = self._plan = await self._planning()
        senders = self._senders = Senders(self._desk, plan.approaches, self.events.emit, self._begin, plan.expected)
        senders.start()
        try:
            await (await senders.begun).wait()
            await senders.close()
            if self._helping is not None:
                await self._helping.go_on()
        finally:
            if self._hunt is not None:
                await self._hunt.stop()
            await senders.close()
            if self._helping is not None:
                await self._helping.stop()

    def _open(self, code: str) -> None:
        """The others may draw from here: the sender is to tell them."""
        self._codes.add(code)
        if self._session is not None:
            self._session.help(code)

    def _found(self, text: str) -> None:
        """Another of the swarm helps: draw from it, too."""
        session = self._session
        if text in self._codes or session is None or session.has_ended or self._senders is None:
            return
        self._codes.add(text)
        with contextlib.suppress(CodeError):
            self._senders.add_code(parse(text), session)

    async def _begin(self, offered: Offered) -> ReceiveSession:
        """The first sender that comes offers this: ask the person."""
        offered = self._as_called(offered)
        self.events.emit(offered)
        if not await self._decide(offered):
            raise DeclinedError("You declined.")
        self._session = session = ReceiveSession(
            self._into,
            self._as_agreed(offered),
            self._emit_new(offered),
            choice=self._choice,
            budget=self._budget,
            swarm=self._helping is not None,
            background=self._background,
            expected=self._plan.expected,
            keeps_roots=self._keeps_roots,
        )
        if self._plan.more is not None and self._senders is not None:
            self._hunt = Hunt(self._plan.more, self._senders, session, self.events.emit)
        session.on_found = self._found
        if self._helping is not None:
            session.on_swarm = self._helping.start
        return session

    def _as_agreed(self, agreed: Offered) -> Decide:
        """What comes over the link is what was agreed to, or is asked about again."""

        async def decide(offered: Offered) -> bool:
            offered = self._as_called(offered)
            return offered == agreed or await self._decide(offered)

        return decide

    def _as_called(self, offered: Offered) -> Offered:
        """What was asked for by its root is called as it was found, whatever who offers it calls it."""
        expected = self._plan.expected
        return offered if expected is None else msgspec.structs.replace(offered, title=expected.title)

    def _emit_new(self, agreed: Offered) -> Callable[[Event], None]:
        """What was shown already is not told again."""

        def emit(event: Event) -> None:
            event = self._as_called(event) if isinstance(event, Offered) else event
            if event != agreed:
                self.events.emit(event)

        return emit
