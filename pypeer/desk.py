"""What all offers and fetches of one peer share."""

from dataclasses import dataclass, field
from weakref import WeakSet

from pypeer.connect import servers
from pypeer.connect.detour import Access
from pypeer.connect.gathering import Gathering
from pypeer.connect.options import ConnectOptions, Relaying
from pypeer.identity import Identity
from pypeer.protocol import limits
from pypeer.secure.code import Code
from pypeer.secure.encoding import unb64
from pypeer.secure.keys import Role
from pypeer.secure.meeting import Meeting
from pypeer.signaling_client.client import SignalingClient
from pypeer.signaling_client.pair import Pair
from pypeer.signaling_client.switch import Switchboard
from signaling.protocol.messages import IceServer, Knocked, Met


@dataclass(frozen=True, slots=True)
class Desk:
    """One peer at one server; `name` is what it calls itself, `connect` what its person wants of connections."""

    client: SignalingClient
    switchboard: Switchboard
    identity: Identity
    name: str
    connect: ConnectOptions
    gatherings: WeakSet[Gathering] = field(default_factory=WeakSet)
    """Those whose sockets may be open."""

    def gather(self, relays: tuple[IceServer, ...]) -> Gathering:
        """Sockets and candidates for one link, with the servers that everybody is told, and the relays of one pair."""
        gathering = Gathering(servers.read((*self.client.ice, *relays)), self.connect)
        self.gatherings.add(gathering)
        return gathering

    async def close(self) -> None:
        """Let go of all sockets; nothing is under way when this returns."""
        for gathering in tuple(self.gatherings):
            gathering.close()
            await gathering.wait_closed()

    def access(self, ticket: str | None) -> Access | None:
        """The relay inside a WebSocket, for one pair; None if the server, or our person, does not want it."""
        if ticket is None or self.connect.relaying is Relaying.NEVER:
            return None
        return Access(ticket, self.client.dial_relay)

    def pair(self, role: Role, told: Met | Knocked, code: Code) -> Pair:
        """A pair, ready to meet over a code; `told` is what the server says of it."""
        key = unb64(told.peer)
        caps = () if self.access(told.relay) is None else (limits.CAP_RELAY,)
        meeting = Meeting(role, self.identity, key, code.password, self.name, caps=caps)
        return Pair(self.client, told.pair, key, meeting)
