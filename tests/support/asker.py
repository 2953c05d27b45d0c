"""Someone who asks for something of a library, step by step as docs/protocol.md has it."""

from dataclasses import dataclass, field
from pathlib import Path

from pypeer.connect.options import ConnectOptions
from pypeer.conversation import Conversation
from pypeer.desk import Desk
from pypeer.events import Event
from pypeer.identity import Identity
from pypeer.protocol.sealed import Want
from pypeer.secure.code import library_password
from pypeer.secure.keys import Role
from pypeer.signaling_client.client import SignalingClient
from pypeer.signaling_client.switch import Switchboard
from pypeer.transfer.deciding import accept_all
from pypeer.transfer.effects import Outcome
from pypeer.transfer.session import ReceiveSession
from signaling.protocol.contacts import Called
from signaling.protocol.directory import Ask, Asked, Browse, Found, Here, Listing, Peers, Search
from signaling.protocol.listed import Item, Shelf
from signaling.protocol.rendezvous import Knocked, Lapsed, Left, Met, Signaled


@dataclass
class Asker:
    """A peer of its own; use it as `async with`."""

    server: str
    name: str = "Anna"
    events: list[Event] = field(default_factory=list)

    async def __aenter__(self) -> "Asker":
        self._switchboard = Switchboard()
        self._identity = Identity.new()
        self._client = SignalingClient(self.server, self._identity, self._on_push)
        self._desk = Desk(self._client, self._switchboard, self._identity, self.name, ConnectOptions())
        await self._client.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._desk.close()
        await self._client.close()

    async def libraries(self) -> tuple[Shelf, ...]:
        """Who is here."""
        return (await self._client.ask(Peers(id=1), Here, 10)).libraries

    async def files(self, library: str, path: str = "") -> dict[str, Item]:
        """Files of one folder, by name."""
        return {
            item.name: item
            for item in (await self._client.ask(Browse(id=1, library=library, path=path), Listing, 10)).files
        }

    async def search(self, words: str) -> list[str]:
        """Names of what is found."""
        return [hit.name for hit in (await self._client.ask(Search(id=1, words=words), Found, 10)).hits]

    async def get(self, library: str, want: Want, into: Path, taken_for: str = "") -> Outcome:
        """Ask for it, and fetch it; raises PeerError. `taken_for`: the library for which the asker takes it."""
        met = await self._client.ask(Ask(id=1, library=library), Met, 10)
        pair = self._desk.pair(Role.A, met, library_password(taken_for or library))
        self._switchboard.adopt(pair)
        relays = self._desk.relays(met)
        ways = self._desk.ways(relays)
        ways.gathered.start()
        try:
            await pair.meet()
            pair.send(want)
            await pair.preview()
            session = ReceiveSession(into, accept_all, self.events.append)
            await Conversation(pair, session, ways, "", self.events.append).run()
            return await session.wait()
        finally:
            relays.close()
            ways.gathered.close()
            self._switchboard.drop(pair)
            pair.leave()

    def _on_push(self, message: Knocked | Asked | Called | Signaled | Left | Lapsed) -> None:
        if isinstance(message, Signaled | Left):
            self._switchboard.route(message)
