"""The server as a process of its own: how it begins, and how it ends."""

import asyncio
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from signaling.http import serve
from signaling.http.helping import open_stun
from signaling.protocol.codes import CloseCode
from signaling.protocol.messages import Restarting
from signaling.settings import Settings
from tests.support.commands import PATIENCE_S, ROOT, Server, environment, free_port, running_server
from tests.support.signaling_client import SignalingClient

UNANSWERED_S: Final = 1.0
"""How long a request stays unanswered to be taken for one that waits: a server that serves answers within some ms."""


async def test_sigterm_tells_everybody_and_ends_with_0(tmp_path: Path) -> None:
    with running_server(tmp_path, "--drain", "20", "--restart-spread", "5") as server:
        async with SignalingClient(server.url) as first, SignalingClient(server.url) as second:
            await first.sign_in()
            await second.sign_in()
            server.process.send_signal(signal.SIGTERM)
            for client in (first, second):
                restarting = await client.receive()
                assert isinstance(restarting, Restarting)
                assert 1 <= restarting.reconnect_in <= 6
                assert await client.closed() == CloseCode.RESTARTING
            assert await asyncio.to_thread(server.process.wait, 20) == 0
    assert "Traceback" not in server.log.read_text()


async def test_nobody_is_served_before_the_relay_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault: opening the relay takes long. Who connects meanwhile waits: it would be told of no relay."""
    port, asked, early = free_port(), asyncio.Event(), asyncio.Future[bool]()
    settings = Settings(host="127.0.0.1", port=port, turn_port=free_port(), stun_alt_port=0)

    async def open_late(*arguments: Any) -> None:
        asked.set()
        early.set_result(bool((await asyncio.wait({answer}, timeout=UNANSWERED_S))[0]))
        await open_stun(*arguments)

    async def ask() -> int:
        await asked.wait()
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as response:
            return response.status

    monkeypatch.setattr(serve, "open_stun", open_late)
    answer = asyncio.create_task(ask())
    serving = asyncio.create_task(serve.serve(settings))
    try:
        await asyncio.wait({answer, serving}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE_S)
        assert not serving.done(), serving
        assert (await answer, await early) == (200, False)
    finally:
        serving.cancel()
        await asyncio.wait({serving})


async def test_after_a_restart_a_code_is_opened_again_under_its_locator(tmp_path: Path) -> None:
    server = Server(tmp_path)
    try:
        async with SignalingClient(server.url) as client:
            await client.sign_in()
            locator = await client.open()
            server.process.send_signal(signal.SIGTERM)
            assert isinstance(await client.receive(), Restarting)
            assert await client.closed() == CloseCode.RESTARTING
        assert await asyncio.to_thread(server.process.wait, 20) == 0
        server = await asyncio.to_thread(Server, tmp_path, port=server.port)
        assert (await client.reconnect()).resumed is False
        assert await client.open(locator) == locator
        await client.__aexit__(None, None, None)
    finally:
        server.stop()


def test_sigint_ends_with_0_as_well(tmp_path: Path) -> None:
    server = Server(tmp_path)
    assert server.stop(signal.SIGINT) == 0


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    with (
        running_server(tmp_path, "--drain", "300") as server,
        socket.create_connection(("127.0.0.1", server.port)) as raw,
    ):
        raw.sendall(
            b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n"
            b"Sec-WebSocket-Protocol: byway.v1\r\n\r\n"
        )
        assert raw.recv(4096).startswith(b"HTTP/1.1 101")
        server.process.send_signal(signal.SIGTERM)
        while "draining" not in server.log.read_text():
            assert server.process.poll() is None
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == -signal.SIGTERM


def run(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """A server that is expected to end by itself."""
    command = [sys.executable, "-m", "signaling", *options]
    return subprocess.run(command, cwd=ROOT, env=environment(home), capture_output=True, text=True, timeout=60)


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run(tmp_path, "--host", "127.0.0.1", "--port", port)
    assert ended.returncode == 1
    assert ended.stderr == (
        f"signaling: cannot listen on 127.0.0.1, port {port}: Address already in use; choose with --host and --port\n"
    )


@pytest.mark.parametrize("host", ["name.invalid", "203.0.113.1"])
def test_an_address_that_is_not_here_is_said_so(tmp_path: Path, host: str) -> None:
    ended = run(tmp_path, "--host", host, "--port", "0")
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"signaling: cannot listen on {host}, port 0: ")
    assert ended.stderr.count("\n") == 1


def test_it_says_where_it_is_and_what_to_try(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        pass
    text = server.log.read_text()
    assert f"Byway is ready: {server.url}\n" in text
    tried = re.search(rf"^Try: (\S*pypeer) send FILE --server {server.url}$", text, re.MULTILINE)
    assert tried
    helped = subprocess.run([shutil.which(tried[1]) or ROOT / tried[1], "--help"], capture_output=True, text=True)
    assert "Send files directly" in helped.stdout


def test_on_all_addresses_it_answers_ipv4_and_ipv6(tmp_path: Path) -> None:
    with running_server(tmp_path, "--host", "*") as server:
        hosts = ["127.0.0.1", "[::1]"] if socket.has_dualstack_ipv6() else ["127.0.0.1"]
        for host in hosts:
            with urllib.request.urlopen(f"http://{host}:{server.port}/healthz", timeout=20) as answer:
                assert answer.read() == b"ok\n"
    assert f"Byway is ready: http://localhost:{server.port}/" in server.log.read_text()


def test_metrics_on_an_address_of_their_own(tmp_path: Path) -> None:
    port = free_port()
    with (
        running_server(tmp_path, "--metrics-listen", f"127.0.0.1:{port}"),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer,
    ):
        assert b"byway_sessions 0.0" in answer.read()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file


async def test_it_speaks_tls_itself(tmp_path: Path) -> None:
    cert_file, key_file = certificate(tmp_path)
    port = free_port()
    options = ["--host", "127.0.0.1", "--port", str(port), "--tls-cert", str(cert_file), "--tls-key", str(key_file)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "signaling", *options, cwd=ROOT, env=environment(tmp_path), stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == f"Byway is ready: https://127.0.0.1:{port}/\n".encode()
        context = ssl.create_default_context(cafile=cert_file)
        async with SignalingClient(f"https://localhost:{port}/", ssl=context) as client:
            await client.sign_in()
        async with aiohttp.ClientSession() as session:
            answer = await session.get(f"https://localhost:{port}/", ssl=context)
            assert "max-age" in answer.headers["Strict-Transport-Security"]
    finally:
        process.terminate()
        assert await process.wait() == 0


def test_a_certificate_that_cannot_be_used_is_said_so(tmp_path: Path) -> None:
    ended = run(tmp_path, "--tls-cert", str(tmp_path / "no.pem"), "--tls-key", str(tmp_path / "no.key"))
    assert ended.returncode == 2
    assert ended.stderr.startswith("signaling: tls_cert: cannot use ")
    assert ended.stderr.count("\n") == 1
