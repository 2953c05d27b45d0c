"""One sender of what is fetched: met, and talked with for as long as the transfer lasts."""

from collections.abc import Awaitable, Callable

import msgspec

from pypeer.approach import Approach
from pypeer.connect.detour import Ways
from pypeer.conversation import Conversation
from pypeer.delegates.proof import Vouched
from pypeer.desk import Desk
from pypeer.errors import PeerError
from pypeer.events import Event, Joined, Offered
from pypeer.protocol.codes import EndCode
from pypeer.protocol.sealed import Meet, Preview
from pypeer.secure.code import short_name
from pypeer.secure.ids import peer_id
from pypeer.secure.keys import Role
from pypeer.signaling_client.pair import Pair
from pypeer.transfer.expected import Known
from pypeer.transfer.names import printable
from pypeer.transfer.source import Source

Agree = Callable[[Offered], Awaitable[Source]]
"""Says what to do with what this sender offers: what draws from it; raises PeerError to have nothing to do with it."""


class Supplier:
    """One sender. `named` puts the id of its pair into the events, which tells it from others."""

    def __init__(self, desk: Desk, approach: Approach, emit: Callable[[Event], None], named: bool) -> None:
        self.conversation: Conversation | None = None
        """Set once the two have met and agreed."""
        self.peer = approach.peer
        """Its id, once it has proven the code, or if it was found by it; else empty."""
        self.session = ""
        self._desk = desk
        self._approach = approach
        self._emit = emit
        self._named = named

    @property
    def short(self) -> str:
        """What to call it; empty while its id is not known."""
        return short_name(self.peer) if self.peer else ""

    async def supply(self, agree: Agree) -> None:
        """Meet it, and draw from it to the end of the transfer; raises PeerError."""
        met = await self._approach.meet(self._desk.client)
        pair = self._desk.pair(Role.A, met, self._approach.password)
        self.session = pair.id if self._named else ""
        self._desk.switchboard.adopt(pair)
        relays = self._desk.relays(met)
        ways = self._desk.ways(relays)
        if self._approach.early:
            ways.gathered.start()
        relays.keep()
        try:
            await self._converse(pair, ways, agree)
        finally:
            relays.close()
            ways.gathered.close()
            self._desk.switchboard.drop(pair)
            pair.leave()

    async def _converse(self, pair: Pair, ways: Ways, agree: Agree) -> None:
        meet = await pair.meet()
        self.peer = peer_id(pair.peer_key)
        self._emit(Joined(session=self.session, peer=self.peer, short=self.short, name=meet.name))
        preview = await self._approach.preview(pair, self._emit)
        await self._acquaint(pair, meet)
        try:
            source = await agree(offered(preview))
        except PeerError:
            pair.part(EndCode.DECLINED)
            raise
        if not self._approach.early:
            ways.gathered.start()
        self.conversation = Conversation(pair, source, ways, self.session, self._emit)
        await self.conversation.run()

    async def _acquaint(self, pair: Pair, meet: Meet) -> None:
        """Not with a delegate: no person has introduced that."""
        if not self._approach.acquaints or self._approach.delegation is not None:
            return
        remembered = await self._desk.acquaint(pair, meet)
        if remembered is not None:
            self._emit(msgspec.structs.replace(remembered, session=self.session))

    @property
    def known(self) -> Known | None:
        """What is known of its offer."""
        made = self._approach.delegation
        return None if made is None else Vouched(made.digest)


def offered(preview: Preview) -> Offered:
    """A preview as an event."""
    return Offered(
        files=preview.files,
        folders=preview.folders,
        bytes=preview.bytes,
        title=printable(preview.title),
        text=preview.text,
    )
