"""A TURN server that names another (RFC 8489, section 10), with real sockets."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import cast

import pytest

from pypeer.connect.relays import open_relay
from pypeer.connect.servers import Relay, Transport
from pypeer.connect.turn.redirects import HOPS
from pypeer.protocol.report import RelayTrouble
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class
from signaling.protocol.values import Address
from signaling.relay.turn import credentials
from tests.integration.test_coturn import wait_until_ready
from tests.integration.test_turn import SECRET
from tests.support.commands import PATIENCE_S, free_port, running_server

A = "127.0.0.1"


class Sends(asyncio.DatagramProtocol):
    """Sends everybody to another server."""

    def __init__(self) -> None:
        self.to: Address = (A, 9)
        self.asked = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.address: Address = transport.get_extra_info("sockname")

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.asked += 1
        message = stun.decode(data)
        told = [
            (Attribute.ERROR_CODE, values.error_code(300)),
            (Attribute.ALTERNATE_SERVER, values.plain_address(self.to)),
        ]
        self._transport.sendto(stun.encode(message.method, Class.ERROR, message.transaction, told), addr)

    def close(self) -> None:
        self._transport.close()


@asynccontextmanager
async def senders(count: int) -> AsyncIterator[list[Sends]]:
    """Some of them, each of which sends to the next, the last to the first."""
    loop = asyncio.get_running_loop()
    made = [(await loop.create_datagram_endpoint(Sends, local_addr=(A, 0)))[1] for _ in range(count)]
    for one, other in zip(made, [*made[1:], made[0]], strict=True):
        one.to = other.address
    try:
        yield made
    finally:
        for each in made:
            each.close()


def relay(port: int) -> Relay:
    return Relay(A, port, Transport.UDP, *credentials.make(SECRET, "pair", "a", time.time() + 60))


async def test_it_is_followed_to_the_server_that_grants(tmp_path: Path) -> None:
    port = free_port()
    options = ["--turn-port", str(port), "--stun-alt-port", "0", "--turn-secret", SECRET, "--stun-address", A]
    troubles: list[RelayTrouble] = []
    with running_server(tmp_path, *options):
        async with senders(HOPS) as (*before, last):
            last.to = (A, port)
            first = (before or [last])[0]
            found = await open_relay(
                relay(first.address[1]), first.address, lambda *_: None, on_trouble=troubles.append
            )
            assert found is not None
            assert found.bases
            assert troubles == []
            for base in found.bases:
                base.close()
            await found.wait_closed()


@pytest.mark.parametrize("count", [1, 2, HOPS + 3])
async def test_loops_and_long_chains_are_refused(count: int) -> None:
    troubles: list[RelayTrouble] = []
    async with senders(count) as made:
        first = made[0].address
        assert await open_relay(relay(first[1]), first, lambda *_: None, on_trouble=troubles.append) is None
        assert [each.asked for each in made] == [1] * min(count, HOPS + 1) + [0] * (count - HOPS - 1)
    assert [each.code for each in troubles] == [300]


@contextmanager
def coturn(folder: Path, port: int, *flags: str) -> Iterator[None]:
    """A coturn on loopback."""
    command = [
        "turnserver", "-n", f"--listening-ip={A}", f"--relay-ip={A}", f"--listening-port={port}", "--realm=test",
        "--use-auth-secret", f"--static-auth-secret={SECRET}", "--no-tls", "--no-dtls", "--no-cli", "--log-file=stdout",
        f"--pidfile={folder / 'pid'}", *flags,
    ]  # fmt: skip
    log = folder / "coturn.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=folder)
    try:
        wait_until_ready(port, log)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


@pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed")
async def test_coturn_sends_us_on(tmp_path: Path) -> None:
    ours, theirs = free_port(), free_port()
    options = ["--turn-port", str(ours), "--stun-alt-port", "0", "--turn-secret", SECRET, "--stun-address", A]
    troubles: list[RelayTrouble] = []
    with running_server(tmp_path, *options) as server, coturn(tmp_path, theirs, f"--alternate-server={A}:{ours}"):
        found = await open_relay(relay(theirs), (A, theirs), lambda *_: None, on_trouble=troubles.append)
        assert found is not None, troubles
        server.until_metric("byway_relay_open_allocations", 1)
        for base in found.bases:
            base.close()
        await found.wait_closed()
