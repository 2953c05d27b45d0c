"""What the tests of the index share."""

from collections.abc import AsyncIterator

import pytest

from signaling.engine.packed import PackedIndex
from tests.unit.signaling.engine.packing import fail


@pytest.fixture
async def index() -> AsyncIterator[PackedIndex]:
    """One with three libraries, in which nothing is yet."""
    index = PackedIndex(fail)
    for library in (1, 2, 3):
        index.begin(library)
    yield index
    index.close()
