"""What can be wrong with a message: cut off, changed, said again, or larger than anything should be."""

import random
from collections import deque
from typing import Final

KEPT: Final = 500
"""Messages that may be said again."""

LARGE: Final = (1500, 2048, 9000, 65_507, 65_535)
"""Sizes around what a link, a stranger, and a datagram may have."""


class Spoiler:
    """Spoils messages by a seed, and tells how."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._said: deque[bytes] = deque(maxlen=KEPT)

    def spoil(self, data: bytes) -> tuple[str, bytes]:
        """As it is, or with something wrong in it; and what that is."""
        self._said.append(data)
        draw = self.random.random()
        if draw < 0.5:
            return "as made", data
        if draw < 0.62:
            return "truncated", data[: self.random.randrange(len(data) + 1)]
        if draw < 0.82:
            return "malformed", self._changed(data)
        if draw < 0.92:
            return "replayed", self.random.choice(self._said)
        if draw < 0.94:
            return "oversized", self._large(data)
        return "random", self.random.randbytes(self.random.randrange(120))

    def _changed(self, data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(self.random.choice((1, 1, 2, 8))):
            at = self.random.randrange(len(changed) + 1)
            match self.random.randrange(3):
                case 0:
                    changed[at:at] = self.random.randbytes(self.random.randrange(1, 8))
                case 1:
                    del changed[at : at + 4]
                case _:
                    changed[at : at + 1] = self.random.randbytes(1)
        return bytes(changed)

    def _large(self, data: bytes) -> bytes:
        """With a length that is true, or not."""
        size = self.random.choice(LARGE)
        large = bytearray(data + bytes(size))[:size]
        if self.random.random() < 0.7:
            length = size - (20 if large[0] < 0x40 else 4)
            large[2:4] = min(length, 0xFFFF).to_bytes(2, "big")
        return bytes(large)
