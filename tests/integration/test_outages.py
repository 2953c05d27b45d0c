"""What breaks under a running transfer: the server, the link, the other side. The transfer goes on, or says why not."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pypeer.api import Peer
from pypeer.connect.options import ConnectOptions
from pypeer.errors import ConnectError, PeerError
from pypeer.events import Closed, Done, Event, Offered, PathChanged, Progress, Reconnecting
from pypeer.fetching import Fetch
from pypeer.identity import Identity
from pypeer.sharing import Offer
from tests.support.commands import Command, Server

MIB = 1024 * 1024

SLOW = 6 * MIB
"""Bytes a second: whatever happens in the middle of a transfer of four seconds does so before its end."""


def test_a_transfer_goes_on_without_the_server_and_the_code_outlives_a_restart(
    pypeer: Callable[..., Command], tmp_path: Path
) -> None:
    first = Server(tmp_path / "server")
    source = tmp_path / "large.bin"
    source.write_bytes(os.urandom(40 * MIB))
    sender = pypeer("send", source, url=first.url)
    code = sender.until("ready")["code"]
    receiver = pypeer("get", code, "-o", tmp_path / "got", url=first.url)
    receiver.until("progress")
    first.stop(signal.SIGKILL)
    assert receiver.end() == 0
    assert (tmp_path / "got" / "large.bin").read_bytes() == source.read_bytes()
    second = Server(tmp_path / "server", port=first.port)
    try:
        second.until_metric("byway_locators", 1)
        late = pypeer("get", code, "-o", tmp_path / "again", url=second.url)
        assert late.end() == 0
        assert late.one("done")["bytes"] == source.stat().st_size
    finally:
        assert sender.interrupt() == 130
        assert second.stop() == 0


async def test_a_code_expires_also_while_the_server_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pypeer.sharing.LAPSE_S", -29.0)
    server = Server(tmp_path / "server")
    async with Peer(server.url, identity=Identity.new()) as peer:
        offer = await peer.send(text="x", expires=30)
        server.stop(signal.SIGKILL)
        events = await asyncio.wait_for(all_of(offer), 60)
    assert events[-1] == Closed(reason="expired")


async def test_a_server_that_dies_before_the_two_can_connect_is_named_as_the_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pypeer.connect.connector.CONNECT_S", 0.5)
    server = Server(tmp_path / "server")

    async def kill_and_accept(_offered: Offered) -> bool:
        await asyncio.to_thread(server.stop, signal.SIGKILL)
        return True

    async with (
        Peer(server.url, identity=Identity.new()) as sender,
        Peer(server.url, identity=Identity.new()) as receiver,
    ):
        offer = await sender.send(text="x")
        async with receiver.get(offer.code, tmp_path, kill_and_accept) as fetch:
            with pytest.raises(
                ConnectError, match=r"^The server went away before .* try again when the server is back"
            ):
                await fetch.wait()


async def all_of(offer: Offer) -> list[Event]:
    """Every event up to the end."""
    return [event async for event in offer]


class Pairing:
    """A sender and a receiver in this process, in the middle of a transfer."""

    def __init__(self, server: str, folder: Path, tcp: bool = False) -> None:
        options = ConnectOptions(tcp=tcp)
        self.sender = Peer(server, identity=Identity.new(), connect=options)
        self.receiver = Peer(server, identity=Identity.new(), connect=options)
        self.folder = folder
        self.offer: Offer
        self.fetch: Fetch

    async def __aenter__(self) -> "Pairing":
        await self.sender.__aenter__()
        await self.receiver.__aenter__()
        (self.folder / "large.bin").write_bytes(os.urandom(24 * MIB))
        self.offer = await self.sender.send([self.folder / "large.bin"], limit=SLOW)
        self.fetch = self.receiver.get(self.offer.code, self.folder / "got")
        async for event in self.fetch:
            if isinstance(event, Progress):
                break
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.receiver.__aexit__(None, None, None)
        await self.sender.__aexit__(None, None, None)

    def same(self) -> bool:
        """Whether what arrived is what was sent."""
        return (self.folder / "got" / "large.bin").read_bytes() == (self.folder / "large.bin").read_bytes()


async def test_a_link_over_tcp_that_is_lost_costs_no_pause_where_another_stands_by(
    tmp_path: Path, server: Server
) -> None:
    async with Pairing(server.url, tmp_path, tcp=True) as pairing:
        conversation = pairing.fetch.conversation
        assert conversation is not None
        async with asyncio.timeout(60):
            while len(conversation.open_roads) < 2:
                await asyncio.sleep(0.01)
        await conversation.drop_link()
        kinds = [type(event) async for event in pairing.fetch]
        assert Reconnecting not in kinds
        assert PathChanged in kinds
        assert kinds[-1] is Done
        assert pairing.same()


async def test_a_lost_link_is_replaced_and_the_transfer_goes_on(tmp_path: Path, server: Server) -> None:
    async with Pairing(server.url, tmp_path) as pairing:
        conversation = pairing.fetch.conversation
        assert conversation is not None
        await conversation.drop_link()
        kinds = [type(event) async for event in pairing.fetch]
        assert kinds.index(Reconnecting) < kinds.index(PathChanged) < kinds.index(Done)
        assert pairing.same()


async def test_pause_holds_on_both_sides_and_resume_goes_on(tmp_path: Path, server: Server) -> None:
    async with Pairing(server.url, tmp_path) as pairing:
        pairing.fetch.pause()
        await until(pairing.offer, "paused")
        stored: list[Progress] = []
        following = asyncio.create_task(follow(pairing.fetch, stored))
        async with asyncio.timeout(60):
            while await comes(stored):
                pass  # what was on its way
        assert sum(each.bytes for each in stored[-1:]) < 24 * MIB, "without a pause all would be here by now"
        assert not await comes(stored)
        pairing.fetch.resume()
        await asyncio.wait_for(pairing.fetch.wait(), 60)
        await following
        assert pairing.same()


async def test_a_sender_that_stops_is_an_error_and_nothing_has_its_final_name(tmp_path: Path, server: Server) -> None:
    async with Pairing(server.url, tmp_path) as pairing:
        await pairing.offer.stop()
        with pytest.raises(PeerError):
            await asyncio.wait_for(pairing.fetch.wait(), 60)
        assert not (tmp_path / "got" / "large.bin").exists()


async def until(offer: Offer, kind: str) -> None:
    """Read the sender's events up to one kind."""
    async for event in offer:
        if type(event).__struct_config__.tag == kind:
            return
    raise ConnectError(f"no {kind}")


async def follow(fetch: Fetch, stored: list[Progress]) -> None:
    """Keep what it tells of its progress, to its end."""
    async for event in fetch:
        if isinstance(event, Progress):
            stored.append(event)


async def comes(stored: list[Progress]) -> bool:
    """Whether anything is stored within a second, in which an eighth of the file would be."""
    before = [each.bytes for each in stored[-1:]]
    await asyncio.sleep(1)
    return [each.bytes for each in stored[-1:]] != before
