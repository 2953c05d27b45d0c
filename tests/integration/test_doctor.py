"""`pypeer doctor` as people and scripts use it; and relays, against a TURN server that only allocates."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from pypeer.connect.servers import Relay, Transport
from pypeer.doctor.findings import Obstacle, Route
from pypeer.doctor.relaying import try_relay
from pypeer.doctor.route import find
from pypeer.doctor.signaling import look
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.protocol.values import Address
from tests.integration.test_stun import free_ports
from tests.support.commands import ROOT, Command, Server, environment, finished, free_port, running_server

Start = Callable[..., Command]
ENOUGH_S: Final = 60.0
"""A doctor takes eight seconds at most, and a busy machine its time."""


def diagnosis(command: Command) -> dict[str, Any]:
    """What it found."""
    return command.one("diagnosis")


def test_on_the_servers_own_machine_there_is_nobody_to_ask(pypeer: Start) -> None:
    command = pypeer("doctor")
    assert command.end() == 0
    found = diagnosis(command)
    assert found["v"] == 1
    assert found["kind"] == "unknown"
    assert found["advice"] == ["no-stun"]
    assert found["findings"]["signaling"]["works"]
    assert not found["findings"]["signaling"]["tls"]
    assert {"way": "websocket", "use": "yes"} in found["rungs"]
    told = [next(iter(event.keys() - {"event"})) for event in command.events if event["event"] == "finding"]
    assert sorted(told) == ["machine", "route", "signaling", "tcp", "tcp", "udp", "udp"]
    assert command.events[-1] == found


def test_another_stun_server_can_be_asked(tmp_path: Path) -> None:
    ports = free_ports()
    options = [f"--turn-port={ports[0]}", f"--stun-alt-port={ports[1]}"]
    options += ["--stun-address=127.0.0.1", "--stun-address=127.0.0.2"]
    with running_server(tmp_path / "server", *options) as server:
        command = Command(tmp_path / "home", server.url, "doctor", "--stun", f"127.0.0.1:{ports[0]}")
        assert command.end() == 0
    [udp] = [each for each in diagnosis(command)["findings"]["udp"] if each["family"] == 4]
    assert (udp["status"], udp["mapping"], udp["filtering"]) == ("works", "none", "endpoint-independent")
    assert (udp["mapping_sure"], udp["filtering_sure"], udp["support"]) == (True, True, "full")
    assert udp["inside"], "it is no address of the Internet"
    [tcp] = [each for each in diagnosis(command)["findings"]["tcp"] if each["family"] == 4]
    assert (tcp["status"], tcp["mapping"], tcp["mapping_sure"], tcp["ports"]) == ("works", "none", True, "kept")
    assert len(tcp["answered"]) == 4, "two ports of two addresses"
    assert diagnosis(command)["advice"] == ["inside"]


def test_a_server_that_does_not_relay_is_told(tmp_path: Path) -> None:
    with running_server(tmp_path / "server", "--relay-off") as server:
        command = Command(tmp_path / "home", server.url, "doctor")
        assert command.end() == 0
    assert {"way": "websocket", "use": "off"} in diagnosis(command)["rungs"]


def test_a_server_that_is_away_is_status_1_with_a_report_and_what_to_do(pypeer: Start) -> None:
    command = pypeer("doctor", url=f"http://127.0.0.1:{free_port()}")
    assert command.end() == 1
    assert diagnosis(command)["findings"]["signaling"]["obstacle"] == "refused"
    assert diagnosis(command)["advice"] == ["server-away"]
    assert command.events[-1]["event"] == "error"
    assert command.events[-1]["code"] == "server-unreachable"


@pytest.mark.parametrize(
    "arguments", [("--stun", "host:port"), ("--server", "ftp://x"), ("--nonsense",)], ids=["stun", "server", "option"]
)
def test_wrong_usage_is_status_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = finished(tmp_path, "doctor", *arguments)
    assert done.returncode == 2
    assert done.stderr


@pytest.mark.parametrize(("encoding", "corner"), [("utf-8", "┌"), ("ascii", "+--")])
def test_people_get_a_drawing_and_words(tmp_path: Path, server: Server, encoding: str, corner: str) -> None:
    command = [sys.executable, "-m", "pypeer", "doctor", "--server", server.url]
    env = {**environment(tmp_path), "PYTHONIOENCODING": encoding, "HTTPS_PROXY": "http://me:secret@127.0.0.1:9"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding=encoding)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(corner)
    assert "What to change" in done.stdout
    assert "http://127.0.0.1:9" in done.stdout
    assert "secret" not in done.stdout
    assert done.stderr.startswith("Looking at your network")


# Why a server cannot be reached


async def test_why_a_server_cannot_be_reached() -> None:
    assert await look("127.0.0.1", free_port()) is Obstacle.REFUSED
    assert await look("nobody.invalid", 80) is Obstacle.NAME
    assert await look("ff02::1", 80) is Obstacle.UNREACHABLE
    listener = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    async with listener:
        assert await look(*listener.sockets[0].getsockname()[:2]) is Obstacle.OTHER


async def test_a_server_on_this_machine_has_no_router_before_it() -> None:
    assert await find(("127.0.0.1", free_port())) == Route()


# Relays


def allocate(request: Message, source: Address) -> bytes:
    """What a TURN server says: first who are you, then yes (RFC 8656, section 7)."""
    if not request.has(Attribute.MESSAGE_INTEGRITY):
        attributes = [
            (Attribute.ERROR_CODE, values.error_code(401)),
            (Attribute.REALM, b"realm"),
            (Attribute.NONCE, b"nonce"),
        ]
        return stun.encode(request.method, Class.ERROR, request.transaction, attributes)
    attributes = [
        (Attribute.XOR_RELAYED_ADDRESS, values.xor_address(("192.0.2.1", 50_000), request.transaction)),
        (Attribute.XOR_MAPPED_ADDRESS, values.xor_address(source, request.transaction)),
        (Attribute.LIFETIME, values.number32(600)),
    ]
    key = stun.long_term_key("me", "realm", "secret")
    return stun.encode(request.method, Class.SUCCESS, request.transaction, attributes, key)


class UdpTurn(asyncio.DatagramProtocol):
    """Over UDP; keeps which methods were asked for."""

    def __init__(self) -> None:
        self.methods: list[int] = []
        self.transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        request = stun.decode(data)
        self.methods.append(request.method)
        self.transport.sendto(allocate(request, addr), addr)


@asynccontextmanager
async def udp_turn() -> AsyncIterator[tuple[int, list[int]]]:
    """Its port, and what it was asked for."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(UdpTurn, local_addr=("127.0.0.1", 0))
    yield transport.get_extra_info("sockname")[1], protocol.methods
    transport.close()


async def serve_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Over TCP."""
    while head := await reader.read(20):
        rest = await reader.readexactly(int.from_bytes(head[2:4], "big"))
        writer.write(allocate(stun.decode(head + rest), writer.get_extra_info("peername")))
    writer.close()


def relay(port: int, transport: Transport) -> Relay:
    """The relay at a port of this machine."""
    return Relay("127.0.0.1", port, transport, "me", "secret")


async def test_a_relay_over_udp_is_used_and_given_back() -> None:
    async with udp_turn() as (port, methods):
        found = await try_relay(relay(port, Transport.UDP))
    assert (found.works, found.transport) == (True, "udp")
    assert methods[:2] == [Method.ALLOCATE] * 2
    assert methods[-1] == Method.REFRESH


async def test_a_relay_over_tcp() -> None:
    listener = await asyncio.start_server(serve_tcp, "127.0.0.1", 0)
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        found = await try_relay(relay(port, Transport.TCP))
        assert found.works


async def test_a_relay_that_is_not_there_takes_its_bound_at_most() -> None:
    async with asyncio.timeout(ENOUGH_S):
        found = await asyncio.gather(*(try_relay(relay(free_port(), transport)) for transport in Transport))
    assert [each.works for each in found] == [False] * 3
