"""Pairs that outlive their credentials, at a real server that gives them for two seconds."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

import pypeer
from pypeer.connect import connector, gathering
from pypeer.connect.attempt import Attempt
from pypeer.connect.options import ConnectOptions, Relaying
from pypeer.events import PathChanged
from pypeer.identity import Identity
from tests.integration.test_stun import free_ports
from tests.integration.test_turn import LOOPBACK, SECRET
from tests.support.commands import PATIENCE_S, Server, running_server
from tests.support.linked import until

TTL_S: Final = 2
ONLY: Final = ConnectOptions(relaying=Relaying.ONLY)
PLACE: Final = ("--stun-alt-port", "0", "--turn-ttl", str(TTL_S), "--turn-secret", SECRET, *LOOPBACK)

Meanwhile = Callable[[pypeer.Fetch], Awaitable[None]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    """A server with a relay whose credentials end soon, and the port of that."""
    port, _ = free_ports()
    with running_server(tmp_path_factory.mktemp("server"), "--turn-port", str(port), *PLACE) as running:
        yield running, port


async def fetched(server: Server, folder: Path, options: ConnectOptions, meanwhile: Meanwhile) -> list[str]:
    """Fetch a file, and do something once the credentials of the beginning have ended; the ways, in order."""
    source = folder / "file.bin"
    source.write_bytes(os.urandom(4 * 2**20))
    ways: list[str] = []
    async with (
        asyncio.timeout(PATIENCE_S),
        pypeer.Peer(server.url, identity=Identity.new(), connect=options) as sender,
        pypeer.Peer(server.url, identity=Identity.new(), connect=options) as receiver,
    ):
        offer = await sender.send([source])
        async with receiver.get(offer.code, folder / "got") as fetch:
            async for event in fetch:
                if not isinstance(event, PathChanged):
                    continue
                ways.append(event.way)
                if len(ways) == 1:
                    fetch.pause()
                    await asyncio.sleep(TTL_S + 1)
                    await meanwhile(fetch)
                    fetch.resume()
            await fetch.wait()
    assert (folder / "got" / source.name).read_bytes() == source.read_bytes()
    return ways


def live(fetch: pypeer.Fetch) -> Attempt:
    """The link that stands."""
    assert fetch.conversation is not None
    attempt = fetch.conversation._linking._connector._live
    assert attempt is not None
    return attempt


async def restart(fetch: pypeer.Fetch) -> None:
    """ICE anew, under the same link: both sides need new allocations."""
    transport = live(fetch).transport
    before = transport.selected
    live(fetch).restart()
    await until(lambda: transport.agent.works and transport.selected is not before)
    assert before is not None
    assert transport.selected is not None
    assert transport.selected.base != before.base


async def lose(fetch: pypeer.Fetch) -> None:
    """The link breaks, and another has to be made."""
    assert fetch.conversation is not None
    await fetch.conversation.drop_link()


@pytest.mark.parametrize("meanwhile", [restart, lose])
async def test_new_allocations_have_new_credentials(
    server: tuple[Server, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: Meanwhile
) -> None:
    monkeypatch.setattr("pypeer.relaying.can_relay", lambda ticket, options: False)
    ways = await fetched(server[0], tmp_path, ONLY, meanwhile)
    assert set(ways) <= {"turn-udp", "turn-tcp"}
    assert len(ways) >= 2
    assert 'byway_messages_total{type="renew"}' in server[0].metrics()


async def test_a_new_link_at_the_websocket_relay_has_a_new_ticket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (gathering, connector):
        monkeypatch.setattr(module, "host_addresses", lambda interfaces=(): [])
    with running_server(tmp_path / "server", "--turn-port", "0", *PLACE) as server:
        ways = await fetched(server, tmp_path, ConnectOptions(tcp=False), lose)
        assert 'refusals_total{reason="credentials"} 0.0' in server.metrics()
    assert set(ways) == {"websocket"}
    assert len(ways) >= 2
