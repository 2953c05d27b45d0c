"""Clients of the relay inside a WebSocket that write their frames by hand: in parts, with pings, wrong, or too late."""

import asyncio
import base64
import contextlib
import logging
import os
from collections.abc import AsyncIterator

import pytest

from pypeer.masking import xor
from pypeer.websocket_states import TRANSITIONS, Event, State
from signaling.http.app import NODE
from signaling.protocol import limits
from signaling.protocol.codec import encode
from signaling.protocol.codes import CloseCode
from signaling.protocol.frames import Incoming, Kind, Message, close_code, framed, with_room
from signaling.protocol.relaying import Join
from signaling.relay.tickets import Member
from tests.integration.test_relayed import BIG, A, B, Hall, closed, hall, joined
from tests.support.signaling_client import PATIENCE_S

__all__ = ["hall"]


class Hand:
    """A client that sends what it is told, byte for byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self._incoming = Incoming(limits.RELAY_MESSAGE_BYTES_MAX, None)

    def send(self, kind: Kind, payload: bytes = b"", first: int | None = None) -> None:
        """A frame; `first` in place of its first byte."""
        mask, data = os.urandom(4), with_room(payload)
        xor(mask, data)
        frame = framed(kind, data, mask)
        frame[0] = frame[0] if first is None else first
        self.writer.write(frame)

    async def receive(self) -> Message:
        """The next message or control frame."""
        async with asyncio.timeout(PATIENCE_S):
            while (message := self._incoming.next()) is None:
                room = self._incoming.room()
                got = await self._reader.read(len(room))
                assert got, "the server has closed"
                room[: len(got)] = got
                self._incoming.arrived(len(got))
        return message

    async def closed(self) -> int:
        """The close code, which comes before the end."""
        while (message := await self.receive()).kind is not Kind.CLOSE:
            pass
        return close_code(message.payload)


@contextlib.asynccontextmanager
async def hand(hall: Hall, member: Member = A) -> AsyncIterator[Hand]:
    """Such a client, that has joined."""
    port = hall.site.server.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /relay HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        f"Sec-WebSocket-Protocol: {limits.RELAY_SUBPROTOCOL}\r\n\r\n".encode()
    )
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    client = Hand(reader, writer)
    client.send(Kind.TEXT, encode(Join(ticket=hall.ticket(member), link=0)).encode())
    yield client
    writer.close()


async def test_a_message_in_parts_arrives_whole_and_pings_in_between_are_answered(hall: Hall) -> None:
    async with hand(hall) as a:
        b = await hall.join(B)
        await joined(b)
        assert (await a.receive()).kind is Kind.TEXT
        a.send(Kind.BINARY, b"one ", first=Kind.BINARY)
        a.send(Kind.PING, b"there?")
        a.send(Kind.CONTINUATION, b"mess", first=Kind.CONTINUATION)
        a.send(Kind.PONG, b"nobody has asked")
        a.send(Kind.CONTINUATION, b"age")
        assert await b.receive_bytes(timeout=PATIENCE_S) == b"one message"
        pong = await a.receive()
        assert (pong.kind, bytes(pong.payload)) == (Kind.PONG, b"there?")
        await b.send_bytes(BIG)
        assert bytes((await a.receive()).payload) == BIG
        a.send(Kind.CLOSE, b"\x03\xe8")
        assert await a.closed() == 1000
        assert await closed(b) == CloseCode.PARTED


@pytest.mark.parametrize(
    ("first", "payload", "code"),
    [
        (0x80 | Kind.CONTINUATION, b"a part of nothing", 1002),
        (0xC0 | Kind.BINARY, b"an extension", 1002),
        (0x83, b"an opcode that there is not", 1002),
        (Kind.PING, b"a ping in parts", 1002),
        (0x80 | Kind.CLOSE, b"\x00", 1002),
        (0x80 | Kind.TEXT, b"{}", CloseCode.MALFORMED),
        (0x80 | Kind.BINARY, bytes(limits.RELAY_MESSAGE_BYTES + 1), 1009),
        (0x80 | Kind.BINARY, bytes(limits.RELAY_MESSAGE_BYTES_MAX + 1), 1009),
    ],
)
async def test_whoever_sends_what_is_wrong_is_told_so_and_the_other_is_let_go(
    hall: Hall, first: int, payload: bytes, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with hand(hall) as a:
        b = await hall.join(B)
        await joined(b)
        a.send(Kind.BINARY, payload, first)
        assert await a.closed() == code
        assert await closed(b) == CloseCode.PARTED
    await hall.until(lambda carriers: not carriers)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_whoever_masks_nothing_is_told_so_and_what_follows_is_not_kept(hall: Hall) -> None:
    async with hand(hall) as a:
        await hall.rooms(1)
        a.writer.write(framed(Kind.BINARY, with_room(b"plain")))
        assert await a.closed() == 1002
        [carrier] = hall.site.app[NODE].relayed._carriers.values()
        for _ in range(64):
            a.writer.write(os.urandom(64 * 1024))
            await a.writer.drain()
        assert carrier.socket._state is State.FAILED
    await hall.until(lambda carriers: not carriers)


async def test_of_pings_that_nobody_takes_the_answers_to_the_last_alone_waits(hall: Hall) -> None:
    async with hand(hall) as a:
        b = await hall.join(B)
        await joined(b)
        pressing = asyncio.create_task(_press(b))
        await hall.until(lambda carriers: any(each.socket.is_full for each in carriers))
        carrier = next(each for each in hall.site.app[NODE].relayed._carriers.values() if each.socket.is_full)
        waiting = carrier.socket.unsent
        for number in range(2000):
            a.send(Kind.PING, b"%d" % number)
        await hall.until(lambda _: carrier.socket._pong is not None and carrier.socket._pong.endswith(b"1999"))
        assert carrier.socket.unsent <= waiting
        pressing.cancel()
        while (message := await a.receive()).kind is not Kind.PONG:
            assert message.kind in (Kind.TEXT, Kind.BINARY)
        assert bytes(message.payload) == b"1999"


async def _press(socket: object) -> None:
    while True:
        await socket.send_bytes(BIG)  # type: ignore[attr-defined]


async def test_whoever_vanishes_in_the_middle_of_a_message_leaves_nothing_behind(hall: Hall) -> None:
    async with hand(hall) as a:
        b = await hall.join(B)
        await joined(b)
        a.writer.write(bytes(framed(Kind.BINARY, with_room(BIG), b"mask"))[:10_000])
        await a.writer.drain()
        a.writer.close()
        assert await closed(b) == CloseCode.PARTED
    await hall.until(lambda carriers: not carriers)


def test_every_state_has_a_row_and_is_reached() -> None:
    assert TRANSITIONS.keys() == set(State)
    reached = {state for row in TRANSITIONS.values() for state in row.values()}
    assert reached == set(State) - {State.OPEN}
    assert all(row.get(Event.LOST) is State.GONE for state, row in TRANSITIONS.items() if state is not State.GONE)
