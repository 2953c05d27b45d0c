"""The server on a real socket: sessions, and clients that are slow, wrong or gone."""

import asyncio
import socket

import aiohttp
import pytest

from pypeer.identity import Identity
from signaling.http import wire
from signaling.http.app import NODE
from signaling.protocol import limits
from signaling.protocol.codes import CloseCode, ErrorCode
from signaling.protocol.fields import Resume
from signaling.protocol.messages import Bye, Error, Ok, Ping, Pong
from signaling.protocol.rendezvous import Knocked, Leave, Left, Open, Report, Signal, Signaled
from signaling.protocol.sign_in import Challenge
from tests.support.signaling_client import SignalingClient as Client
from tests.support.site import Site, StartSite, handshake, metrics


async def test_two_meet_talk_and_part(site: Site) -> None:
    async with Client(site.url) as sender, Client(site.url) as receiver:
        await sender.sign_in()
        await receiver.sign_in()
        locator = await sender.open()
        met = await receiver.knock(locator)
        knocked = await sender.pushed()
        assert isinstance(knocked, Knocked)
        assert knocked.pair == met.pair
        assert isinstance(await receiver.ask(Signal(id=1, pair=met.pair, body="aGk")), Ok)
        signaled = await sender.pushed()
        assert isinstance(signaled, Signaled)
        assert signaled.body == "aGk"
        assert isinstance(await sender.ask(Report(id=1, pair=met.pair, outcome="direct")), Ok)
        assert isinstance(await sender.ask(Leave(id=1, pair=met.pair, reason="done")), Ok)
        left = await receiver.pushed()
        assert isinstance(left, Left)
        assert left.reason == "done"
        await receiver.send(Ping(seen=receiver.seen))
        assert await receiver.receive() == Pong(received=2)
        await receiver.send(Bye())
        assert await receiver.closed() == CloseCode.DONE


async def test_a_bad_signature_is_told_and_closed(site: Site) -> None:
    async with Client(site.url) as client:
        challenge = await client.receive()
        assert isinstance(challenge, Challenge)
        client.identity, real = Identity.new(), client.identity
        hello = client.hello(challenge)
        client.identity = real
        forged = client.hello(challenge)
        await client.send(type(forged)(v=1, client="x", key=forged.key, host=forged.host, sig=hello.sig))
        error = await client.receive()
        assert isinstance(error, Error)
        assert error.code is ErrorCode.BAD_SIGNATURE
        assert await client.closed() == CloseCode.SIGN_IN


async def test_a_sign_in_for_another_host_is_told_and_closed(site: Site) -> None:
    async with Client(site.url) as client:
        challenge = await client.receive()
        assert isinstance(challenge, Challenge)
        await client.send(client.hello(challenge, host="evil.example"))
        error = await client.receive()
        assert isinstance(error, Error)
        assert error.code is ErrorCode.WRONG_HOST
        assert await client.closed() == CloseCode.SIGN_IN


async def test_time_outs_close(site: Site) -> None:
    async with Client(site.url) as unsigned, Client(site.url) as silent:
        await silent.sign_in()
        await site.wait(limits.SIGN_IN_S)
        assert await unsigned.closed() == CloseCode.SIGN_IN_TIMEOUT
        await site.wait(limits.IDLE_S - limits.SIGN_IN_S)
        assert await silent.closed() == CloseCode.IDLE


async def test_a_broken_connection_is_resumed_without_loss(site: Site) -> None:
    async with Client(site.url) as sender, Client(site.url) as receiver:
        await sender.sign_in()
        await receiver.sign_in()
        met = await receiver.knock(await sender.open())
        assert isinstance(await sender.pushed(), Knocked)
        await sender.break_off()
        for number in range(20):
            assert isinstance(await receiver.ask(Signal(id=1, pair=met.pair, body=str(number))), Ok)
        welcome = await sender.reconnect()
        assert (welcome.resumed, welcome.received) == (True, 1)
        bodies = [await sender.pushed() for _ in range(20)]
        assert [m.body for m in bodies if isinstance(m, Signaled)] == [str(number) for number in range(20)]


@pytest.mark.parametrize(("away", "resumed"), [(limits.GRACE_S - 1, True), (limits.GRACE_S + 1, False)])
async def test_a_session_waits_a_minute_for_its_client(site: Site, away: float, resumed: bool) -> None:
    async with Client(site.url) as client:
        await client.sign_in()
        await client.break_off()
        await site.idle()
        await site.wait(away)
        assert (await client.reconnect()).resumed is resumed


async def test_a_resume_replaces_the_old_connection(site: Site) -> None:
    async with Client(site.url) as old, Client(site.url, old.identity) as new:
        welcome = await old.sign_in()
        assert (await new.sign_in(Resume(token=welcome.token, seen=0))).resumed
        assert await old.closed() == CloseCode.REPLACED
        assert await new.open()


async def test_who_says_much_at_once_is_heard_out_in_order(start_site: StartSite) -> None:
    """Many receivers at once make a sender say more than its rate allows: nothing of it may be refused or overtaken."""
    site = await start_site(run=True, request_rate=20)
    async with Client(site.url) as sender, Client(site.url) as receiver:
        for client in (sender, receiver):
            await client.sign_in()
        met = await receiver.knock(await sender.open())
        bodies = [f"body{number}" for number in range(100)]
        for number, body in enumerate(bodies):
            await receiver.send(Signal(id=receiver.asked + 1 + number, pair=met.pair, body=body))
        heard: list[str] = []
        while len(heard) < len(bodies):
            message = await sender.receive()
            if isinstance(message, Signaled):
                heard.append(message.body)
        assert heard == bodies


async def test_a_slow_reader_is_closed_and_hurts_nobody_else(
    start_site: StartSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "CLOSE_S", 20.0)
    site = await start_site(request_rate=100_000)
    async with Client(site.url) as sender, Client(site.url) as receiver, Client(site.url) as other:
        for client in (sender, receiver, other):
            await client.sign_in()
        locator = await sender.open()
        met = await receiver.knock(locator)
        met_other = await other.knock(locator)
        connection = sender.socket._response.connection
        assert connection is not None
        assert connection.transport is not None
        connection.transport.pause_reading()
        body = "x" * limits.BODY_CHARS
        for _ in range(2000):
            assert isinstance(await receiver.ask(Signal(id=1, pair=met.pair, body=body)), Ok)
            if 'code="4008"' in (await metrics(site)) or site.app[NODE].metrics.overflows._value.get():
                break
        assert isinstance(await other.ask(Signal(id=1, pair=met_other.pair, body=body)), Ok)
        connection.transport.resume_reading()
        assert await sender.closed() == CloseCode.SLOW
    await site.idle()
    assert 'byway_closes_total{code="4008"} 1.0' in await metrics(site)
    assert "byway_outbox_overflows_total 1.0" in await metrics(site)


async def test_a_reader_that_never_comes_back_is_cut(start_site: StartSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "CLOSE_S", 0.2)
    site = await start_site()
    with socket.create_connection((site.server.host, site.server.port)) as raw:
        await asyncio.to_thread(raw.sendall, handshake(site))
        answer = await asyncio.to_thread(raw.recv, 4096)
        assert answer.startswith(b"HTTP/1.1 101")
        await site.wait(limits.SIGN_IN_S)
        await site.idle()
    assert 'byway_closes_total{code="4503"} 1.0' in await metrics(site)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"\x00\x01", CloseCode.MALFORMED),
        ("not json", CloseCode.MALFORMED),
        ("x" * (limits.MESSAGE_BYTES + 1), CloseCode.MALFORMED),
        ("x" * (3 * limits.MESSAGE_BYTES), 1009),
    ],
)
async def test_what_is_no_message_closes(site: Site, text: str | bytes, code: int) -> None:
    async with Client(site.url) as client:
        await client.sign_in()
        if isinstance(text, bytes):
            await client.socket.send_bytes(text)
        else:
            await client.send(text)
        assert await client.closed() == code


async def test_text_that_is_not_utf_8_closes(site: Site) -> None:
    async with Client(site.url) as client:
        await client.sign_in()
        await client.socket._writer.send_frame(b'{"t":"\xff"}', aiohttp.WSMsgType.TEXT)
        assert await client.closed() == CloseCode.MALFORMED


async def test_an_unknown_type_keeps_the_connection(site: Site) -> None:
    async with Client(site.url) as client:
        await client.sign_in()
        await client.send('{"t":"fly"}')
        error = await client.receive()
        assert isinstance(error, Error)
        assert error.code is ErrorCode.UNKNOWN_TYPE
        assert await client.open()


async def test_out_of_order_and_too_many_errors(start_site: StartSite) -> None:
    site = await start_site(error_budget=2)
    async with Client(site.url) as client:
        await client.sign_in()
        for _ in range(3):
            await client.send(Open(id=9))
        assert await client.closed() == CloseCode.ERRORS


async def test_a_failure_in_the_core_closes_one_connection(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Client(site.url) as client, Client(site.url) as other:
        await other.sign_in()
        with monkeypatch.context() as patch:
            patch.setattr(site.app[NODE].hub.sessions, "new", None)
            challenge = await client.receive()
            assert isinstance(challenge, Challenge)
            await client.send(client.hello(challenge))
            assert await client.closed() == CloseCode.INTERNAL
        assert await other.open()
    assert "byway_faults_total 1.0" in await metrics(site)
