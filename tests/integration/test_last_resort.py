"""Transfers through the relay inside a WebSocket: when it is used, how it is left, and what a hostile one can do."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import pypeer
from pypeer import no_way
from pypeer.connect import connector, gathering, roads
from pypeer.connect.addresses import host_addresses
from pypeer.connect.options import ConnectOptions, Relaying
from pypeer.errors import ConnectError
from pypeer.events import Event, Offered, PathChanged, Reconnecting, Report
from pypeer.identity import Identity
from pypeer.links.link import Scope
from pypeer.protocol import limits
from tests.support.crooked import RECORD_BYTES, WRONGS, CrookedRelay, altered, crooked_relay, honest

PATIENCE_S = 60.0
MARK = b"nobody but the two may read this "
NAME = "secret-name.bin"
TICKET_S = 4.0
SIZE = 6 * 2**20


class Network:
    """What of the network the peers can use for ICE."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.works = False
        for module in (gathering, connector):
            monkeypatch.setattr(module, "host_addresses", self._addresses)

    def _addresses(self, interfaces: tuple[str, ...] = ()) -> list[str]:
        return host_addresses(interfaces) if self.works else []


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """No address, and so no way but the relay, until a test says otherwise."""
    return Network(monkeypatch)


async def transfer(
    relay: CrookedRelay,
    folder: Path,
    on_event: Callable[[Event, pypeer.Fetch], None] = lambda _event, _fetch: None,
    options: ConnectOptions | None = None,
) -> list[Event]:
    """Send a file that does not compress but for its marks; the receiver's events. Raises what the fetch raises."""
    source = folder / NAME
    source.write_bytes(b"".join(MARK + os.urandom(4096) for _ in range(SIZE // 4096)))
    options = options or ConnectOptions(tcp=False)
    events = []
    async with (
        asyncio.timeout(PATIENCE_S),
        pypeer.Peer(relay.url, identity=Identity.new(), connect=options) as sender,
        pypeer.Peer(relay.url, identity=Identity.new(), connect=options) as receiver,
    ):
        offer = await sender.send([source])
        async with receiver.get(offer.code, folder / "got") as fetch:
            async for event in fetch:
                events.append(event)
                on_event(event, fetch)
            await fetch.wait()
    assert (folder / "got" / NAME).read_bytes() == source.read_bytes()
    return events


def paths(events: list[Event]) -> list[str]:
    """The ways, in order."""
    return [event.way for event in events if isinstance(event, PathChanged)]


@pytest.mark.usefixtures("network")
async def test_without_any_other_way_the_relay_carries_what_it_cannot_read(tmp_path: Path) -> None:
    async with crooked_relay() as relay:
        events = await transfer(relay, tmp_path)
    assert paths(events) == ["websocket"]
    [path] = [event for event in events if isinstance(event, PathChanged)]
    assert path.scope is Scope.RELAY
    everything = b"".join(relay.seen)
    assert len(everything) > SIZE
    for word in (MARK, NAME.encode(), b'{"t":'):
        assert word not in everything
    assert [len(message) for message in relay.seen[:2]] == [RECORD_BYTES, RECORD_BYTES]


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("wrong", WRONGS)
async def test_a_relay_that_does_something_wrong_once_costs_links_and_no_byte(wrong: str, tmp_path: Path) -> None:
    async with crooked_relay(WRONGS[wrong]()) as relay:
        events = await transfer(relay, tmp_path)
    assert set(paths(events)) == {"websocket"}
    assert any(isinstance(event, Reconnecting) for event in events)


@pytest.mark.usefixtures("network")
async def test_a_relay_that_does_something_wrong_always_carries_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roads, "ATTEMPTS", 1)
    async with crooked_relay(altered) as relay:
        with pytest.raises(ConnectError) as failed:
            await transfer(relay, tmp_path)
    assert failed.value.code == "no-path"
    assert not (tmp_path / "got" / NAME).exists()


@pytest.mark.usefixtures("network")
async def test_a_relay_that_breaks_costs_no_byte(tmp_path: Path) -> None:
    async with crooked_relay() as relay:

        def cut_once(_number: int, message: bytes) -> list[bytes]:
            if len(relay.seen) == 12:
                relay.cut()
            return [message]

        relay.tamper = cut_once
        events = await transfer(relay, tmp_path)
    assert paths(events) == ["websocket", "websocket"]


@pytest.mark.usefixtures("network")
async def test_a_relay_that_falls_silent_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SILENCE_S", 0.2)
    monkeypatch.setattr(limits, "GONE_S", 3.0)

    async with crooked_relay() as relay:
        ends = relay.carriers

        def fall_silent(number: int, message: bytes) -> list[bytes]:
            first = len(ends) == 2 and number >= 20
            return [] if first else [message]

        relay.tamper = fall_silent
        events = await transfer(relay, tmp_path)
    assert paths(events) == ["websocket", "websocket"]


@pytest.mark.usefixtures("network")
async def test_signs_of_life_keep_a_link_that_has_nothing_to_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SILENCE_S", 0.2)
    monkeypatch.setattr(limits, "GONE_S", 3.0)

    async def rest(fetch: pypeer.Fetch) -> None:
        fetch.pause()
        await asyncio.sleep(4)
        fetch.resume()

    resting: list[asyncio.Task[None]] = []

    def on_event(event: Event, fetch: pypeer.Fetch) -> None:
        if isinstance(event, PathChanged):
            resting.append(asyncio.create_task(rest(fetch)))

    async with crooked_relay() as relay:
        events = await transfer(relay, tmp_path, on_event)
    assert paths(events) == ["websocket"]
    assert sum(len(message) == RECORD_BYTES for message in relay.seen) > 10


@pytest.mark.usefixtures("network")
async def test_who_forbids_relays_does_not_use_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roads, "ATTEMPTS", 1)
    async with crooked_relay() as relay:
        with pytest.raises(ConnectError):
            await transfer(relay, tmp_path, options=ConnectOptions(relaying=Relaying.NEVER, tcp=False))
    assert relay.seen == []


@pytest.mark.usefixtures("network")
async def test_who_wants_only_relays_may_use_this_one(tmp_path: Path) -> None:
    async with crooked_relay() as relay:
        events = await transfer(relay, tmp_path, options=ConnectOptions(relaying=Relaying.ONLY))
    assert paths(events) == ["websocket"]


async def test_a_transfer_leaves_the_relay_when_a_direct_path_opens(
    tmp_path: Path, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roads, "BETTER_S", (0.1,))
    monkeypatch.setattr(connector, "CONNECT_S", 2.0)

    def mend(event: Event, _fetch: pypeer.Fetch) -> None:
        network.works = network.works or isinstance(event, PathChanged)

    async with crooked_relay() as relay:
        relay.pause = 0.3
        events = await transfer(relay, tmp_path, mend)
    assert paths(events) == ["websocket", "direct"]
    assert not any(isinstance(event, Reconnecting) for event in events)


async def test_a_transfer_falls_back_to_the_relay_when_the_direct_path_dies(tmp_path: Path, network: Network) -> None:
    network.works = True
    dropping: list[asyncio.Task[None]] = []

    def break_it(event: Event, fetch: pypeer.Fetch) -> None:
        if isinstance(event, PathChanged) and event.way == "direct" and fetch.conversation is not None:
            network.works = False
            dropping.append(asyncio.create_task(fetch.conversation.drop_link()))

    async with crooked_relay() as relay:
        events = await transfer(relay, tmp_path, break_it)
    assert paths(events) == ["direct", "websocket"]
    assert len(dropping) == 1


@pytest.mark.usefixtures("network")
async def test_a_link_is_made_anew_after_the_time_of_the_first_ticket(tmp_path: Path) -> None:
    """The relay's links break when the tickets of the meeting are over: those of the next are new ones."""
    async with crooked_relay(ttl=TICKET_S) as relay:
        # All of the file may be under way at once: its chunks alone take longer than the tickets last.
        relay.pause = 1.5 * TICKET_S / (SIZE / limits.CHUNK_BYTES)
        began = asyncio.get_running_loop().time()

        def cut_late(_number: int, message: bytes) -> list[bytes]:
            if asyncio.get_running_loop().time() - began > TICKET_S:  # those of the meeting are older
                relay.pause, relay.tamper = 0.0, honest
                relay.cut()
            return [message]

        relay.tamper = cut_late
        events = await transfer(relay, tmp_path)
    assert relay.tamper is honest
    assert paths(events) == ["websocket"] * 2
    assert not [event.report.relays for event in events if isinstance(event, Report) and event.report.relays]


async def test_a_server_that_has_gone_is_told_as_soon_as_that_is_sure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: Network
) -> None:
    monkeypatch.setattr(no_way, "SERVER_S", 0.5)
    network.works = False
    async with crooked_relay() as relay:
        with pytest.raises(ConnectError) as failed:
            await transfer(relay, tmp_path, lambda event, _: relay.vanish() if isinstance(event, Offered) else None)
    assert failed.value.code == "server-gone"
