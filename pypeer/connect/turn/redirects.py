"""From one TURN server to another, each of which names the next (RFC 8489, section 10). Pure."""

from typing import Final

from pypeer.connect.turn.words import Alternate
from signaling.protocol.values import Address

HOPS: Final = 3
"""From one server to another, each named by the one before: more is a mistake, or malice."""


class Redirects:
    """Which server is to be asked: at first the one at `address`, which goes by `name`."""

    def __init__(self, address: Address, name: str) -> None:
        self.address, self.name = address, name
        self._asked: list[Address] = []

    def follow(self, alternate: Alternate) -> bool:
        """The server that was asked names another: whether to ask that. Without a name of its own it goes by the one
        before, which its certificate has to have, too."""
        self._asked.append(self.address)
        self.address, self.name = alternate.address, alternate.domain or self.name
        return self.address not in self._asked and len(self._asked) <= HOPS
