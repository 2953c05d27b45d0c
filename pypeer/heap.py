"""How the process of a command uses its heap: it loads, and then megabytes pass through it, again and again."""

import gc
from typing import Final

LARGEST_BYTES: Final = 4 * 1024 * 1024
"""As large as the largest chunk, and larger than any message or piece that is passed on."""

YOUNG_OBJECTS: Final = 10_000
"""So many more than before are looked through for garbage: packets and chunks come and go by hundreds and leave none,
and for 700, as it is by default, a hundredth of the time of a transfer is spent on that."""


def load() -> None:
    """To be called first. What is imported stays: collectors that look for garbage in it, a seventh of the time that it
    takes, find none."""
    gc.disable()


def settle() -> None:
    """To be called once, when all is imported and the work begins.

    What glibc is asked for beyond 128 KiB it gets from the kernel, and gives back when it is freed: each time all its
    pages are cleared and mapped anew. Once a larger block was freed, blocks up to its size come from the heap, which
    keeps twice that much for them (mallopt(3), M_MMAP_THRESHOLD). Other systems have no such bound, and lose nothing.
    """
    bytes(LARGEST_BYTES)
    gc.set_threshold(YOUNG_OBJECTS)
    gc.freeze()  # nor does anything that was imported become garbage later
    gc.enable()
