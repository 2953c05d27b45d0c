"""The relay of a real server: with aioice's client, with coturn's, over UDP, TCP and TLS."""

import asyncio
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from aioice import stun as reference
from aioice.turn import TurnTransport, create_turn_endpoint

from signaling.protocol import stun
from signaling.protocol.fields import IceServer
from signaling.protocol.rendezvous import Knocked
from signaling.protocol.stun import Attribute, Class, Method
from signaling.protocol.values import Address
from signaling.relay.turn import credentials
from tests.integration.test_server_process import certificate, run
from tests.integration.test_stun import free_ports
from tests.support.commands import PATIENCE_S, ROOT, Server, environment, free_port, running_server
from tests.support.signaling_client import SignalingClient

A: Final = "127.0.0.1"
SECRET: Final = "north"
SILENCE_S: Final = 0.3
"""How long to wait for what must not come."""

LOOPBACK: Final = ("--turn-secret", SECRET, "--turn-allow-peer", "127.0.0.0/8", "--stun-alt-port", "0")


class Endpoint(asyncio.DatagramProtocol):
    """What arrives."""

    def __init__(self) -> None:
        self.arrived: asyncio.Queue[tuple[bytes, Address]] = asyncio.Queue()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.arrived.put_nowait((data, addr[:2]))

    async def next(self) -> tuple[bytes, Address]:
        async with asyncio.timeout(PATIENCE_S):
            return await self.arrived.get()

    @property
    def address(self) -> Address:
        host, port = self.transport.get_extra_info("sockname")[:2]
        return host, port


@asynccontextmanager
async def relayed(
    port: int, pair: str = "pair", member: str = "a", transport: str = "udp", **more: Any
) -> AsyncIterator[Endpoint]:
    """An allocation by way of aioice."""
    name, password = credentials.make(SECRET, pair, member, time.time() + 60)
    name, password = more.pop("credentials", (name, password))
    made, protocol = await create_turn_endpoint(
        Endpoint, (more.pop("host", A), port), name, password, transport=transport, **more
    )
    assert isinstance(made, TurnTransport)
    try:
        yield protocol
    finally:
        made.close()
        await asyncio.sleep(0.1)


@asynccontextmanager
async def bare() -> AsyncIterator[Endpoint]:
    """A socket without a relay."""
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(Endpoint, local_addr=(A, 0))
    yield protocol
    transport.close()


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    """A server that relays to loopback, and its port."""
    port, _ = free_ports()
    with running_server(tmp_path_factory.mktemp("turn"), "--turn-port", str(port), *LOOPBACK) as server:
        yield server, port


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_aioice_reaches_a_peer_and_is_reached(turn: tuple[Server, int], transport: str) -> None:
    async with relayed(turn[1], transport=transport) as client, bare() as peer:
        for payload in (b"x", b"odd", bytes(1200)):
            client.transport.sendto(payload, peer.address)
            assert await peer.next() == (payload, client.address)
            peer.transport.sendto(payload[::-1], client.address)
            assert await client.next() == (payload[::-1], peer.address)


@pytest.mark.parametrize(("one", "other"), [("udp", "udp"), ("udp", "tcp"), ("tcp", "tcp")])
async def test_two_members_of_a_pair(turn: tuple[Server, int], one: str, other: str) -> None:
    async with (
        relayed(turn[1], transport=one) as left,
        relayed(turn[1], member="b", transport=other) as right,
    ):
        left.transport.sendto(b"knock", right.address)
        right.transport.sendto(b"knock", left.address)
        await asyncio.sleep(SILENCE_S)
        left.transport.sendto(b"hello", right.address)
        right.transport.sendto(b"there", left.address)
        while (await right.next())[0] != b"hello":
            pass
        while (await left.next())[0] != b"there":
            pass


async def test_over_tls(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    with tls_server(tmp_path, cert, key) as port:
        context = ssl.create_default_context(cafile=cert)
        async with relayed(port, transport="tcp", ssl=context, host="localhost") as client, bare() as peer:
            client.transport.sendto(b"sealed", peer.address)
            assert await peer.next() == (b"sealed", client.address)
            peer.transport.sendto(b"answer", client.address)
            assert await client.next() == (b"answer", peer.address)


@contextmanager
def tls_server(folder: Path, cert: Path, key: Path) -> Iterator[int]:
    """A server with a certificate; gives the port of TURN over TLS."""
    ports = [str(free_port()) for _ in range(3)]
    options = ["--host", A, "--port", ports[0], "--turn-port", ports[1], "--turn-tls-port", ports[2], *LOOPBACK]
    command = [sys.executable, "-m", "signaling", *options, "--tls-cert", str(cert), "--tls-key", str(key)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith(b"Byway is ready")
        yield int(ports[2])
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


@pytest.mark.parametrize(("seconds", "secret"), [(-10, SECRET), (60, "south")])
async def test_wrong_or_old_credentials_are_refused(turn: tuple[Server, int], seconds: float, secret: str) -> None:
    made = credentials.make(secret, "pair", "a", time.time() + seconds)
    with pytest.raises(reference.TransactionFailed) as caught:
        async with relayed(turn[1], credentials=made):
            pass
    assert caught.value.response.error_code == 401


async def test_by_default_loopback_is_no_peer(tmp_path: Path) -> None:
    port, _ = free_ports()
    options = ("--turn-port", str(port), "--stun-alt-port", "0", "--turn-secret", SECRET)
    with running_server(tmp_path, *options) as server:
        async with relayed(port) as client, bare() as peer:
            client.transport.sendto(b"x", peer.address)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(SILENCE_S):
                    await peer.arrived.get()
            client.transport.sendto(b"x", ("10.0.0.1", 80))
            server.until_metric('byway_relay_refusals_total{reason="peer"}', 1)


async def test_what_operators_see(tmp_path: Path) -> None:
    port, _ = free_ports()
    with running_server(tmp_path, "--turn-port", str(port), *LOOPBACK) as server:
        async with relayed(port) as client, bare() as peer:
            for _ in range(80):
                client.transport.sendto(bytes(1000), peer.address)
                await peer.next()
            server.until_metric("byway_relay_open_allocations", 1)
            server.until_metric('byway_relay_bytes_total{to="peers"}', 80_000)
            server.until_metric("byway_relay_pairs_total", 1)
        server.until_metric("byway_relay_open_allocations", 0)
        server.until_metric('byway_relay_allocations_total{transport="udp"}', 1)
        server.until_metric('byway_relay_refusals_total{reason="challenge"}', 1)
    assert re.search(r" INFO relayed bytes=80000 seconds=\d+\.\d\n", server.log.read_text())
    assert A not in server.log.read_text().partition("relayed")[2].splitlines()[0]


async def test_a_pair_is_told_once_it_has_met(tmp_path: Path) -> None:
    port, _ = free_ports()
    options = ("--turn-port", str(port), *LOOPBACK, "--turn-server", "turn:relay.example", "--turn-server-secret", "s")
    with running_server(tmp_path, *options) as server:
        async with SignalingClient(server.url) as sender, SignalingClient(server.url) as receiver:
            assert not (await sender.sign_in()).ice
            await receiver.sign_in()
            met = await receiver.knock(await sender.open())
            knocked = await sender.pushed()
            assert isinstance(knocked, Knocked)
        own, other = met.ice
        assert own.urls == (f"turn:{A}:{port}?transport=udp", f"turn:{A}:{port}?transport=tcp")
        assert other.urls == ("turn:relay.example",)
        assert re.fullmatch(rf"\d+:{met.pair}/a", own.username or "")
        assert re.fullmatch(rf"\d+:{met.pair}/b", knocked.ice[0].username or "")
        async with allocated(own, port) as left, allocated(knocked.ice[0], port) as right:
            left.transport.sendto(b"x", right.address)


@asynccontextmanager
async def allocated(server: IceServer, port: int) -> AsyncIterator[Endpoint]:
    """An allocation with what was told."""
    async with relayed(port, credentials=(server.username, server.credential)) as endpoint:
        yield endpoint


@pytest.mark.parametrize(("options", "relays"), [(("--relay-off",), False), (("--turn-port", "0"), True)])
async def test_it_can_be_off(tmp_path: Path, options: tuple[str, ...], relays: bool) -> None:
    """Without a port for TURN there still is the relay inside WebSockets."""
    port, _ = free_ports()
    with running_server(tmp_path, "--turn-port", str(port), *options) as server:
        with socket.socket() as probe:
            assert probe.connect_ex((A, port)) != 0
        assert ("byway_relay" in server.metrics()) is relays


async def test_binding_requests_over_tcp(turn: tuple[Server, int]) -> None:
    reader, writer = await asyncio.open_connection(A, turn[1])
    writer.write(stun.encode(Method.BINDING, Class.REQUEST, bytes(12)))
    head = await reader.readexactly(20)
    answer = stun.decode(head + await reader.readexactly(int.from_bytes(head[2:4], "big")))
    assert answer.xor_address(Attribute.XOR_MAPPED_ADDRESS) == writer.get_extra_info("sockname")
    writer.close()


def test_a_tcp_port_that_was_named_and_is_taken_ends_with_1(tmp_path: Path) -> None:
    port, _ = free_ports()
    with socket.create_server((A, port)):
        # Another server of this run may have the default second port of STUN, which would be one more line.
        options = ("--port", str(free_port()), "--turn-port", str(port), "--stun-alt-port", "0")
        ended = run(tmp_path, "--host", A, *options)
    assert ended.returncode == 1
    said = rf"signaling: cannot listen on {A}, TCP port {port}: .*; choose with --turn-port\n"
    assert re.fullmatch(said, ended.stderr)


def test_a_tcp_port_that_is_taken_by_default_is_done_without(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    try:
        taken = socket.create_server((A, 5349))
    except OSError:
        pytest.skip("somebody else has the port")
    with taken, tls_server_by_default(tmp_path, cert, key) as log:
        pass
    assert "relay-off port=5349" in log.read_text()


@contextmanager
def tls_server_by_default(folder: Path, cert: Path, key: Path) -> Iterator[Path]:
    """A server with a certificate and default ports of TLS; gives its log."""
    log = folder / "log"
    options = ["--host", A, "--port", str(free_port()), "--tls-cert", str(cert), "--tls-key", str(key)]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "signaling", *options, "--turn-port", str(free_ports()[0])],
            cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE, stderr=file,
        )  # fmt: skip
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith(b"Byway is ready")
        yield log
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


# --- coturn's client --------------------------------------------------------------------------------------------------

needs_coturn = pytest.mark.skipif(shutil.which("turnutils_uclient") is None, reason="coturn is not installed")


@pytest.fixture(scope="module")
def coturn_peer() -> Iterator[int]:
    """coturn's peer, which sends everything back; gives its port."""
    _, port = free_ports()
    with subprocess.Popen(["turnutils_peer", "-L", A, "-p", str(port)], stdout=subprocess.DEVNULL) as process:
        yield port
        process.terminate()


@needs_coturn
@pytest.mark.parametrize(
    "flags",
    [(), ("-s",), ("-t",), ("-t", "-s"), ("-y",), ("-y", "-t"), ("-G",), ("-X",)],
    ids=lambda flags: " ".join(flags) or "plain",
)
async def test_coturns_client_loses_nothing(turn: tuple[Server, int], coturn_peer: int, flags: tuple[str, ...]) -> None:
    """Channels and indications, over UDP and TCP, to a peer and to another client."""
    command = ["turnutils_uclient", "-c", "-n", "10", "-m", "2", "-z", "5", "-u", "ada", "-W", SECRET, *flags]
    where = ["-p", str(turn[1]), "-e", A, "-r", str(coturn_peer), A]
    process = await asyncio.create_subprocess_exec(*command, *where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert b"Total lost packets 0 (0.000000%)" in out, out.decode()


@needs_coturn
async def test_coturns_client_is_told_that_dont_fragment_cannot_be_kept(turn: tuple[Server, int]) -> None:
    command = ["turnutils_uclient", "-c", "-g", "-u", "ada", "-W", SECRET, "-p", str(turn[1]), "-e", A, A]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert b"error 420" in out
