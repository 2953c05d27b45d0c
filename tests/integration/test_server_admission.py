"""Who may connect to the server: subprotocols, origins, rates, proxies; and who says nothing."""

import asyncio
from contextlib import AsyncExitStack

import aiohttp
import pytest

from signaling.http import listening
from signaling.http.app import make_app
from signaling.protocol.sign_in import Welcome
from signaling.settings import Settings
from tests.support.signaling_client import PATIENCE_S
from tests.support.signaling_client import SignalingClient as Client
from tests.support.site import Site, StartSite, metrics, rejected


@pytest.mark.parametrize("protocols", [(), ("byway.v0",), ("byway.v2", "chat")])
async def test_another_subprotocol_is_refused(site: Site, protocols: tuple[str, ...]) -> None:
    assert await rejected(site, protocols=protocols) == 400
    assert 'byway_rejections_total{reason="subprotocol"} 1.0' in await metrics(site)


async def test_nothing_is_compressed(site: Site) -> None:
    async with Client(site.url, compress=15) as client:
        assert client.socket.compress == 0, "offered, and not taken"


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"])
async def test_a_connection_without_a_request_ends(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "QUIET_S", 1.0)  # a busy machine has to answer within it
    async with AsyncExitStack() as stack:
        _, port = await listening.listen(stack, make_app(Settings()), "127.0.0.1", 0, None)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        async with asyncio.timeout(PATIENCE_S):
            assert (b"200 OK" in await reader.read()) is sent.endswith(b"\r\n\r\n")
        writer.close()


async def test_a_websocket_outlives_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "QUIET_S", 1.0)
    async with AsyncExitStack() as stack:
        _, port = await listening.listen(stack, make_app(Settings()), "127.0.0.1", 0, None)
        async with Client(f"http://127.0.0.1:{port}/") as client:
            await client.sign_in()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            async with asyncio.timeout(PATIENCE_S):
                assert await reader.read() == b"", "what came later and said nothing has been ended"
            writer.close()
            assert await client.open()


async def test_a_plain_request_to_the_socket_is_told_to_upgrade(site: Site) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{site.url}ws") as response:
        assert response.status == 426


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "http://[", "file://"])
async def test_pages_of_other_origins_may_not_connect(site: Site, origin: str) -> None:
    assert await rejected(site, origin=origin) == 403


async def test_own_and_listed_origins_may_connect(start_site: StartSite) -> None:
    site = await start_site(allowed_origin=("https://friend.example",))
    for origin in (site.url.rstrip("/"), "https://friend.example"):
        async with Client(site.url, origin=origin) as client:
            await client.sign_in()


async def test_behind_a_public_name_its_origin_counts_and_a_rebound_one_does_not(start_site: StartSite) -> None:
    site = await start_site(public_url="https://share.example.org")
    async with Client(site.url, origin="https://share.example.org") as client:
        await client.sign_in(host="share.example.org")
    rebound = {"Host": "evil.example"}
    assert await rejected(site, origin="http://evil.example", headers=rebound) == 403


async def test_too_many_connections_from_one_address(start_site: StartSite) -> None:
    site = await start_site(connections_per_address=2)
    async with Client(site.url), Client(site.url):
        assert await rejected(site) == 429
    await site.idle()
    async with Client(site.url) as client:
        assert isinstance(await client.sign_in(), Welcome)


async def test_too_many_connections_in_a_minute(start_site: StartSite) -> None:
    site = await start_site(connection_rate=2)
    for _ in range(2):
        async with Client(site.url) as client:
            await client.sign_in()
    assert await rejected(site) == 429
    site.now += 30
    async with Client(site.url):
        pass


async def test_a_full_server_says_so(start_site: StartSite) -> None:
    site = await start_site(max_connections=1)
    async with Client(site.url):
        assert await rejected(site) == 503


async def test_a_made_up_forwarded_for_changes_nothing(start_site: StartSite, caplog: pytest.LogCaptureFixture) -> None:
    site = await start_site(connections_per_address=1)
    async with Client(site.url, headers={"X-Forwarded-For": "198.51.100.1"}):
        assert await rejected(site, headers={"X-Forwarded-For": "198.51.100.2"}) == 429
    assert caplog.text.count("forwarded-for-ignored") == 1


async def test_a_listed_proxy_is_believed_for_its_own_entry_only(start_site: StartSite) -> None:
    site = await start_site(connections_per_address=1, trusted_proxy=("127.0.0.0/8", "::1"))
    first, second = ({"X-Forwarded-For": f"198.51.100.{number}"} for number in (1, 2))
    async with Client(site.url, headers=first), Client(site.url, headers=second):
        assert await rejected(site, headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.1"}) == 429


async def test_addresses_are_never_logged(start_site: StartSite, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "signaling")
    site = await start_site(connections_per_address=1)
    async with Client(site.url) as client:
        await client.sign_in()
        await rejected(site)
    await site.idle()
    assert "rejected reason=address-connections ip=" in caplog.text
    assert "closed connection=1" in caplog.text
    assert "127.0.0.1" not in caplog.text
