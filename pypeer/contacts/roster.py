"""Whom an inbox waits for, and what the server was told of them."""

import asyncio
from collections.abc import Callable
from typing import Final

from pypeer.contacts.contact import Contact
from pypeer.contacts.policy import Accept, Verdict, verdict
from pypeer.contacts.store import Store
from pypeer.desk import Desk
from pypeer.secure.contact import call_tokens
from signaling.protocol.contacts import Wait
from signaling.protocol.limits import WAITING_TOKENS
from signaling.protocol.messages import Ok

WAIT_S: Final = 60.0
"""How long a server that is told of contacts too often is waited for."""


class Roster:
    """Contacts as they were when it was refreshed. `may_hand_over` says of whom something may come to be served."""

    def __init__(self, desk: Desk, store: Store, accept: Accept, may_hand_over: Callable[[Contact], bool]) -> None:
        self._desk = desk
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
        """Look whom to wait for: for how many, if the server had to be told; raises ServerError and StoreError."""
        version, contacts = await asyncio.to_thread(lambda: (self._store.version, self._store.all()))
        self._contacts = {each.key: each for each in contacts}
        waited = [each for each in contacts if self._is_waited_for(each)]
        waited.sort(key=lambda each: each.seen, reverse=True)
        own = self._desk.identity.key
        tokens = {
            token: (each.key, secret) for each in waited for token, secret in call_tokens(each.secrets, own).items()
        }
        kept = dict(list(tokens.items())[:WAITING_TOKENS])
        is_news = kept.keys() != self._tokens.keys() or self._version is None
        if is_news:
            await self._desk.client.ask(Wait(id=1, tokens=tuple(kept)), Ok, WAIT_S)
            self._tokens = kept
        self._version = version
        return len(waited) if is_news else None

    def _is_waited_for(self, contact: Contact) -> bool:
        rule = verdict(contact.standing, self._accept)
        return rule is not Verdict.DECLINE or self._may_hand_over(contact)
