"""What all offers and fetches of one peer share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from weakref import WeakSet

from pypeer.connect.detour import Ways
from pypeer.connect.options import ConnectOptions
from pypeer.connect.tcp.terms import Terms
from pypeer.events import Remembered
from pypeer.identity import Identity
from pypeer.protocol import limits
from pypeer.protocol.sealed import Meet
from pypeer.relaying import PairRelays, can_relay
from pypeer.secure.encoding import unb64
from pypeer.secure.keys import Role
from pypeer.secure.meeting import Meeting
from pypeer.signaling_client.client import SignalingClient
from pypeer.signaling_client.pair import Pair
from pypeer.signaling_client.switch import Switchboard
from signaling.protocol.contacts import Called
from signaling.protocol.directory import Asked
from signaling.protocol.rendezvous import Knocked, Met, Renew, Renewed

if TYPE_CHECKING:
    from pypeer.connect.gathering import Gathering

Acquaint = Callable[[Pair, Meet], Awaitable[Remembered | None]]
"""Remembers somebody who was met by a code, and says so."""

Resembles = Callable[[str, str], Awaitable[tuple[str, ...]]]
"""Contacts that a name could be taken for, which the peer of this id calls itself."""


async def forget(_pair: Pair, _meet: Meet) -> None:
    """Remember nobody."""


async def nobody(_name: str, _peer: str) -> tuple[str, ...]:
    """Know nobody."""
    return ()


@dataclass(frozen=True, slots=True)
class Desk:
    """One peer at one server; `name` is what it calls itself, `connect` what its person wants of connections."""

    client: SignalingClient
    switchboard: Switchboard
    identity: Identity
    name: str
    connect: ConnectOptions
    gatherings: "WeakSet[Gathering]" = field(default_factory=WeakSet)
    """Those whose sockets may be open."""
    acquaint: Acquaint = forget
    resembles: Resembles = nobody
    caps: tuple[str, ...] = ()
    """What it can do for whom it meets, beyond what it always can."""

    def in_background(self) -> "Desk":
        """The same for what is to give way: without TCP, whose congestion control is the system's affair."""
        return replace(self, connect=replace(self.connect, tcp=False))

    def relays(self, told: Met | Knocked | Asked | Called) -> PairRelays:
        """The relays of one pair."""

        async def ask() -> Renewed:
            return await self.client.ask(Renew(id=1, pair=told.pair), Renewed)

        return PairRelays(
            told,
            ask,
            lambda: self.client.ice,
            self.client.dial_relay,
            str(self.client.url / "relay"),
            self.connect,
            self.gatherings,
        )

    def ways(self, relays: PairRelays) -> Ways:
        """All that may lead to the other peer."""

        def terms(pair: Pair) -> Terms:
            return Terms(pair.role, pair.bind, self.identity, pair.peer_key, self.connect, relays.servers)

        return Ways(relays.gather, relays.gather(), relays.access, terms if self.connect.may_tcp else None)

    async def close(self) -> None:
        """Let go of all sockets; nothing is under way when this returns."""
        for gathering in tuple(self.gatherings):
            gathering.close()
            await gathering.wait_closed()

    def pair(self, role: Role, told: Met | Knocked | Asked | Called, password: bytes) -> Pair:
        """A pair, ready to meet over a password (`Code.password`, `library_password`); `told`: what the server says."""
        key = unb64(told.peer)
        caps = tuple(
            cap
            for cap, is_there in (
                (limits.CAP_RELAY, can_relay(told.relay, self.connect)),
                (limits.CAP_TCP, self.connect.may_tcp),
                (limits.CAP_SPACES, True),
            )
            if is_there
        )
        meeting = Meeting(role, self.identity, key, password, self.name, caps=(*caps, *self.caps))
        return Pair(self.client, told.pair, key, meeting)
