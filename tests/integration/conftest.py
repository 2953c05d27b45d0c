"""What the integration tests share: a real server, and real commands that are ended whatever happens."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.commands import Command, Server, running_server


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
