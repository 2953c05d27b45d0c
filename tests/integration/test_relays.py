"""Allocations by our own client, at our own server and at coturn: over UDP, TCP and TLS, of both versions of IP."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from pypeer.connect.gathering import Gathering
from pypeer.connect.options import ConnectOptions, Relaying
from pypeer.connect.relayed import RelayedBase
from pypeer.connect.relays import Allocation, open_relay
from pypeer.connect.servers import Relay, Servers, Transport
from pypeer.connect.turn.words import Want
from pypeer.protocol.report import CandidateKind, RelayTrouble
from signaling.protocol.values import Address
from signaling.relay.turn import credentials
from tests.integration.test_coturn import wait_until_ready
from tests.integration.test_server_process import certificate
from tests.integration.test_stun import free_ports
from tests.integration.test_turn import SECRET, tls_server
from tests.support.commands import PATIENCE_S, Server, free_port, running_server

A: Final = "127.0.0.1"
HOSTS: Final = {4: A, 6: "::1"}
AGAIN_S: Final = 0.2
"""When to send once more what has not arrived."""

EVERY_WAY: Final = pytest.mark.parametrize("transport", [Transport.UDP, Transport.TCP])
BOTH_VERSIONS: Final = pytest.mark.parametrize("version", [4, 6])


class Member:
    """One side of a pair with an allocation of its own, and what arrives at it, by base."""

    def __init__(self) -> None:
        self.arrived: asyncio.Queue[tuple[int, Address, bytes]] = asyncio.Queue()
        self.troubles: list[RelayTrouble] = []

    async def open(self, relay: Relay, address: Address, want: Want = Want.BOTH) -> "Member":
        """Get the allocation; bases are numbered in their order."""
        found = await open_relay(relay, address, self._arrives, want, self.troubles.append)
        assert found is not None, self.troubles
        self.allocation: Allocation = found
        for number, base in enumerate(found.bases):
            base.number = number
        return self

    def _arrives(self, base: int, source: Address, datagrams: list[bytes]) -> None:
        for data in datagrams:
            self.arrived.put_nowait((base, source, data))

    def base(self, version: int) -> RelayedBase:
        """The relayed address of this version of IP."""
        return next(each for each in self.allocation.bases if (":" in each.relayed[0]) is (version == 6))

    async def hears(self, base: RelayedBase, source: RelayedBase, text: bytes) -> None:
        """Have it sent until it arrives, as ICE does: the permission of the one may come after data of the other."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                source.send(text, base.relayed)
                with suppress(TimeoutError):
                    async with asyncio.timeout(AGAIN_S):
                        while await self.arrived.get() != (base.number, source.relayed, text):
                            pass
                        return


def relay(port: int, transport: Transport, member: str = "a", host: str = A, lasts: float = 60) -> Relay:
    """A relay, with the credentials of one member."""
    return Relay(host, port, transport, *credentials.make(SECRET, "pair", member, time.time() + lasts))


@asynccontextmanager
async def pair(members: list[Relay], address: Address, want: Want = Want.BOTH) -> AsyncIterator[tuple[Member, Member]]:
    """Both members' allocations, which are given back."""
    a, b = [await Member().open(each, address, want) for each in members]
    yield a, b
    for each in (a, b):
        each.allocation.close()
        await each.allocation.wait_closed()


async def talk(a: Member, b: Member, version: int) -> None:
    """Each sends to the other, at first by indications, in the end by channels."""
    one, other = a.base(version), b.base(version)
    for size in (0, 1, 3, 1200, 9000):
        one.send(b"permits", other.relayed)
        await a.hears(one, other, bytes(size))
        await b.hears(other, one, b"x" * size)
    async with asyncio.timeout(PATIENCE_S):
        while a.allocation._client.wrap(other.relayed, b"x") is None:
            await asyncio.sleep(0.01)
    await b.hears(other, one, b"by the channel")


# --- our server -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    """A server at all addresses of this machine, and its port."""
    port, _ = free_ports()
    options = ("--host", "*", "--turn-port", str(port), "--stun-alt-port", "0", "--turn-secret", SECRET)
    with running_server(tmp_path_factory.mktemp("server"), *options) as server:
        yield server, port


@EVERY_WAY
@BOTH_VERSIONS
@pytest.mark.parametrize("reached", [4, 6], ids=["reached by IPv4", "reached by IPv6"])
async def test_our_server(ours: tuple[Server, int], transport: Transport, version: int, reached: int) -> None:
    server, port = ours
    before = server.metrics().count("byway_relay_open_allocations 0")
    address = HOSTS[reached], port
    async with pair([relay(port, transport, member) for member in "ab"], address) as (a, b):
        assert len(a.allocation.bases) == 2
        assert a.allocation.mapped is not None
        await talk(a, b, version)
    assert before == 1
    server.until_metric("byway_relay_open_allocations", 0)


async def test_over_tls_the_name_counts_and_not_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with tls_server(tmp_path, cert, key) as port:
        named = [relay(port, Transport.TLS, member, "localhost") for member in "ab"]
        async with pair(named, (A, port)) as (a, b):
            await talk(a, b, 4)
        stranger = relay(port, Transport.TLS, host="relay.example")
        assert await open_relay(stranger, (A, port), lambda *_: None) is None


async def why_not(relay: Relay, address: Address) -> RelayTrouble:
    """Why a relay cannot be had."""
    troubles: list[RelayTrouble] = []
    assert await open_relay(relay, address, lambda *_: None, on_trouble=troubles.append) is None
    [found] = troubles
    return found


async def test_over_tls_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    with tls_server(tmp_path, cert, key) as port:
        unknown = relay(port, Transport.TLS, host="localhost")
        assert "certificate is not trusted" in (await why_not(unknown, (A, port))).text


@pytest.mark.parametrize("transport", Transport)
async def test_what_is_no_relay_is_none_and_says_why(transport: Transport) -> None:
    dead = relay(free_port(), transport)
    if transport is Transport.UDP:  # as if the port were filtered: nobody answers, and nobody refuses
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind((A, 0))
            task = asyncio.create_task(open_relay(dead, silent.getsockname(), lambda *_: None))
            await asyncio.sleep(0.1)
            assert not task.done()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return
    assert "nothing listens there" in (await why_not(dead, (A, dead.port))).text


@pytest.mark.parametrize(
    ("made", "reason"),
    [(("x", "y"), "does not accept the credentials"), (None, "does not accept the credentials")],
    ids=["no name of the scheme", "too old"],
)
async def test_a_refusal_is_told_with_its_meaning(
    ours: tuple[Server, int], made: tuple[str, str] | None, reason: str
) -> None:
    old = relay(ours[1], Transport.UDP, lasts=-10)
    refused = old if made is None else Relay(A, ours[1], Transport.UDP, *made)
    found = await why_not(refused, (A, ours[1]))
    assert (found.code, reason in found.text) == (401, True)


async def test_a_connection_that_breaks_is_told(tmp_path: Path) -> None:
    port, _ = free_ports()
    options = ("--turn-port", str(port), "--stun-alt-port", "0", "--turn-secret", SECRET)
    with running_server(tmp_path, *options):
        member = await Member().open(relay(port, Transport.TCP), (A, port))
    async with asyncio.timeout(PATIENCE_S):
        await member.allocation.wait_closed()
    member.base(4).send(b"into the void", (A, 9))
    [found] = member.troubles
    assert "the relay closed the connection" in found.text


async def test_a_server_that_speaks_something_else_is_no_relay() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, A, 0) as server:
        address = server.sockets[0].getsockname()
        assert await open_relay(relay(address[1], Transport.TCP), address, lambda *_: None) is None


# --- coturn -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, Path]]:
    """A coturn on loopback, for both versions of IP: its port, that of TLS, and its certificate."""
    if shutil.which("turnserver") is None:
        pytest.skip("coturn is not installed")
    folder = tmp_path_factory.mktemp("coturn")
    cert, key = certificate(folder)
    port, tls = free_port(), free_port()
    options = {
        "listening-port": port, "tls-listening-port": tls, "realm": "test", "static-auth-secret": SECRET,
        "cert": cert, "pkey": key, "pidfile": folder / "pid", "log-file": "stdout", "cli-password": "x",
    }  # fmt: skip
    flags = ["--use-auth-secret", "--no-dtls", "--allow-loopback-peers", "--no-cli", "--simple-log"]
    flags += [f"--{what}-ip={host}" for host in HOSTS.values() for what in ("listening", "relay")]
    command = ["turnserver", "-n", *flags, *(f"--{name}={value}" for name, value in options.items())]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        wait_until_ready(port, folder / "log")
        wait_until_ready(tls, folder / "log")
        yield port, tls, cert
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


@pytest.mark.parametrize("transport", Transport)
@BOTH_VERSIONS
async def test_coturn(
    coturn: tuple[int, int, Path], transport: Transport, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, tls, cert = coturn
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    at = tls if transport is Transport.TLS else port
    ways = [relay(at, transport, member, "localhost") for member in "ab"]
    want = Want.BOTH if version == 4 else Want.IPV6
    async with pair(ways, (HOSTS[version], at), want) as (a, b):
        await talk(a, b, version)


async def test_where_coturn_takes_no_notice_of_ipv6_it_is_asked_for_apart(coturn: tuple[int, int, Path]) -> None:
    servers = Servers(relays=(relay(coturn[0], Transport.UDP),))
    gathering, done = Gathering(servers, ConnectOptions(relaying=Relaying.ONLY)), asyncio.Event()
    gathering.start()
    gathering.listen(lambda base, candidate: None, done.set)
    async with asyncio.timeout(PATIENCE_S):
        await done.wait()
    assert {each.family for _, each in gathering.candidates} == {4, 6}
    assert {each.kind for _, each in gathering.candidates} == {CandidateKind.RELAY}
    gathering.close()
    await gathering.wait_closed()
