"""What the tests of the core share."""

import pytest

from tests.support.scene import Scene


@pytest.fixture
def scene() -> Scene:
    """A server without a directory, and nobody there."""
    return Scene()
