"""One client's session: each message takes effect exactly once, whatever happens to its connections.

What the session is told is numbered and kept until it is acknowledged; what it asks is numbered by the client. After a
resume both sides send again what the other has not got (docs/protocol.md, "Coming back").
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import msgspec

from signaling.core.quota import Bucket
from signaling.core.states import Event, SessionState, session_after
from signaling.engine.base import Push
from signaling.protocol import limits
from signaling.protocol.codec import encode
from signaling.protocol.messages import Reply

ENDED_PAIRS: Final = 64
"""Ended pairs a session remembers, so that a `signal` that crossed a `left` is told apart from a made-up pair."""

Numbered = Reply | Push


@dataclass(slots=True, eq=False)
class Session:
    """State of one session on the node that hosts it."""

    id: str
    token: str
    key: str
    requests: Bucket
    connection: int | None = None
    address: str = ""
    """Where its client last signed in from, see quota_key; and under which host it dialled this server."""
    dialled: str = ""
    state: SessionState = SessionState.READY
    received: int = 0
    """The last request that took effect."""
    sent: int = 0
    """The number of the last message to the client."""
    forgotten: int = 0
    """What is numbered up to this cannot be sent again."""
    wait_until: float = float("-inf")
    """Until when the client was last told to wait."""
    locators: dict[str, None] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    """As which member it is in each pair: `a`, who knocked, or `b`."""
    _said: dict[str, int] = field(default_factory=dict)
    """Bodies sent to who knocked at a code of this session, by pair."""
    _kept: deque[tuple[int, str]] = field(default_factory=deque)
    _kept_bytes: int = 0
    _ended_pairs: dict[str, None] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Session {self.id} {self.state.name} received={self.received} sent={self.sent}>"

    def happens(self, event: Event) -> None:
        """Change state by the table."""
        self.state = session_after(self.state, event)

    def number(self, message: Numbered) -> str:
        """The text of a message with its number, kept until acknowledged or until too much is kept."""
        self.sent += 1
        text = encode(msgspec.structs.replace(message, seq=self.sent))
        self._kept.append((self.sent, text))
        self._kept_bytes += len(text)
        while len(self._kept) > limits.BACKLOG_MESSAGES or self._kept_bytes > limits.BACKLOG_BYTES:
            self._forget_oldest()
        return text

    def acknowledge(self, seen: int) -> None:
        """The client has everything up to `seen`."""
        while self._kept and self._kept[0][0] <= seen:
            self._forget_oldest()

    def can_resume(self, seen: int) -> bool:
        """Whether everything after `seen` can be sent again."""
        return self.state is not SessionState.ENDED and self.forgotten <= seen <= self.sent

    def after(self, seen: int) -> list[str]:
        """What came after `seen`."""
        self.acknowledge(seen)
        return [text for _, text in self._kept]

    def pair_ended(self, pair: str) -> None:
        """Remember that this session was a member of the pair."""
        self.members.pop(pair, None)
        self._said.pop(pair, None)
        self._ended_pairs[pair] = None
        if len(self._ended_pairs) > ENDED_PAIRS:
            del self._ended_pairs[next(iter(self._ended_pairs))]

    def said(self, pair: str) -> int:
        """Another body of this session in this pair: the how many-th it is; 0 for who knocked."""
        if self.members.get(pair) != "b":
            return 0
        self._said[pair] = self._said.get(pair, 0) + 1
        return self._said[pair]

    def was_in(self, pair: str) -> bool:
        """Whether this session was a member of a pair that has ended not long ago."""
        return pair in self._ended_pairs

    def _forget_oldest(self) -> None:
        self.forgotten, text = self._kept.popleft()
        self._kept_bytes -= len(text)
