"""The spaces that contacts have for theirs, as they are found at one server."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from pypeer.contacts.store import Store
from pypeer.errors import ServerError
from pypeer.finding.directory import PATIENCE_S
from pypeer.signaling_client.client import SignalingClient
from pypeer.spaces.shelf import asked, opened
from pypeer.spaces.space import Space
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.spaces import KeyBox, Keyring, Keys

OLD: Final = "The server knows nothing of sharing with contacts: its operator has to update it."


class Shelves:
    """`store` has the contacts, if there are any; `taken` are names that no space may have."""

    def __init__(self, client: SignalingClient, store: Store | None, taken: Callable[[], Sequence[str]]) -> None:
        self.known: list[Space] = []
        """Those that there were when it was last looked."""
        self._client = client
        self._store = store
        self._taken = taken

    async def look(self, needed: bool) -> None:
        """Learn which there are now. Raises StoreError, and ServerError; a server that knows nothing of them has none,
        unless they are `needed`."""
        whose = {} if self._store is None else asked(await asyncio.to_thread(self._store.all))
        boxes: list[KeyBox] = []
        tokens = list(whose)
        try:
            for start in range(0, len(tokens), limits.KEY_BOXES):
                request = Keys(id=1, tokens=tuple(tokens[start : start + limits.KEY_BOXES]))
                boxes += (await self._client.ask(request, Keyring, PATIENCE_S)).keys
        except ServerError as error:
            if error.code != ErrorCode.UNKNOWN_TYPE:
                raise
            if needed:
                raise ServerError(OLD, error.code, retry=False) from None
        self.known = opened(boxes, whose, self._taken())
