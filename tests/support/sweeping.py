"""A sweep of the directory's engine, gone through to its end."""

import tracemalloc
from collections.abc import Iterator


def swept(sweep: Iterator[None]) -> tuple[int, int]:
    """In how many steps it is done, and how many bytes it needed at most meanwhile."""
    tracemalloc.start()
    try:
        steps = sum(1 for _ in sweep)
        return steps, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
