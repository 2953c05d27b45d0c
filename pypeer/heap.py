"""How the process of a command uses its heap: for a program through which megabytes pass, again and again."""

import gc
from typing import Final

LARGEST_BYTES: Final = 4 * 1024 * 1024
"""As large as the largest chunk, and larger than any message or piece that is passed on."""


def settle() -> None:
    """To be called once, when all is imported and the work begins.

    What glibc is asked for beyond 128 KiB it gets from the kernel, and gives back when it is freed: each time all its
    pages are cleared and mapped anew. Once a larger block was freed, blocks up to its size come from the heap, which
    keeps twice that much for them (mallopt(3), M_MMAP_THRESHOLD). Other systems have no such bound, and lose nothing.
    """
    bytes(LARGEST_BYTES)
    gc.freeze()  # what was imported stays: the collector need not look through it again and again
