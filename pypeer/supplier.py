"""One sender of what is fetched: found by its code, met, and talked with for as long as the transfer lasts."""

from collections.abc import Awaitable, Callable
from math import inf
from typing import Final

from pypeer.connect.detour import Ways
from pypeer.conversation import Conversation
from pypeer.desk import Desk
from pypeer.errors import PeerError
from pypeer.events import Event, Joined, Offered
from pypeer.identity import peer_id
from pypeer.protocol.codes import EndCode
from pypeer.protocol.sealed import Preview
from pypeer.secure.code import Code, short_name
from pypeer.secure.keys import Role
from pypeer.signaling_client.pair import Pair
from pypeer.transfer.names import printable
from pypeer.transfer.source import Source
from signaling.protocol.messages import Knock, Met

KNOCK_S: Final = 15.0
"""How long a person waits for a server that is asked too often, or for a sender that has lost its connection."""

Agree = Callable[[Offered], Awaitable[Source]]
"""Says what to do with what this sender offers: what draws from it; raises PeerError to have nothing to do with it."""


class Supplier:
    """One sender.

    `named` puts the id of its pair into the events, which tells it from others; `patient` tries to meet it for as long
    as the server says that it may be tried again.
    """

    def __init__(
        self, desk: Desk, code: Code, emit: Callable[[Event], None], named: bool, patient: bool = False
    ) -> None:
        self.conversation: Conversation | None = None
        """Set once the two have met and agreed."""
        self.peer = ""
        """Its id, once it has proven the code; empty before."""
        self.session = ""
        self._desk = desk
        self._code = code
        self._emit = emit
        self._named = named
        self._patient = patient

    @property
    def short(self) -> str:
        """What to call it; empty before it has proven the code."""
        return short_name(self.peer) if self.peer else ""

    async def supply(self, agree: Agree) -> None:
        """Meet it, and draw from it to the end of the transfer; raises PeerError."""
        met = await self._knock()
        pair = self._desk.pair(Role.A, met, self._code.password)
        self.session = pair.id if self._named else ""
        self._desk.switchboard.adopt(pair)
        relays = self._desk.relays(met)
        ways = self._desk.ways(relays)
        ways.gathered.start()
        relays.keep()
        try:
            await self._converse(pair, ways, agree)
        finally:
            relays.close()
            ways.gathered.close()
            self._desk.switchboard.drop(pair)
            pair.leave()

    async def _knock(self) -> Met:
        """The server counts knocks of all in one network together, and may want to be asked again a little later."""
        patience = inf if self._patient else KNOCK_S
        return await self._desk.client.ask(Knock(id=1, locator=self._code.locator), Met, patience)

    async def _converse(self, pair: Pair, ways: Ways, agree: Agree) -> None:
        meet = await pair.meet()
        self.peer = peer_id(pair.peer_key)
        self._emit(Joined(session=self.session, peer=self.peer, short=self.short, name=meet.name))
        preview = await pair.preview()
        try:
            source = await agree(offered(preview))
        except PeerError:
            pair.part(EndCode.DECLINED)
            raise
        self.conversation = Conversation(pair, source, ways, self.session, self._emit)
        await self.conversation.run()


def offered(preview: Preview) -> Offered:
    """A preview as an event."""
    return Offered(
        files=preview.files,
        folders=preview.folders,
        bytes=preview.bytes,
        title=printable(preview.title),
        text=preview.text,
    )
