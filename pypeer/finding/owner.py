"""A way to meet the owner of a library, and to have it offer what is wanted of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pypeer.approach import KNOCK_S
from pypeer.errors import AbsentError, DeclinedError, MeetError, PeerError, ServerError, TransferError
from pypeer.events import Event, Waiting
from pypeer.finding.directory import gone
from pypeer.protocol.codes import EndCode
from pypeer.protocol.sealed import Preview, Want
from pypeer.secure.code import library_password, short_name
from pypeer.secure.encoding import unb64
from pypeer.secure.ids import peer_id
from pypeer.signaling_client.client import SignalingClient
from pypeer.signaling_client.pair import MEET_S, Pair
from pypeer.transfer.endings import from_peer
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import Ask
from signaling.protocol.rendezvous import Leave, Met

PERSON_S: Final = 310.0
"""How long an owner who is asked about each request may take: five minutes, and what it takes to say so."""

COURTESY_S: Final = 10.0
"""A person is not asked for what others give within this time without being asked."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Of a library, by the id under which it was found; `asks`: a person there decides on what is wanted.

    `after` so many seconds it is asked.
    """

    peer: str
    library: str
    asks: bool
    want: Want
    after: float = 0.0
    secret: bytes = b""
    """What members of its sealed space prove to each other, if it is in one."""

    @property
    def acquaints(self) -> bool:
        """Nobody has introduced the two."""
        return False

    @property
    def delegation(self) -> None:
        """It serves in its own name."""
        return

    @property
    def early(self) -> bool:
        """Our person has asked for it."""
        return True

    @property
    def password(self) -> bytes:
        """In the open no secret: only the identities prove anything there."""
        return self.secret or library_password(self.library)

    async def meet(self, client: SignalingClient) -> Met:
        """The server may lead to somebody else, who would prove to be that: nothing is said then."""
        await asyncio.sleep(self.after)
        try:
            met = await client.ask(Ask(id=1, library=self.library), Met, KNOCK_S)
        except ServerError as error:
            raise self._refused(error) from None
        if not self._is(met):
            client.post(Leave(id=1, pair=met.pair))
            raise MeetError(
                f"The server leads to somebody else than {short_name(self.peer)}, who was asked: it cannot be trusted."
            )
        return met

    async def preview(self, pair: Pair, emit: Callable[[Event], None]) -> Preview:
        """Say what is wanted, and wait for the answer."""
        pair.explain_part = self._explain
        pair.send(self.want)
        if self.asks:
            emit(Waiting(peer=self.peer, short=short_name(self.peer), seconds=PERSON_S))
        return await pair.preview(PERSON_S if self.asks else MEET_S)

    def _refused(self, error: ServerError) -> PeerError:
        """The server makes no pair."""
        match error.code:
            case ErrorCode.UNKNOWN_LIBRARY.value:
                return gone()
            case ErrorCode.SENDER_AWAY.value:
                text = f"{short_name(self.peer)} has lost the connection, and may be back: try again in a minute."
                return ServerError(text, error.code, retry=True, wait=error.wait)
            case _:
                return error

    def _is(self, met: Met) -> bool:
        try:
            return peer_id(unb64(met.peer)) == self.peer
        except ValueError:
            return False

    def _explain(self, code: EndCode | None) -> PeerError:
        short = short_name(self.peer)
        match code:
            case EndCode.DECLINED:
                return DeclinedError(f"{short} declined.")
            case EndCode.VANISHED:
                return AbsentError(f"{short} does not have it any more: search again.")
            case None:
                return TransferError(f"{short} ended it before anything was sent: try again.", EndCode.CANCELLED)
            case _:
                return from_peer(code, "")
