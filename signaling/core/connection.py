"""One WebSocket as the rules see it."""

from dataclasses import dataclass

from signaling.core.quota import Bucket
from signaling.core.session import Session
from signaling.core.states import ConnectionState, Event, connection_after


@dataclass(slots=True, eq=False)
class Connection:
    """State of one connection."""

    id: int
    address: str
    """What quotas count by; see core.address.quota_key."""
    dialled: str
    """The Host header."""
    nonce: bytes
    heard: float
    errors: Bucket
    state: ConnectionState = ConnectionState.CHALLENGED
    session: Session | None = None

    def __repr__(self) -> str:
        return f"<Connection {self.id} {self.state.name} {self.session!r}>"

    def happens(self, event: Event) -> None:
        """Change state by the table."""
        self.state = connection_after(self.state, event)
