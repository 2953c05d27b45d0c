"""What the integration tests share: real servers, and real commands that are ended whatever happens."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Command, Server, running_server
from tests.support.site import Site, StartSite


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One real server for many tests."""
    with running_server(tmp_path_factory.mktemp("server"), "--connection-rate", "1000") as running:
        yield running


@pytest.fixture
def pypeer(tmp_path: Path, server: Server) -> Iterator[Callable[..., Command]]:
    """Start `pypeer ARGUMENTS`, each with an identity of its own."""
    started: list[Command] = []

    def start(*arguments: str | Path, url: str | None = None, json_events: bool = True) -> Command:
        home = tmp_path / f"home{len(started)}"
        command = Command(home, url or server.url, *map(str, arguments), json_events=json_events)
        started.append(command)
        return command

    yield start
    for command in started:
        command.discard()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where peers of this process keep whatever is not said otherwise."""
    monkeypatch.setenv("BYWAY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """Where what is fetched goes; it is not there yet."""
    return tmp_path / "into"


@pytest.fixture
async def start_site() -> AsyncIterator[StartSite]:
    """Start servers that are stopped in the end."""
    sites: list[Site] = []

    async def begin(**settings: Any) -> Site:
        site = Site(**settings)
        sites.append(site)
        await site.server.start_server()
        return site

    yield begin
    for site in sites:
        await site.server.close()


@pytest.fixture
async def site(start_site: StartSite) -> Site:
    """A server as it is without any option."""
    return await start_site()
