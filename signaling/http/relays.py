"""What clients are told of STUN servers and of relays, and who is let in at the one inside a WebSocket."""

import time
from collections.abc import Callable

from signaling.core.session import Session
from signaling.core.sessions import Relaying
from signaling.protocol.encoding import b64
from signaling.protocol.fields import IceServer
from signaling.relay.known import Known
from signaling.relay.offers import Offers, Ports
from signaling.relay.server import RelayServer
from signaling.relay.tickets import Member
from signaling.relay.turn.credentials import SECRET_BYTES
from signaling.relay.turn.kinds import Refusal, Stats
from signaling.relay.turn.quota import Accounts
from signaling.settings import Settings


class Relays:
    """Of one node. What is not open yet is not told of."""

    def __init__(self, settings: Settings, entropy: Callable[[int], bytes]) -> None:
        self.stun_urls: Callable[[str], tuple[str, ...]] = lambda _dialled: ()
        """The STUN servers of this machine for who dialled a host; none until they are open."""
        self.offers = Offers(
            settings.turn_secret or b64(entropy(SECRET_BYTES)),
            settings.turn_ttl,
            settings.turn_server,
            settings.turn_server_secret,
        )
        self.server: RelayServer | None = None
        """The relay of this machine; none until it is open."""
        self.known = Known()
        self.stats = Stats()
        self.accounts = Accounts(settings.relay_limits, self.stats)
        """What pairs have relayed, in whatever way."""
        self._settings = settings

    def ice(self, dialled: str) -> tuple[IceServer, ...]:
        """Servers for whoever has signed in, and dialled this host."""
        own = self.stun_urls(dialled)
        return (*self._settings.ice, IceServer(urls=own)) if own else self._settings.ice

    def of_pair(self, session: Session, pair: str, member: str) -> Relaying:
        """What a session is told as this member of a pair."""
        if self._settings.relay_only_known:
            self.known.add(pair, session.address)
        ports = self.server.told() if self.server else Ports()
        today = time.time()
        ticket = None if self._settings.relay_off else self.offers.ticket(pair, member, today)
        told = self.offers.told(session.dialled, ports, pair, member, today)
        return Relaying(told, ticket, self.offers.ttl if told or ticket else None)

    def whose(self, ticket: str) -> Member | None:
        """Whom a ticket admits; one that admits nobody is counted."""
        member = self.offers.admits(ticket, time.time())
        self.stats.refusals[Refusal.CREDENTIALS] += member is None
        return member
