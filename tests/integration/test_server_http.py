"""What the server answers beside its WebSockets: metrics, headers, health; and how it drains."""

import asyncio
import socket

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from signaling.http.app import NODE, make_app, make_metrics_app
from signaling.protocol.codes import CloseCode
from signaling.protocol.messages import Restarting
from signaling.protocol.rendezvous import Phases, Report
from signaling.settings import Settings
from tests.support.signaling_client import SignalingClient as Client
from tests.support.site import Site, StartSite, handshake, metrics, rejected


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


async def test_draining_ends_at_its_deadline(start_site: StartSite, caplog: pytest.LogCaptureFixture) -> None:
    site = await start_site(drain=0.2)
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
