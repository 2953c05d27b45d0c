"""The two ends of a call, up to the point from which all is as with a code."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pypeer.contacts.contact import Contact
from pypeer.contacts.store import Store
from pypeer.errors import AbsentError, MeetError, PeerError, ServerError
from pypeer.events import Event
from pypeer.protocol.codes import EndCode
from pypeer.protocol.sealed import Delegate, Preview
from pypeer.secure.contact import call_password, call_tokens
from pypeer.secure.encoding import b64
from pypeer.signaling_client.client import SignalingClient
from pypeer.signaling_client.effects import SESSION_LOST
from pypeer.signaling_client.pair import Pair
from signaling.protocol.codes import ErrorCode
from signaling.protocol.contacts import Call, Called, ring_of
from signaling.protocol.limits import CAP_CONTACTS
from signaling.protocol.rendezvous import Leave, Met

CALL_S = 15.0
"""How long a server that is called at too often is waited for, as with a code."""


async def call(client: SignalingClient, contact: Contact) -> tuple[Met, bytes]:
    """A pair with a contact that waits for us, and the secret that both have; raises AbsentError and ServerError."""
    if CAP_CONTACTS not in client.caps:
        raise ServerError("This server knows nothing of contacts: send with a code.", "no-contacts", retry=False)
    key = b64(contact.key)
    for token, secret in call_tokens(contact.secrets, contact.key).items():
        try:
            met = await _ask(client, Call(id=1, ring=ring_of(token, key)))
        except ServerError as error:
            if error.code != ErrorCode.NOT_HERE.value:
                raise
            continue
        if met.peer != key:
            client.post(Leave(id=1, pair=met.pair))
            raise MeetError(f"The server leads to somebody else than {contact.name}: it cannot be trusted.")
        return met, secret
    raise AbsentError(
        f"{contact.name} is not here, or has not made you a contact yet. There, `pypeer inbox` or the page has to be "
        "open, with this server; or send with a code."
    )


async def _ask(client: SignalingClient, request: Call) -> Met:
    """Once more if the server has lost our session meanwhile: by the answer there is a new one."""
    try:
        return await client.ask(request, Met, CALL_S)
    except ServerError as error:
        if error.code != SESSION_LOST.code.value:
            raise
        return await client.ask(request, Met, CALL_S)


OnDelegate = Callable[[str, Delegate], Awaitable[EndCode | None]]
"""Sees to what a contact, which calls itself so, wants served: None once that is so, or why not."""


class DealtWithError(PeerError):
    """The call was about something that is to be served, and nothing to be fetched; it has been answered."""

    code = "dealt-with"


async def declined(_called: str, _wanted: Delegate) -> EndCode:
    """Serve for nobody."""
    return EndCode.DECLINED


@dataclass(slots=True)
class Ring:
    """A call that has come in; an Approach (pypeer.approach) to who calls. `secret` is the one of its token."""

    called: Called
    contact: Contact
    secret: bytes
    store: Store
    pair: Pair | None = None
    """Once the two have met."""
    names: tuple[str, ...] = field(default=())
    """Of the first that is offered, as the other side calls it."""
    serve: str | None = None
    """The hand-over that it is for, if what is offered is to be served from here."""
    on_delegate: OnDelegate = declined

    acquaints = False
    early = False
    delegation = None

    @property
    def peer(self) -> str:
        """Whose call it is."""
        return self.contact.peer

    @property
    def password(self) -> bytes:
        """What both feed the key exchange with."""
        return call_password(self.secret)

    async def meet(self, client: SignalingClient) -> Met:
        """The server has made the pair."""
        told = self.called
        return Met(seq=told.seq, re=1, pair=told.pair, peer=told.peer, ice=told.ice, relay=told.relay, ttl=told.ttl)

    async def preview(self, pair: Pair, emit: Callable[[Event], None]) -> Preview:
        """It says so by itself; or it is about what is to be served, and is over: DealtWithError."""
        await asyncio.to_thread(self.store.called, self.contact, self.secret)
        self.pair = pair
        told = await pair.told()
        if isinstance(told, Delegate):
            pair.part(await self.on_delegate(pair.name, told))
            raise DealtWithError("This was answered.")
        if not isinstance(told, Preview):
            raise MeetError("Whoever calls offers nothing.")
        self.serve = told.serve
        self.names = tuple(entry.path for entry in told.entries if "/" not in entry.path)
        return told
