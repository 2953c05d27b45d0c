"""The server in this process, on a real socket: WebSockets, limits, slow readers, headers, metrics."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from pypeer.identity import Identity
from signaling.http import listening, wire
from signaling.http.app import NODE, make_app, make_metrics_app
from signaling.protocol import limits
from signaling.protocol.codes import CloseCode, ErrorCode
from signaling.protocol.fields import Resume
from signaling.protocol.messages import Bye, Error, Ok, Ping, Pong, Restarting
from signaling.protocol.rendezvous import Knocked, Leave, Left, Open, Phases, Report, Signal, Signaled
from signaling.protocol.sign_in import Challenge, Welcome
from signaling.settings import Settings
from tests.support.signaling_client import SignalingClient

Client = SignalingClient


class Site:
    """A server under test, with a clock that is moved by hand, unless it is to `run`."""

    def __init__(self, run: bool = False, **settings: Any) -> None:
        self.now = 1000.0
        self.app = make_app(Settings(**settings), clock=time.monotonic if run else lambda: self.now)
        self.server = TestServer(self.app, access_log=None)

    @property
    def url(self) -> str:
        """Its address."""
        return str(self.server.make_url("/"))

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        await self.app[NODE].tick()

    async def idle(self) -> None:
        """Wait until nobody is connected."""
        async with asyncio.timeout(60):
            while self.app[NODE].admission.total:
                await asyncio.sleep(0.01)


StartSite = Callable[..., Awaitable[Site]]


@pytest.fixture
async def start() -> AsyncIterator[StartSite]:
    """Start servers that are stopped in the end."""
    sites: list[Site] = []

    async def start_site(**settings: Any) -> Site:
        site = Site(**settings)
        sites.append(site)
        await site.server.start_server()
        return site

    yield start_site
    for site in sites:
        await site.server.close()


@pytest.fixture
async def site(start: StartSite) -> Site:
    """A server as it is without any option."""
    return await start()


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


async def test_who_says_much_at_once_is_heard_out_in_order(start: StartSite) -> None:
    """Many receivers at once make a sender say more than its rate allows: nothing of it may be refused or overtaken."""
    site = await start(run=True, request_rate=20)
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


async def test_a_slow_reader_is_closed_and_hurts_nobody_else(start: StartSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "CLOSE_S", 20.0)
    site = await start(request_rate=100_000)
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


async def test_a_reader_that_never_comes_back_is_cut(start: StartSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "CLOSE_S", 0.2)
    site = await start()
    with socket.create_connection((site.server.host, site.server.port)) as raw:
        await asyncio.to_thread(raw.sendall, handshake(site))
        answer = await asyncio.to_thread(raw.recv, 4096)
        assert answer.startswith(b"HTTP/1.1 101")
        await site.wait(limits.SIGN_IN_S)
        await site.idle()
    assert 'byway_closes_total{code="4503"} 1.0' in await metrics(site)


def handshake(site: Site, **headers: str) -> bytes:
    """An upgrade request by hand."""
    lines = {
        "Host": f"{site.server.host}:{site.server.port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": limits.SUBPROTOCOL,
    } | headers
    return ("GET /ws HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n").encode()


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


async def test_out_of_order_and_too_many_errors(start: StartSite) -> None:
    site = await start(error_budget=2)
    async with Client(site.url) as client:
        await client.sign_in()
        for _ in range(3):
            await client.send(Open(id=9))
        assert await client.closed() == CloseCode.ERRORS


async def rejected(site: Site, **options: Any) -> int:
    """The HTTP status with which a WebSocket is refused."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        async with Client(site.url, **options):
            pass
    return caught.value.status


@pytest.mark.parametrize("protocols", [(), ("byway.v0",), ("byway.v2", "chat")])
async def test_another_subprotocol_is_refused(site: Site, protocols: tuple[str, ...]) -> None:
    assert await rejected(site, protocols=protocols) == 400
    assert 'byway_rejections_total{reason="subprotocol"} 1.0' in await metrics(site)


async def test_nothing_is_compressed(site: Site) -> None:
    async with Client(site.url, compress=15) as client:
        assert client.socket.compress == 0, "offered, and not taken"


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"])
async def test_a_connection_without_a_request_ends(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "QUIET_S", 0.3)
    async with AsyncExitStack() as stack:
        _, port = await listening.listen(stack, make_app(Settings()), "127.0.0.1", 0, None)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        async with asyncio.timeout(60):
            assert (b"200 OK" in await reader.read()) is sent.endswith(b"\r\n\r\n")
        writer.close()


async def test_a_websocket_outlives_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "QUIET_S", 0.1)
    async with AsyncExitStack() as stack:
        _, port = await listening.listen(stack, make_app(Settings()), "127.0.0.1", 0, None)
        async with Client(f"http://127.0.0.1:{port}/") as client:
            await client.sign_in()
            await asyncio.sleep(0.5)
            assert await client.open()


async def test_a_plain_request_to_the_socket_is_told_to_upgrade(site: Site) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{site.url}ws") as response:
        assert response.status == 426


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "http://[", "file://"])
async def test_pages_of_other_origins_may_not_connect(site: Site, origin: str) -> None:
    assert await rejected(site, origin=origin) == 403


async def test_own_and_listed_origins_may_connect(start: StartSite) -> None:
    site = await start(allowed_origin=("https://friend.example",))
    for origin in (site.url.rstrip("/"), "https://friend.example"):
        async with Client(site.url, origin=origin) as client:
            await client.sign_in()


async def test_behind_a_public_name_its_origin_counts_and_a_rebound_one_does_not(start: StartSite) -> None:
    site = await start(public_url="https://share.example.org")
    async with Client(site.url, origin="https://share.example.org") as client:
        await client.sign_in(host="share.example.org")
    rebound = {"Host": "evil.example"}
    assert await rejected(site, origin="http://evil.example", headers=rebound) == 403


async def test_too_many_connections_from_one_address(start: StartSite) -> None:
    site = await start(connections_per_address=2)
    async with Client(site.url), Client(site.url):
        assert await rejected(site) == 429
    await site.idle()
    async with Client(site.url) as client:
        assert isinstance(await client.sign_in(), Welcome)


async def test_too_many_connections_in_a_minute(start: StartSite) -> None:
    site = await start(connection_rate=2)
    for _ in range(2):
        async with Client(site.url) as client:
            await client.sign_in()
    assert await rejected(site) == 429
    site.now += 30
    async with Client(site.url):
        pass


async def test_a_full_server_says_so(start: StartSite) -> None:
    site = await start(max_connections=1)
    async with Client(site.url):
        assert await rejected(site) == 503


async def test_a_made_up_forwarded_for_changes_nothing(start: StartSite, caplog: pytest.LogCaptureFixture) -> None:
    site = await start(connections_per_address=1)
    async with Client(site.url, headers={"X-Forwarded-For": "198.51.100.1"}):
        assert await rejected(site, headers={"X-Forwarded-For": "198.51.100.2"}) == 429
    assert caplog.text.count("forwarded-for-ignored") == 1


async def test_a_listed_proxy_is_believed_for_its_own_entry_only(start: StartSite) -> None:
    site = await start(connections_per_address=1, trusted_proxy=("127.0.0.0/8", "::1"))
    first, second = ({"X-Forwarded-For": f"198.51.100.{number}"} for number in (1, 2))
    async with Client(site.url, headers=first), Client(site.url, headers=second):
        assert await rejected(site, headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.1"}) == 429


async def test_addresses_are_never_logged(start: StartSite, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "signaling")
    site = await start(connections_per_address=1)
    async with Client(site.url) as client:
        await client.sign_in()
        await rejected(site)
    await site.idle()
    assert "rejected reason=address-connections ip=" in caplog.text
    assert "closed connection=1" in caplog.text
    assert "127.0.0.1" not in caplog.text


async def metrics(site: Site) -> str:
    """The text of /metrics."""
    async with aiohttp.ClientSession() as session, session.get(f"{site.url}metrics") as response:
        assert response.headers["Content-Type"].startswith("text/plain")
        return await response.text()


async def test_metrics_count_and_measure(site: Site) -> None:
    async with Client(site.url) as sender, Client(site.url) as receiver:
        await sender.sign_in()
        await receiver.sign_in()
        met = await receiver.knock(await sender.open())
        await receiver.ask(
            Report(id=1, pair=met.pair, outcome="punched", phases=Phases(gathered=0.04, checked=1.2, opened=9999))
        )
        await receiver.send('{"t":"fly"}')
        await receiver.receive()
        text = await metrics(site)
        for sample in (
            "byway_connections_total 2.0",
            "byway_open_connections 2.0",
            "byway_sessions 2.0",
            "byway_locators 1.0",
            "byway_pairs 1.0",
            "byway_pairs_met_total 1.0",
            'byway_messages_total{type="knock"} 1.0',
            'byway_handling_seconds_count{type="knock"} 1.0',
            'byway_errors_total{code="unknown-type"} 1.0',
            'byway_reports_total{outcome="punched"} 1.0',
            'byway_connect_seconds_bucket{le="0.05",phase="gathered"} 1.0',
            'byway_connect_seconds_bucket{le="1.0",phase="checked"} 0.0',
            'byway_connect_seconds_bucket{le="1.5",phase="checked"} 1.0',
            'byway_connect_seconds_sum{phase="opened"} 60.0',
            'byway_connect_seconds_count{phase="described"} 0.0',
            'byway_sign_ins_total{kind="new"} 2.0',
        ):
            assert sample in text
    await site.idle()
    assert 'byway_closes_total{code="1000"} 2.0' in await metrics(site)


async def test_close_codes_that_clients_make_up_are_counted_together(site: Site) -> None:
    for code in (3000, 4999):
        async with Client(site.url) as client:
            await client.socket.close(code=code)
    await site.idle()
    assert 'byway_closes_total{code="other"} 2.0' in await metrics(site)


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


async def test_every_response_has_the_headers(site: Site) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("", "healthz", "readyz", "metrics", "ws", "missing", "assets/missing", "sw.js"):
            async with session.get(f"{site.url}{path}") as response:
                policy = response.headers["Content-Security-Policy"]
                assert "unsafe" not in policy
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                host = f"{site.server.host}:{site.server.port}"
                assert f"connect-src 'self' ws://{host} wss://{host}" in policy
                assert response.headers["Referrer-Policy"] == "no-referrer"
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert "Permissions-Policy" in response.headers
                assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
                assert "Strict-Transport-Security" not in response.headers
                assert "aiohttp" not in response.headers["Server"]


async def test_a_strange_host_header_does_not_get_into_the_policy(site: Site) -> None:
    strange = {"Host": "x; script-src *"}
    async with aiohttp.ClientSession() as session, session.get(site.url, headers=strange) as response:
        assert response.headers["Content-Security-Policy"].endswith("connect-src 'self'")


async def test_health_and_readiness(site: Site) -> None:
    async with TestClient(site.server) as client:
        for path, status in (("/healthz", 200), ("/readyz", 200)):
            assert (await client.get(path)).status == status
        site.app[NODE].hub.draining = True
        assert (await client.get("/healthz")).status == 200
        assert (await client.get("/readyz")).status == 503
        assert await rejected(site) == 503


async def test_draining_tells_everybody_and_closes(site: Site) -> None:
    async with Client(site.url) as first, Client(site.url) as second, Client(site.url) as unsigned:
        await first.sign_in()
        await second.sign_in()
        await unsigned.receive()
        draining = asyncio.create_task(site.app[NODE].drain())
        for client in (first, second):
            assert isinstance(await client.receive(), Restarting)
        codes = await asyncio.gather(*(client.closed() for client in (first, second, unsigned)))
        assert codes == [CloseCode.RESTARTING] * 3
        await draining


async def test_draining_ends_at_its_deadline(start: StartSite, caplog: pytest.LogCaptureFixture) -> None:
    site = await start(drain=0.2)
    with socket.create_connection((site.server.host, site.server.port)) as raw:
        await asyncio.to_thread(raw.sendall, handshake(site))
        assert (await asyncio.to_thread(raw.recv, 4096)).startswith(b"HTTP/1.1 101")
        await site.app[NODE].drain()
    assert "drain-timeout connections=1" in caplog.text


async def test_metrics_may_have_an_address_of_their_own() -> None:
    app = make_app(Settings(metrics_listen="127.0.0.1:9100"))
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/metrics")).status == 404
    async with TestClient(TestServer(make_metrics_app(app))) as client:
        assert "byway_sessions 0.0" in await (await client.get("/metrics")).text()
        assert (await client.get("/")).status == 404
