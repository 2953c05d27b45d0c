"""Ways to meet a sender, and to have it offer something: by a code; another is by a library (pypeer.finding.owner)."""

import time
from collections.abc import Callable
from math import inf
from typing import Final, Protocol

from pypeer.delegates.proof import proven, told
from pypeer.events import Event
from pypeer.protocol.sealed import Preview
from pypeer.secure.code import Code
from pypeer.signaling_client.client import SignalingClient
from pypeer.signaling_client.pair import Pair
from signaling.protocol.delegation import Delegation
from signaling.protocol.rendezvous import Knock, Met

KNOCK_S: Final = 15.0
"""How long a person waits for a server that is asked too often, or for a sender that has lost its connection."""


class Approach(Protocol):
    """Leads to one sender. All methods raise PeerError."""

    @property
    def peer(self) -> str:
        """Its id, if that is known before it is met; else empty."""

    @property
    def password(self) -> bytes:
        """What both feed the key exchange with."""

    @property
    def acquaints(self) -> bool:
        """Whether who is met so was introduced by a person, and may be remembered (pypeer.contacts)."""

    @property
    def early(self) -> bool:
        """Whether addresses are gathered before our person has seen what is offered."""

    @property
    def delegation(self) -> Delegation | None:
        """What lets it serve in the name of another, once it has shown that; it is proven."""

    async def meet(self, client: SignalingClient) -> Met:
        """Ask the server for a pair with it."""

    async def preview(self, pair: Pair, emit: Callable[[Event], None]) -> Preview:
        """What it offers, now that the two have met."""


class ByCode:
    """Whoever waits under a code. `patient` is for one of a swarm, whom no person has named: it is tried for as long as
    the server says that it may be tried again."""

    peer = ""
    early = True

    def __init__(self, code: Code, patient: bool = False) -> None:
        self.password = code.password
        self.acquaints = not patient
        self.delegation: Delegation | None = None
        self._locator = code.locator
        self._patience = inf if patient else KNOCK_S

    async def meet(self, client: SignalingClient) -> Met:
        """The server counts knocks of all in one network together, and may want to be asked again a little later."""
        return await client.ask(Knock(id=1, locator=self._locator), Met, self._patience)

    async def preview(self, pair: Pair, emit: Callable[[Event], None]) -> Preview:
        """It says so by itself, and for whom, if it is a delegate; raises DelegationError, too."""
        preview = await pair.preview()
        if preview.by is not None:
            self.delegation = proven(preview.by.delegation, pair.peer_key, self._locator, time.time())
            emit(told(self.delegation, preview.by.name))
        return preview
