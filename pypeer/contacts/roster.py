"""Whom an inbox waits for, and what the server was told of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from pypeer.contacts.contact import Contact
from pypeer.contacts.policy import Accept, Verdict, verdict
from pypeer.contacts.store import Store
from pypeer.errors import ServerError
from pypeer.secure.contact import call_tokens
from pypeer.signaling_client.effects import SESSION_LOST
from signaling.protocol.contacts import Wait
from signaling.protocol.limits import WAITING_TOKENS

WAIT_S: Final = 60.0
"""How long a server that is told of contacts too often is waited for."""

Tell = Callable[[Wait], Awaitable[object]]
"""Tells the server, and returns when it has taken it; raises ServerError."""


class Roster:
    """Contacts as they were when it was refreshed. `own` is our key; `may_hand_over` says of whom something may come to
    be served."""

    def __init__(
        self, own: bytes, tell: Tell, store: Store, accept: Accept, may_hand_over: Callable[[Contact], bool]
    ) -> None:
        self._own = own
        self._tell = tell
        self._store = store
        self._accept = accept
        self._may_hand_over = may_hand_over
        self._contacts: dict[bytes, Contact] = {}
        self._tokens: dict[str, tuple[bytes, bytes]] = {}
        """Key and secret of the contact by the token under which we wait for it."""
        self._version: object = None

    def of_key(self, key: bytes) -> Contact | None:
        """The contact that has this key."""
        return self._contacts.get(key)

    def of_token(self, token: str) -> tuple[Contact, bytes] | None:
        """Who calls under this token, and the secret of it."""
        key, secret = self._tokens.get(token, (b"", b""))
        contact = self._contacts.get(key)
        return None if contact is None else (contact, secret)

    def forget(self) -> None:
        """The server has lost what it was told: it is told anew when one looks next."""
        self._version = None

    async def is_outdated(self) -> bool:
        """Whether contacts have changed since; raises StoreError."""
        return self._version != await asyncio.to_thread(lambda: self._store.version)

    async def refresh(self) -> int | None:
        """Look whom to wait for: for how many, if the server was told; raises ServerError and StoreError.

        It is outdated afterwards if the server has lost what it was told, even while it was told.
        """
        version, contacts = await asyncio.to_thread(lambda: (self._store.version, self._store.all()))
        self._contacts = {each.key: each for each in contacts}
        waited = [each for each in contacts if self._is_waited_for(each)]
        waited.sort(key=lambda each: each.seen, reverse=True)
        tokens = {
            token: (each.key, secret)
            for each in waited
            for token, secret in call_tokens(each.secrets, self._own).items()
        }
        kept = dict(list(tokens.items())[:WAITING_TOKENS])
        is_news = kept.keys() != self._tokens.keys() or self._version is None
        # Before the server is told: who calls at once is known then, and what is forgotten meanwhile stays so.
        self._tokens, self._version = kept, version
        return len(waited) if is_news and await self._is_told() else None

    async def _is_told(self) -> bool:
        """Tell the server, unless it loses the session meanwhile: the next one is told anew."""
        try:
            await self._tell(Wait(id=1, tokens=tuple(self._tokens)))
        except ServerError as error:
            self.forget()
            if error.code != SESSION_LOST.code.value:
                raise
        return self._version is not None

    def _is_waited_for(self, contact: Contact) -> bool:
        rule = verdict(contact.standing, self._accept)
        return rule is not Verdict.DECLINE or self._may_hand_over(contact)
