"""The relay inside a WebSocket, on a real socket: tickets, joining, order, back-pressure, limits, ends."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any, TypeAlias

import aiohttp
import pytest

from signaling.http.app import NODE
from signaling.protocol import limits
from signaling.protocol.codec import encode
from signaling.protocol.codes import CloseCode
from signaling.protocol.relaying import Join, Joined, decode_joined
from signaling.relay.tickets import Member
from signaling.relay.turn.kinds import Refusal
from tests.support.signaling_client import PATIENCE_S, SignalingClient
from tests.support.site import Site

A, B = Member("pair", "a"), Member("pair", "b")
BIG = bytes(limits.RELAY_MESSAGE_BYTES)
"""The largest that is taken by who does not say."""
LARGEST = bytes(limits.RELAY_MESSAGE_BYTES_MAX)
Socket: TypeAlias = "aiohttp.ClientWebSocketResponse[Any]"


class Hall:
    """A server, with clients of its relay."""

    def __init__(self, site: Site, stack: AsyncExitStack) -> None:
        self.site = site
        self._stack = stack
        self._sockets: list[Socket] = []

    def ticket(self, member: Member = A, ttl: float = 60) -> str:
        """What `met` or `knocked` would carry."""
        offers = self.site.app[NODE].relays.offers
        return offers.ticket(member.pair, member.name, time.time() + ttl - offers.ttl)

    async def dial(self, protocol: str = limits.RELAY_SUBPROTOCOL, origin: str | None = None) -> Socket:
        """A connection that has said nothing yet."""
        session = await self._stack.enter_async_context(aiohttp.ClientSession())
        most = limits.RELAY_MESSAGE_BYTES_MAX + 1
        url = f"{self.site.url}relay"
        socket = await session.ws_connect(url, protocols=(protocol,), origin=origin, max_msg_size=most)
        self._sockets.append(socket)  # aiohttp closes what nobody holds
        return socket

    def cut(self) -> None:
        """Break all connections."""
        for socket in self._sockets:
            socket._response.close()

    async def join(self, member: Member, link: int = 0, size: int = len(BIG)) -> Socket:
        """A member that waits for the other."""
        socket = await self.dial()
        await socket.send_str(encode(Join(ticket=self.ticket(member), link=link, bytes=size)))
        return socket

    async def both(self, link: int = 0, size: int = len(BIG)) -> tuple[Socket, Socket]:
        """Both members, joined."""
        a, b = await self.join(A, link, size), await self.join(B, link, size)
        await joined(a)
        await joined(b)
        return a, b

    async def rooms(self, count: int) -> None:
        """Wait until there are so many."""
        await self.until(lambda _: len(self.site.app[NODE].relayed._rooms) == count)

    async def until(self, holds: Callable[[list[Any]], bool]) -> None:
        """Wait until this holds of the server's connections."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds(list(self.site.app[NODE].relayed._carriers.values())):
                await asyncio.sleep(0.01)


@pytest.fixture
async def hall(request: pytest.FixtureRequest) -> AsyncIterator[Hall]:
    """A server as it is without any option, or with those of the mark `settings`."""
    site = Site(**getattr(request, "param", {}))
    await site.server.start_server()
    async with AsyncExitStack() as stack:
        there = Hall(site, stack)
        yield there
        there.cut()
    await site.server.close()


def settings(**values: Any) -> pytest.MarkDecorator:
    """Options of the server of a test."""
    return pytest.mark.parametrize("hall", [values], indirect=True)


async def joined(socket: Socket) -> Joined:
    """The answer to `join`."""
    return decode_joined(await socket.receive_str(timeout=PATIENCE_S))


async def closed(socket: Socket) -> int:
    """The close code."""
    message = await socket.receive(timeout=PATIENCE_S)
    assert message.type is aiohttp.WSMsgType.CLOSE
    return int(message.data)


async def test_two_that_have_met_get_a_ticket_each_and_messages_pass_as_they_are(hall: Hall) -> None:
    async with SignalingClient(hall.site.url) as sender, SignalingClient(hall.site.url) as receiver:
        await sender.sign_in()
        await receiver.sign_in()
        met = await receiver.knock(await sender.open())
        knocked: Any = await sender.pushed()
    assert met.relay is not None
    a, b = await hall.dial(), await hall.dial()
    await a.send_str(encode(Join(ticket=met.relay, link=0)))
    await b.send_str(encode(Join(ticket=knocked.relay, link=0)))
    assert await joined(a) == await joined(b) == Joined(bytes=limits.RELAY_MESSAGE_BYTES, idle=limits.RELAY_IDLE_S)
    for message in (b"", b"\x00", BIG, b"last"):
        await a.send_bytes(message)
        assert await b.receive_bytes(timeout=PATIENCE_S) == message
        await b.send_bytes(message)
        assert await a.receive_bytes(timeout=PATIENCE_S) == message
    await a.close()
    assert await closed(b) == CloseCode.PARTED
    text = (await hall.site.app[NODE].render_metrics()).decode()
    assert f'byway_relay_bytes_total{{to="members"}} {2.0 * (len(BIG) + 5)}' in text
    assert 'byway_relay_allocations_total{transport="websocket"} 1.0' in text
    assert "byway_relay_pairs_total 1.0" in text
    assert "byway_relay_open_allocations 0.0" in text


async def test_all_that_was_sent_arrives_before_the_end(hall: Hall) -> None:
    a, b = await hall.both()
    for number in range(20):
        await a.send_bytes(bytes([number]) * 60_000)
    await a.close()
    for number in range(20):
        assert await b.receive_bytes(timeout=PATIENCE_S) == bytes([number]) * 60_000
    assert await closed(b) == CloseCode.PARTED


async def test_who_is_not_read_from_is_not_read_from_either(hall: Hall) -> None:
    a, b = await hall.both()
    pressed = asyncio.Event()

    async def press() -> None:
        for _ in range(1600):
            await a.send_bytes(BIG)
        pressed.set()

    pressing = asyncio.create_task(press())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(pressing), 1.0)
    relayed = hall.site.app[NODE].relays.accounts.stats.to_members
    assert relayed < 50 * 2**20, "what the sockets of a machine hold, and not the 100 MiB that are sent"
    for _ in range(1600):
        assert len(await b.receive_bytes(timeout=PATIENCE_S)) == len(BIG)
    await pressing
    assert pressed.is_set()


async def test_a_pair_whose_receiver_does_not_read_hinders_no_other(hall: Hall) -> None:
    a, _ = await hall.both()
    pressing = asyncio.create_task(asyncio.wait_for(press(a), PATIENCE_S))
    c, d = await hall.join(Member("other", "a")), await hall.join(Member("other", "b"))
    await joined(c)
    await joined(d)
    for _ in range(40):
        await c.send_bytes(BIG)
        assert len(await d.receive_bytes(timeout=PATIENCE_S)) == len(BIG)
    pressing.cancel()


async def press(socket: Socket) -> None:
    """Send without end."""
    while True:
        await socket.send_bytes(BIG)


async def test_a_later_link_ends_the_one_before(hall: Hall) -> None:
    a, b = await hall.both(link=3)
    later = await hall.join(A, 4)
    assert await closed(a) == await closed(b) == CloseCode.REPLACED
    assert await closed(await hall.join(B, 3)) == CloseCode.REPLACED
    other = await hall.join(B, 4)
    await joined(later)
    await joined(other)


async def test_a_second_connection_of_a_member_replaces_the_first(hall: Hall) -> None:
    first = await hall.join(A)
    await hall.rooms(1)
    second, other = await hall.join(A), await hall.join(B)
    assert await closed(first) == CloseCode.REPLACED
    await joined(second)
    await joined(other)


async def test_who_waits_alone_is_let_go(hall: Hall) -> None:
    a = await hall.join(A)
    await hall.rooms(1)
    await hall.site.wait(limits.RELAY_ALONE_S)
    assert await closed(a) == CloseCode.ALONE


@pytest.mark.parametrize("what", ["", "{", '{"t":"join"}', '{"t":"joined","bytes":65536,"idle":1}', b"\x00"])
async def test_nothing_but_join_may_come_first(hall: Hall, what: str | bytes) -> None:
    a = await hall.dial()
    await (a.send_bytes(what) if isinstance(what, bytes) else a.send_str(what))
    assert await closed(a) == CloseCode.MALFORMED


async def test_nothing_may_come_before_the_other_member(hall: Hall) -> None:
    a = await hall.join(A)
    await a.send_bytes(b"early")
    assert await closed(a) == CloseCode.MALFORMED


async def test_no_text_may_come_later(hall: Hall) -> None:
    a, b = await hall.both()
    await a.send_str("{}")
    assert await closed(a) == CloseCode.MALFORMED
    assert await closed(b) == CloseCode.PARTED


async def test_two_that_take_larger_messages_send_them(hall: Hall) -> None:
    a, b = await hall.join(A, size=2**30), await hall.join(B, size=len(LARGEST))
    assert (await joined(a)).bytes == (await joined(b)).bytes == len(LARGEST)
    for one, other in ((a, b), (b, a)):
        await one.send_bytes(LARGEST)
        assert await other.receive_bytes(timeout=PATIENCE_S) == LARGEST


@pytest.mark.parametrize("sizes", [(len(BIG), len(LARGEST)), (len(LARGEST), len(BIG))])
async def test_to_one_that_does_not_say_nobody_sends_more(hall: Hall, sizes: tuple[int, int]) -> None:
    a, b = await hall.join(A, size=sizes[0]), await hall.join(B, size=sizes[1])
    assert (await joined(a)).bytes == (await joined(b)).bytes == len(BIG)


@pytest.mark.parametrize("size", [len(BIG), len(BIG) + 1000, len(LARGEST)])
async def test_a_message_that_is_too_large_ends_the_link(hall: Hall, size: int) -> None:
    a, b = await hall.both(size=size)
    await a.send_bytes(bytes(size + 1))
    assert await closed(a) == 1009
    assert await closed(b) == CloseCode.PARTED


async def test_a_ticket_whose_time_is_over_or_of_another_server_admits_nobody(hall: Hall) -> None:
    for ticket in (hall.ticket(ttl=-2), hall.ticket().replace("pair", "Pair"), "x"):
        a = await hall.dial()
        await a.send_str(encode(Join(ticket=ticket, link=0)))
        assert await closed(a) == CloseCode.TICKET
    assert hall.site.app[NODE].relays.accounts.stats.refusals[Refusal.CREDENTIALS] == 3


async def test_who_says_nothing_is_let_go(hall: Hall) -> None:
    a = await hall.dial()
    await hall.until(lambda carriers: len(carriers) == 1)
    await hall.site.wait(limits.RELAY_JOIN_S - 1)
    await hall.site.wait(1)
    assert await closed(a) == CloseCode.SIGN_IN_TIMEOUT


async def test_a_member_that_sends_nothing_any_more_ends_the_link(hall: Hall) -> None:
    a, b = await hall.both()
    await hall.site.wait(limits.RELAY_IDLE_S - 1)
    await a.send_bytes(b"1")
    assert await b.receive_bytes() == b"1"
    await hall.site.wait(1)
    assert (await closed(b), await closed(a)) == (CloseCode.IDLE, CloseCode.PARTED)


async def test_a_member_that_takes_nothing_any_more_ends_the_link(hall: Hall) -> None:
    a, b = await hall.both()
    pressing = asyncio.create_task(press(a))
    async with asyncio.timeout(PATIENCE_S):
        while not pressing.done():
            await asyncio.sleep(0.01)
            await hall.site.wait(limits.RELAY_IDLE_S - 1)
            with contextlib.suppress(ConnectionError):
                await b.send_bytes(b"still sending")
            await a.receive()
    assert isinstance(pressing.exception(), ConnectionError)
    assert not b.closed
    await hall.rooms(0)


@settings(relay_off=True)
async def test_a_server_that_does_not_relay(hall: Hall) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await hall.dial()
    assert refused.value.status == 404
    async with SignalingClient(hall.site.url) as sender, SignalingClient(hall.site.url) as receiver:
        await sender.sign_in()
        await receiver.sign_in()
        assert (await receiver.knock(await sender.open())).relay is None


@pytest.mark.parametrize(
    ("options", "status"),
    [({"protocol": limits.SUBPROTOCOL}, 400), ({"origin": "https://elsewhere.example"}, 403)],
)
async def test_who_may_not_come_in(hall: Hall, options: dict[str, Any], status: int) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await hall.dial(**options)
    assert refused.value.status == status


@settings(connections_per_address=2)
async def test_both_kinds_of_connections_count_for_an_address(hall: Hall) -> None:
    async with SignalingClient(hall.site.url):
        await hall.dial()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await hall.dial()
    assert refused.value.status == 429


@settings(relay_allocations=1)
async def test_there_is_not_room_for_every_pair(hall: Hall) -> None:
    await hall.both()
    assert await closed(await hall.join(Member("other", "a"))) == CloseCode.BUSY


@settings(max_relay_rate=1.0)
async def test_a_pair_over_its_rate_waits_and_loses_nothing(hall: Hall) -> None:
    a, b = await hall.both()
    await a.send_bytes(BIG)
    await a.send_bytes(BIG)
    assert await b.receive_bytes(timeout=PATIENCE_S) == BIG
    await b.send_bytes(b"over the rate as well")
    await hall.site.wait(1)
    assert await b.receive_bytes(timeout=PATIENCE_S) == BIG
    assert await a.receive_bytes(timeout=PATIENCE_S) == b"over the rate as well"


async def test_at_the_end_of_the_server_relayed_pairs_are_told_to_come_back(hall: Hall) -> None:
    a, b = await hall.both()
    draining = asyncio.create_task(hall.site.app[NODE].drain())
    assert await closed(a) == await closed(b) == CloseCode.RESTARTING
    await draining
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await hall.dial()
    assert refused.value.status == 503
