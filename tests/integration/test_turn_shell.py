"""Connections to the relay: those who say nothing, too much, or do not read; and ports that fail."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from ipaddress import ip_network
from typing import Final

import pytest

from signaling.datagrams import bind
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Method
from signaling.protocol.values import Address
from signaling.relay import server as module
from signaling.relay.offers import Ports
from signaling.relay.server import RelayServer
from signaling.relay.stream import PATIENCE_S, QUEUED_BYTES, Connection
from signaling.relay.turn import credentials
from signaling.relay.turn.authentication import REALM, Authenticator
from signaling.relay.turn.core import Turn
from signaling.relay.turn.kinds import Refusal
from signaling.relay.turn.peers import Here, PeerPolicy
from signaling.relay.turn.quota import Limits
from signaling.relay.turn.table import Table
from tests.support.commands import PATIENCE_S as WAIT_S

A: Final = "127.0.0.1"
NAME, PASSWORD = credentials.make("north", "pair", "a", 10**10)
KEY: Final = stun.long_term_key(NAME, REALM, PASSWORD)
UDP: Final = (Attribute.REQUESTED_TRANSPORT, bytes((17, 0, 0, 0)))


class Site:
    """A relay at a TCP port of loopback, with a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.here = Here()
        self.policy = PeerPolicy(self.here, (ip_network("127.0.0.0/8"),))
        table = Table(self.here, range(50000, 60000), lambda n: bytes(n - 1) + b"\1")
        authenticator = Authenticator("north", b"key", lambda: 0)
        self.turn = Turn(table, self.policy, Limits(), authenticator, lambda n: bytes(n))
        self.relay = RelayServer(self.turn, self.here, self.policy, lambda: self.now, most=10, per_address=3)
        self.relay.reached_at([A], [A, "192.0.2.1"])
        self.port = 0
        self.clients: list[Client] = []

    async def open(self) -> asyncio.Server:
        """Listen."""
        make = partial(Connection, self.relay, False, lambda: self.now)
        server = await asyncio.get_running_loop().create_server(make, A, 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def until(self, connections: int) -> None:
        """Wait until there are so many."""
        async with asyncio.timeout(WAIT_S):
            while len(self.relay._connections) != connections:
                await asyncio.sleep(0.01)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A relay that listens."""
    made = Site()
    server = await made.open()
    yield made
    server.close()
    made.relay.close()
    for each in made.clients:
        each.writer.transport.abort()
    await made.until(0)
    await asyncio.sleep(0)


class Client:
    """A client over TCP, by hand."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.nonce = b""
        self.relayed: Address = ("", 0)

    async def connect(self) -> None:
        """Open a connection."""
        self.reader, self.writer = await asyncio.open_connection(A, self.site.port)
        self.site.clients.append(self)

    async def message(self) -> stun.Message:
        """The next STUN message."""
        async with asyncio.timeout(WAIT_S):
            head = await self.reader.readexactly(20)
            return stun.decode(head + await self.reader.readexactly(int.from_bytes(head[2:4], "big")))

    async def ask(self, method: Method, *attributes: tuple[int, bytes]) -> stun.Message:
        """A signed request and its answer."""
        auth = [(Attribute.USERNAME, NAME.encode()), (Attribute.REALM, REALM.encode()), (Attribute.NONCE, self.nonce)]
        self.writer.write(stun.encode(method, Class.REQUEST, bytes(12), [*attributes, *auth], KEY))
        return await self.message()

    async def allocate(self) -> None:
        """Get an allocation."""
        self.writer.write(stun.encode(Method.ALLOCATE, Class.REQUEST, bytes(12), [UDP]))
        self.nonce = (await self.message()).get(Attribute.NONCE) or b""
        relayed = (await self.ask(Method.ALLOCATE, UDP)).xor_address(Attribute.XOR_RELAYED_ADDRESS)
        assert relayed is not None
        self.relayed = relayed

    async def bind(self, peer: Address) -> None:
        """Bind the first channel."""
        attributes = [
            (Attribute.CHANNEL_NUMBER, b"\x40\0\0\0"),
            (Attribute.XOR_PEER_ADDRESS, values.xor_address(peer, bytes(12))),
        ]
        assert (await self.ask(Method.CHANNEL_BIND, *attributes)).kind is Class.SUCCESS

    async def is_closed(self) -> bool:
        """Whether the server has closed it."""
        try:
            async with asyncio.timeout(WAIT_S):
                return await self.reader.read(1) == b""
        except ConnectionResetError:
            return True


async def client(site: Site) -> Client:
    """A connected client."""
    made = Client(site)
    await made.connect()
    return made


async def test_who_says_nothing_is_let_go_and_who_has_an_allocation_stays(site: Site) -> None:
    silent, busy = await client(site), await client(site)
    await busy.allocate()
    await site.until(2)
    site.now += PATIENCE_S
    site.relay.tick()
    assert await silent.is_closed()
    await site.until(1)
    assert (await busy.ask(Method.REFRESH)).kind is Class.SUCCESS


async def test_giving_back_an_allocation_ends_the_connection_after_the_answer(site: Site) -> None:
    busy = await client(site)
    await busy.allocate()
    assert (await busy.ask(Method.REFRESH, (Attribute.LIFETIME, bytes(4)))).kind is Class.SUCCESS
    assert await busy.is_closed()


async def test_the_end_of_a_connection_is_that_of_its_allocation(site: Site) -> None:
    busy = await client(site)
    await busy.allocate()
    assert site.turn.stats.allocations == 1
    busy.writer.close()
    await site.until(0)
    assert site.turn.stats.allocations == 0
    assert not site.relay._relays


@pytest.mark.parametrize("data", [b"\x80\0\0\0", b"GET / HTTP/1.1\r\n\r\n", b"\0\1\xff\xfc"])
async def test_what_is_no_message_ends_the_connection(site: Site, data: bytes) -> None:
    stranger = await client(site)
    stranger.writer.write(data)
    assert await stranger.is_closed()


async def test_an_address_has_so_many_connections(site: Site) -> None:
    some = [await client(site) for _ in range(3)]
    await site.until(3)
    assert await (await client(site)).is_closed()
    some[0].writer.close()
    await site.until(2)
    last = await client(site)
    await last.allocate()


async def test_all_together_have_so_many(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", -9)
    first = await client(site)
    await first.allocate()
    assert await (await client(site)).is_closed()


async def test_who_does_not_read_loses_data_and_the_server_keeps_little(site: Site) -> None:
    slow = await client(site)
    await slow.allocate()
    with bind(A, 0) as peer:
        await slow.bind(peer.getsockname())
        slow.writer.transport.pause_reading()  # type: ignore[attr-defined]
        [connection] = site.relay._connections.values()
        async with asyncio.timeout(WAIT_S):
            while not site.turn.stats.refusals[Refusal.SLOW]:
                peer.sendto(bytes(20_000), slow.relayed)
                await asyncio.sleep(0)
        assert connection._transport is not None
        assert connection._transport.get_write_buffer_size() <= QUEUED_BYTES + 20_004
        slow.writer.transport.resume_reading()  # type: ignore[attr-defined]
        async with asyncio.timeout(WAIT_S):
            while connection._slow:
                await slow.reader.read(100_000)
        assert connection.send(b"\x40\0\0\0")


async def test_the_end_does_not_wait_for_who_does_not_read(site: Site) -> None:
    slow = await client(site)
    await slow.allocate()
    [connection] = site.relay._connections.values()
    connection.pause_writing()
    connection.close()
    await site.until(0)
    connection.close()
    connection.abort()
    assert not connection.send(b"x")


async def test_a_port_that_is_taken_is_left(site: Site) -> None:
    """The entropy of this site always chooses the same port, so all tries fail."""
    busy = await client(site)
    with bind(A, 50001):
        busy.writer.write(stun.encode(Method.ALLOCATE, Class.REQUEST, bytes(12), [UDP]))
        busy.nonce = (await busy.message()).get(Attribute.NONCE) or b""
        assert (await busy.ask(Method.ALLOCATE, UDP)).error() == (508, "")
    assert site.turn.stats.allocations == 0


async def test_where_it_is_told_to_be(site: Site) -> None:
    ports = site.relay.ports = Ports(1, 2, 3)
    assert site.relay.told() == ports
    closed = RelayServer(site.turn, site.here, PeerPolicy(site.here), lambda: 0)
    closed.ports = ports
    assert closed.told() == Ports()
    closed.reached_at([A, "192.0.2.1"], [])
    assert closed.told() == ports
    assert closed.socket_at((A, 1)) is None


async def test_the_clock_ticks(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TICK_S", 0.01)
    silent = await client(site)
    await site.until(1)
    site.now += PATIENCE_S
    ticking = asyncio.create_task(site.relay.run_clock())
    assert await silent.is_closed()
    ticking.cancel()
