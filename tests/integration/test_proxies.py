"""Real proxies, of Debian: tinyproxy, microsocks; to a peer's address, and to a server."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from pypeer.connect import trouble
from pypeer.connect.tcp import proxying
from pypeer.connect.tcp.proxying import ProxyFailedError
from pypeer.errors import ServerError
from pypeer.identity import Identity
from pypeer.proxies import Kind, Proxy
from pypeer.signaling_client.client import SignalingClient
from signaling.protocol.values import Address
from tests.support.commands import Server

HOST = "127.0.0.1"
SECRET = ("jo", "p4ss")
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

needs_http = pytest.mark.skipif(shutil.which("tinyproxy") is None, reason="Debian package tinyproxy-bin")
needs_socks = pytest.mark.skipif(shutil.which("microsocks") is None, reason="Debian package microsocks")


@pytest.fixture(params=[pytest.param(Kind.HTTP, marks=needs_http), pytest.param(Kind.SOCKS5, marks=needs_socks)])
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    """One of each kind, for those who know the secret."""
    with running(request.param, tmp_path) as found:
        yield found


@contextlib.contextmanager
def running(kind: Kind, folder: Path, *more: str) -> Iterator[Proxy]:
    """A proxy, until it listens; `more` are lines of the settings of tinyproxy."""
    port = free_port()
    user, password = SECRET
    if kind is Kind.HTTP:
        lines = [f"Port {port}", f"Listen {HOST}", f"BasicAuth {user} {password}", "MaxClients 20", *more]
        (folder / "tinyproxy.conf").write_text("\n".join([*lines, ""]))
        command = ["tinyproxy", "-d", "-c", str(folder / "tinyproxy.conf")]
    else:
        command = ["microsocks", "-i", HOST, "-p", str(port), "-u", user, "-P", password]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port, process)
            yield Proxy(kind, HOST, port, *SECRET)
        finally:
            process.kill()


def free_port() -> int:
    """One that nobody listens on."""
    with socket.create_server((HOST, 0)) as taken:
        return int(taken.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until it listens."""
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
    raise AssertionError("the proxy ended")


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[Address]:
    """A peer's listener that sends back what it hears."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(5))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(echo, HOST, 0) as server:
        yield server.sockets[0].getsockname()[:2]


async def heard(connection: socket.socket) -> bytes:
    """What comes back."""
    loop = asyncio.get_running_loop()
    with connection:
        await loop.sock_sendall(connection, b"hello")
        data = b""
        while len(data) < 5:
            data += await loop.sock_recv(connection, 5)
        return data


async def test_a_proxy_leads_to_a_peer(proxy: Proxy) -> None:
    async with listening() as address:
        assert await heard(await proxying.dial(proxy, address)) == b"hello"


async def test_a_wrong_secret_is_told(proxy: Proxy) -> None:
    async with listening() as address:
        stranger = Proxy(proxy.kind, proxy.host, proxy.port, "jo", "wrong")
        with pytest.raises(ProxyFailedError) as caught:
            await proxying.dial(stranger, address)
    if proxy.kind is Kind.HTTP:
        assert caught.value.code in (401, 407)
    found = trouble.of_proxy(proxy.url, proxy.kind is Kind.HTTP, caught.value.code, "port 1", str(caught.value))
    assert found is not None, "it is the proxy that cannot be used"


async def test_a_peer_that_is_not_there_is_not_the_fault_of_the_proxy(proxy: Proxy) -> None:
    with pytest.raises(ProxyFailedError) as caught:
        await proxying.dial(proxy, (HOST, free_port()))
    assert trouble.of_proxy(proxy.url, proxy.kind is Kind.HTTP, caught.value.code, "port 1", "") is None


@needs_http
async def test_a_proxy_that_leads_to_other_ports_only(tmp_path: Path) -> None:
    with running(Kind.HTTP, tmp_path, "ConnectPort 443") as proxy:
        async with listening() as address:
            with pytest.raises(ProxyFailedError) as caught:
                await proxying.dial(proxy, address)
    assert caught.value.code == 403


@pytest.mark.parametrize("kind", [Kind.HTTP, Kind.SOCKS5, Kind.SOCKS4])
async def test_a_proxy_that_is_not_there(kind: Kind) -> None:
    with pytest.raises(ProxyFailedError, match="cannot be reached") as caught:
        await proxying.dial(Proxy(kind, HOST, free_port()), (HOST, 1))
    assert caught.value.code == 0


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([b"HTTP/1.1 200 OK\r\n", b"Via: 1.1 proxy\r\n\r\n"], 200),
        ([b"HTTP/1.0 200\r\n\r\n"], 200),
        ([b"HTTP/1.1 502 Bad Gateway\r\n\r\n"], 502),
        ([b"nonsense"], 0),
        ([], 0),
    ],
)
async def test_answers_in_pieces_and_answers_that_are_none(answers: list[bytes], code: int) -> None:
    has_ended = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in answers:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.05)
        if code == 200:
            writer.write(await reader.readexactly(5))
        writer.close()
        await writer.wait_closed()
        has_ended.set()

    async with await asyncio.start_server(answer, HOST, 0) as server:
        proxy = Proxy(Kind.HTTP, *server.sockets[0].getsockname()[:2])
        if code == 200:
            assert await heard(await proxying.dial(proxy, (HOST, 1))) == b"hello"
        else:
            with pytest.raises(ProxyFailedError) as caught:
                await proxying.dial(proxy, (HOST, 1))
            assert caught.value.code == code
        await has_ended.wait()


async def test_a_proxy_that_does_not_answer_can_be_given_up() -> None:
    with socket.create_server((HOST, 0)) as silent, pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await proxying.dial(Proxy(Kind.HTTP, *silent.getsockname()[:2]), (HOST, 1))


def through(monkeypatch: pytest.MonkeyPatch, proxy: Proxy, secret: str = "jo:p4ss") -> None:
    """Let the environment name it."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("ALL_PROXY", f"{proxy.kind}://{secret}@{proxy.host}:{proxy.port}")


async def test_the_server_is_reached_through_a_proxy(
    proxy: Proxy, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    through(monkeypatch, proxy)
    client = SignalingClient(server.url, Identity.new(), lambda message: None)
    await client.start()
    assert client.is_connected
    await client.close()


async def test_what_a_proxy_says_is_told_when_the_server_cannot_be_reached(
    proxy: Proxy, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    through(monkeypatch, proxy, "jo:wrong")
    with pytest.raises(ServerError, match="proxy set here"):
        await SignalingClient(server.url, Identity.new(), lambda message: None).start()
