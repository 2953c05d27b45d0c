"""Spaces, people in them, and the servers where they meet."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from pypeer.spaces.space import Space
from pypeer.spaces.store import SpaceStore
from tests.integration.spaces.people import FILES, People
from tests.support.commands import Server
from tests.support.nosy import NosyServer, nosy_server


@pytest.fixture(autouse=True)
def at_home(home: Path) -> None:
    """Nothing here touches what the person at this machine has."""


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of which nobody else has a name."""
    for path, data in FILES.items():
        (tmp_path / "pictures" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pictures" / path).write_bytes(data)
    return tmp_path / "pictures"


@pytest.fixture
async def people(server: Server, tmp_path: Path) -> AsyncIterator[People]:
    """At the real server."""
    async with AsyncExitStack() as stack:
        yield People(tmp_path, server.url, stack)


@pytest.fixture
async def nosy() -> AsyncIterator[NosyServer]:
    """A server that listens, and may lie."""
    async with nosy_server() as server:
        yield server


@pytest.fixture
async def watched(nosy: NosyServer, tmp_path: Path) -> AsyncIterator[People]:
    """At that server."""
    async with AsyncExitStack() as stack:
        yield People(tmp_path, nosy.url, stack)


@pytest.fixture
def space(tmp_path: Path) -> Space:
    """One that somebody has made who is not there."""
    return SpaceStore(tmp_path / "founder" / "spaces.json").create("Family")
