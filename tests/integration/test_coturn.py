"""Links by way of coturn, a TURN server that others wrote."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from pypeer.connect.options import ConnectOptions, Relaying
from pypeer.connect.relays import open_relay
from pypeer.connect.servers import Relay, Servers, Transport
from pypeer.connect.turn.signing import Credentials
from pypeer.protocol.report import CandidateKind, RelayTrouble
from pypeer.secure.keys import Role
from tests.support.commands import PATIENCE_S, free_port
from tests.support.linked import Side, echo, joined, links

ONLY = ConnectOptions(relaying=Relaying.ONLY)

pytestmark = pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed")


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A coturn on loopback that relays to private addresses; gives its port."""
    folder = tmp_path_factory.mktemp("coturn")
    port = free_port()
    options = {
        "listening-ip": "127.0.0.1", "relay-ip": "127.0.0.1", "listening-port": str(port), "realm": "test",
        "pidfile": str(folder / "pid"), "log-file": "stdout", "cli-password": "x",
    }  # fmt: skip
    flags = ["--lt-cred-mech", "--no-tls", "--no-dtls", "--allow-loopback-peers", "--no-cli", "--simple-log"]
    users = [f"--user={name}:secret" for name in ("ada", "bob")]
    command = ["turnserver", "-n", *flags, *users, *(f"--{name}={value}" for name, value in options.items())]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        wait_until_ready(port, folder / "log")
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def wait_until_ready(port: int, log: Path) -> None:
    end = monotonic() + PATIENCE_S
    while monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        sleep(0.05)
    raise AssertionError(log.read_text(errors="replace"))


@pytest.mark.parametrize("transport", [Transport.UDP, Transport.TCP])
async def test_relays_only(coturn: int, transport: Transport) -> None:
    """No address but the relay's is named, and the way says by which transport the relay is reached."""
    dead = Relay("127.0.0.1", 9, Transport.TCP, "ada", "secret")
    servers = Servers(relays=(dead, Relay("127.0.0.1", coturn, transport, "ada", "secret")))
    a, b = Side(Role.A, servers, ONLY), Side(Role.B, servers, ONLY)
    async with joined(a, b):
        await echo(a, b, b"x" * 60_000)
        one, other = await links(a, b)
        assert (one.path.way, other.path.way) == (f"turn-{transport.value}",) * 2
        for side in (a, b):
            assert {each.kind for each in side.reports[0].local} == {CandidateKind.RELAY}
            assert {each.kind for each in side.reports[0].remote} <= {CandidateKind.RELAY, CandidateKind.PRFLX}


async def test_a_direct_path_is_taken_though_there_is_a_relay(coturn: int) -> None:
    servers = Servers(relays=(Relay("127.0.0.1", coturn, Transport.UDP, "ada", "secret"),))
    a, b = Side(Role.A, servers), Side(Role.B, servers)
    async with joined(a, b):
        await echo(a, b)
        assert (await a.link).path.way == "direct"


async def test_wrong_credentials_are_no_relay(coturn: int) -> None:
    servers = Servers(relays=(Relay("127.0.0.1", coturn, Transport.UDP, "ada", "wrong"),))
    a, b = Side(Role.A, servers, ONLY), Side(Role.B)
    async with joined(a, b):
        await a.failed
        assert not a.reports[0].local


async def test_credentials_of_somebody_else_are_told_while_the_allocation_still_works(coturn: int) -> None:
    """As newer ones look to it, since it tells users apart by the whole name: 441."""
    troubles: list[RelayTrouble] = []
    doubtful, came = asyncio.Event(), asyncio.Event()
    relay = Relay("127.0.0.1", coturn, Transport.UDP, "ada", "secret")
    allocation = await open_relay(
        relay, ("127.0.0.1", coturn), lambda *datagrams: came.set(), on_trouble=troubles.append
    )
    assert allocation is not None
    allocation.on_doubt = doubtful.set
    signing = allocation._client._signing
    signing.renew(Credentials("bob", "secret"))
    assert signing.use_newer()
    allocation._client._lifetime.refresh_at = 0.0
    allocation._tick()
    async with asyncio.timeout(PATIENCE_S):
        await doubtful.wait()
        assert [each.code for each in troubles] == [441]
        assert "belongs to other credentials" in troubles[0].text
        signing.renew(Credentials("ada", "secret"))
        assert signing.use_newer()
        [base] = allocation.bases
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind(("127.0.0.1", 0))
            peer.setblocking(False)
            base.send(b"\xffstill here", peer.getsockname())
            data, relayed = await asyncio.get_running_loop().sock_recvfrom(peer, 2048)
            assert (data, relayed) == (b"\xffstill here", base.relayed)
            peer.sendto(b"\xffand back", relayed)
            await came.wait()
        base.close()
        await allocation.wait_closed()
