"""Links over TCP between two peers, on loopback: who is let in, who is not, and what goes over them."""

import asyncio
import contextlib
import os
import socket

import pytest

from pypeer.connect.ice.candidate import parse
from pypeer.connect.options import ConnectOptions
from pypeer.connect.tcp import call as calls
from pypeer.connect.tcp.listening import UNPROVEN_MAX
from pypeer.identity import Identity
from pypeer.links import pulse, tls, vigil
from pypeer.links.arrivals import Arrivals
from pypeer.links.framing import HEADER
from pypeer.links.link import LinkClosedError, Scope
from pypeer.protocol import limits
from pypeer.protocol.sealed import Tcp
from pypeer.secure.keys import Role
from pypeer.secure.knock import How, Knocks
from signaling.protocol.values import Address
from tests.support.calls import BIND, Caller, forged, joined
from tests.support.linked import PATIENCE_S, until


def pair() -> tuple[Caller, Caller]:
    """Role A, role B."""
    return Caller(Role.A), Caller(Role.B)


def address_of(message: Tcp) -> Address:
    """Where its sender listens."""
    return parse(message.candidates[0]).address


async def echo(a: Caller, b: Caller, data: bytes = b"hello") -> None:
    """A frame each way."""
    (await a.link).send(data)
    assert await b.frames.get() == data
    (await b.link).send(data[::-1])
    assert await a.frames.get() == data[::-1]


@pytest.mark.parametrize(("a_dials", "b_dials"), [(True, True), (True, False), (False, True)])
async def test_whoever_can_dial_does(a_dials: bool, b_dials: bool) -> None:
    a, b = pair()
    a.dials, b.dials = a_dials, b_dials
    async with joined(a, b):
        await echo(a, b)
        for side, other in ((a, b), (b, a)):
            path = (await side.link).path
            assert (path.way, path.scope) == ("direct", Scope.MACHINE)
            assert path.local == (await other.link).path.remote
            assert side.report.outcome == "direct"
            assert side.report.phases.opened is not None


async def test_it_is_tls_1_3_between_the_two_and_nothing_else() -> None:
    a, b = pair()
    async with joined(a, b):
        for side in (a, b):
            secured = (await side.link).secured
            assert secured is not None
            assert secured.version() == "TLSv1.3"
            assert secured.selected_alpn_protocol() == "byway/1"


async def test_nobody_listens_once_the_link_is_there() -> None:
    a, b = pair()
    async with joined(a, b):
        await asyncio.gather(a.link, b.link)
        for side in (a, b):
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(*address_of(side.said[0]))


@pytest.mark.parametrize("size", [1, 65_536, 262_149, limits.STREAM_FRAME_BYTES])
async def test_frames_arrive_as_they_were_whatever_their_size(size: int) -> None:
    a, b = pair()
    data = os.urandom(size)
    async with joined(a, b):
        link = await a.link
        for _ in range(5):
            link.send(data)
            link.send(b"x")
            await link.drain()
        for _ in range(5):
            assert await b.frames.get() == data
            assert await b.frames.get() == b"x"


async def test_frames_sent_before_anybody_listens_to_the_link_are_kept_in_order() -> None:
    a, b = pair()
    async with joined(a, b):
        for number in range(100):
            (await a.link).send(bytes([number]))
        assert [await b.frames.get() for _ in range(100)] == [bytes([number]) for number in range(100)]


async def test_who_sends_too_much_too_early_has_to_wait() -> None:
    a, b = pair()
    async with joined(a, b):
        link, other = await asyncio.gather(a.link, b.link)
        other._arrivals = Arrivals()  # as before `start`
        frame = bytes(65_536)
        while link.buffered < tls.HIGH_WATER_BYTES:
            link.send(frame)
            await asyncio.sleep(0)
        assert len(other._arrivals._early) < 100, "the rest waits in buffers of the kernel, and at the sender"
        other.start(b.frames.put_nowait, b.closed.set)
        await asyncio.wait_for(link.drain(), PATIENCE_S)


async def test_a_sender_waits_for_a_reader_that_is_slow() -> None:
    a, b = pair()
    async with joined(a, b):
        link, other = await asyncio.gather(a.link, b.link)
        assert other._transport is not None
        other._transport.pause_reading()
        with contextlib.suppress(TimeoutError):
            while True:  # the buffers of the kernel grow while they are filled
                while link.buffered < tls.HIGH_WATER_BYTES:
                    link.send(bytes(65_536))
                    await asyncio.sleep(0)
                await asyncio.wait_for(link.drain(), 1)
        other._transport.resume_reading()
        await asyncio.wait_for(link.drain(), PATIENCE_S)
        assert link.buffered <= tls.LOW_WATER_BYTES


async def test_the_last_words_arrive() -> None:
    a, b = pair()
    async with joined(a, b):
        link = await a.link
        for _ in range(30):
            link.send(bytes(100_000))
        link.send(b"bye")
        await link.close()
        await b.closed.wait()
        frames = [b.frames.get_nowait() for _ in range(b.frames.qsize())]
        assert frames[-1] == b"bye"
        with pytest.raises(LinkClosedError):
            link.send(b"more")
        with pytest.raises(LinkClosedError):
            await (await b.link).drain()


async def test_a_frame_larger_than_any_ends_the_link() -> None:
    a, b = pair()
    async with joined(a, b):
        link = await a.link
        assert link._transport is not None
        link._transport.write(HEADER.pack(limits.STREAM_FRAME_BYTES + 1))
        await asyncio.gather(a.closed.wait(), b.closed.wait())


async def test_a_side_that_says_nothing_is_silent_and_then_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("SIGN_S", 0.3), ("SILENT_S", 2.0), ("GONE_S", 6.0)):
        monkeypatch.setattr(pulse, name, seconds)
    monkeypatch.setattr(vigil, "SIGN_S", 0.3)
    a, b = pair()
    async with joined(a, b):
        link, other = await asyncio.gather(a.link, b.link)
        await asyncio.sleep(3)
        assert a.silences == [], "signs of life go both ways"
        assert other._transport is not None
        other._vigil.end()
        await until(lambda: a.silences == [True])
        other.send(b"back")
        await until(lambda: a.silences == [True, False])
        await a.closed.wait()
        assert not link.buffered


STRANGERS = [
    b"",
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    bytes(32),
    Knocks(BIND, 1).make(Role.B, How.HOST),
    Knocks(BIND, 0).make(Role.A, How.HOST),
    Knocks(BIND, 0).make(Role.B, How.LISTENED),
]


@pytest.mark.parametrize("said", STRANGERS)
async def test_strangers_get_silence(said: bytes) -> None:
    """Whatever they say, also what the expected peer would say for another link, and what our own side says."""
    a, b = pair()
    async with joined(a, b):
        stranger = socket.create_connection(address_of(a.said[0]))
        stranger.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=stranger)
        writer.write(said)
        if not said:
            writer.write_eof()
        heard = b""
        with contextlib.suppress(ConnectionResetError):
            heard = await asyncio.wait_for(reader.read(), PATIENCE_S)
        assert heard == b""
        writer.close()
        await echo(a, b)


async def test_strangers_who_only_wait_do_not_keep_the_peer_out() -> None:
    a, b = pair()
    a.join(b)
    b.join(a)
    a.dials = False
    a.calling.start()
    waiting = [socket.create_connection(address_of(a.said[0])) for _ in range(UNPROVEN_MAX // 2)]
    try:
        await asyncio.wait_for(echo(a, b), PATIENCE_S)
    finally:
        for each in waiting:
            each.close()
        await asyncio.gather(a.calling.close(), b.calling.close())
        await asyncio.gather((await a.link).close(), (await b.link).close())


async def test_a_certificate_by_somebody_else_ends_the_attempt() -> None:
    a, b = pair()
    async with joined(a, b):
        a.calling.handle(forged(Identity.new()))
        report = await a.failed
        assert report.outcome == "failed"
        assert "somebody else" in str(a.error)


async def test_who_knows_the_knock_and_not_the_key_gets_no_link() -> None:
    """The one is secret from those outside, the other from all."""
    a, honest, thief, nobody = Caller(Role.A), Caller(Role.B), Caller(Role.B), Caller(Role.A)
    a.join(honest)
    nobody.identity = a.identity
    nobody.join(thief)
    thief.join(nobody)
    honest.calling = thief.calling
    try:
        a.calling.start()
        a.calling.handle(forged(honest.identity))
        await asyncio.sleep(1)
        assert thief.said, "it was told where to dial"
        assert not a.link.done()
        assert not thief.link.done()
    finally:
        await asyncio.gather(a.calling.close(), thief.calling.close())


async def test_where_nothing_answers_the_attempt_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "CALL_S", 0.5)
    a, b = pair()
    a.dials = b.dials = False
    async with joined(a, b):
        reports = await asyncio.gather(a.failed, b.failed)
        assert {each.outcome for each in reports} == {"failed"}


async def test_a_new_attempt_ends_the_one_before() -> None:
    a, b = pair()
    async with joined(a, b):
        a.calling.start()
        await echo(a, b)
        assert [each.link for each in a.said] == [0, 1]
        assert a.report.link == b.report.link == 1


async def test_a_range_of_ports_is_kept_to() -> None:
    a, b = pair()
    a.options = ConnectOptions(ports=(41_000, 41_100))
    async with joined(a, b):
        await echo(a, b)
        assert address_of(a.said[0])[1] in range(41_000, 41_101)
        assert int((await a.link).path.local.rpartition(":")[2]) in range(41_000, 41_101)
