"""STUN of a real server over real sockets: addresses, changes of port and address, ports that are taken."""

import asyncio
import errno
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from signaling.datagrams import bind
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.protocol.values import Address
from signaling.relay import udp
from signaling.relay.stun import Verdict
from signaling.relay.udp import StunSockets, interface_addresses
from tests.integration.test_server_process import run
from tests.support.commands import free_port, running_server
from tests.support.signaling_client import SignalingClient

A, B, SIX = "127.0.0.1", "127.0.0.2", "::1"
PATIENCE_S: Final = 60.0
SILENCE_S: Final = 0.3
"""How long to wait for what must not come."""


def free_ports() -> tuple[int, int]:
    """Two ports that nobody uses right now, neither for UDP nor for TCP, on any loopback address."""
    with ExitStack() as stack:
        return _free_port(stack), _free_port(stack)


def _free_port(stack: ExitStack) -> int:
    """One of them; it is held until the stack unwinds."""
    while True:
        datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        datagrams.bind(("", 0))
        port = int(datagrams.getsockname()[1])
        with socket.socket() as stream, suppress(OSError):
            stream.bind(("", port))
            return port


def request(flags: int | None = None) -> bytes:
    """A Binding request, with CHANGE-REQUEST if there are flags."""
    attributes = [] if flags is None else [(Attribute.CHANGE_REQUEST, values.number32(flags))]
    return stun.encode(Method.BINDING, Class.REQUEST, b"transaction!", attributes)


@contextmanager
def probe(host: str = A) -> Iterator[socket.socket]:
    """A socket that asks."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.settimeout(PATIENCE_S)
        made.bind((host, 0))
        yield made


def ask(made: socket.socket, to: Address, flags: int | None = None) -> tuple[Message, Address]:
    """The answer, and where it came from."""
    made.sendto(request(flags), to)
    data, source = made.recvfrom(2048)
    return stun.decode(data), source[:2]


def own(made: socket.socket) -> Address:
    """The address of a socket."""
    host, port = made.getsockname()[:2]
    return host, port


def options(ports: tuple[int, int]) -> tuple[str, ...]:
    """Flags for these ports."""
    return "--turn-port", str(ports[0]), "--stun-alt-port", str(ports[1])


def test_a_peer_learns_its_address_at_both_ports_and_by_a_change_of_port(tmp_path: Path) -> None:
    ports = free_ports()
    with running_server(tmp_path, *options(ports)) as server, probe() as made:
        for port in ports:
            answer, source = ask(made, (A, port))
            assert source == (A, port)
            assert answer.xor_address(Attribute.XOR_MAPPED_ADDRESS) == own(made)
        answer, source = ask(made, (A, ports[0]), flags=2)
        assert source == (A, ports[1])
        assert answer.address(Attribute.RESPONSE_ORIGIN) == source
        answer, source = ask(made, (A, ports[0]), flags=4)
        assert (answer.error(), source) == ((420, ""), (A, ports[0]))
        made.sendto(b"\0" * 20, (A, ports[0]))
        server.until_metric('byway_stun_answers_total{kind="binding"}', 2)
        server.until_metric('byway_stun_answers_total{kind="discovery"}', 1)
        server.until_metric('byway_stun_refusals_total{reason="attribute"}', 1)
        server.until_metric('byway_stun_refusals_total{reason="malformed"}', 1)


def test_two_addresses_answer_for_each_other(tmp_path: Path) -> None:
    ports = free_ports()
    with (
        running_server(tmp_path, *options(ports), "--stun-address", A, "--stun-address", B),
        probe() as made,
    ):
        for flags, leaves in {0: (A, 0), 2: (A, 1), 4: (B, 0), 6: (B, 1)}.items():
            answer, source = ask(made, (A, ports[0]), flags)
            assert source == (leaves[0], ports[leaves[1]])
            assert answer.address(Attribute.RESPONSE_ORIGIN) == source
            assert answer.address(Attribute.OTHER_ADDRESS) == (B, ports[1])
        assert ask(made, (B, ports[1]))[0].address(Attribute.OTHER_ADDRESS) == (A, ports[0])


def test_on_all_addresses_an_answer_leaves_from_the_one_that_was_asked(tmp_path: Path) -> None:
    ports = free_ports()
    with running_server(tmp_path, "--host", "*", *options(ports)):
        for host in interface_addresses():
            if not host.startswith("fe80"):
                with probe(host) as made:
                    answer, source = ask(made, (host, ports[0]))
                    assert source == (host, ports[0])
                    assert answer.xor_address(Attribute.XOR_MAPPED_ADDRESS) == own(made)


async def test_what_peers_are_told(tmp_path: Path) -> None:
    ports = free_ports()
    public = ("--public-url", "http://byway.example")
    with running_server(tmp_path, *options(ports), *public, "--stun-address", "*") as server:
        async with SignalingClient(server.url) as far, SignalingClient(server.url) as near:
            told = await far.sign_in(host="byway.example")
            assert (await near.sign_in()).ice == ()
    reachable = any(host not in (A, SIX) and not host.startswith("fe80") for host in interface_addresses())
    urls = tuple(f"stun:byway.example:{port}" for port in ports)
    assert [each.urls for each in told.ice] == ([urls] if reachable else [])


async def test_what_only_this_machine_can_reach_is_told_to_nobody_and_said_so(tmp_path: Path) -> None:
    with running_server(tmp_path, *options(free_ports()), "--public-url", "http://byway.example") as server:
        async with SignalingClient(server.url) as client:
            assert (await client.sign_in(host="byway.example")).ice == ()
    assert "stun-told-to-nobody" in server.log.read_text()


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Somebody else has this port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        with suppress(OSError):
            # That it is taken already is as good.
            other.bind((A, port))
        yield


def test_a_default_port_that_is_taken_is_done_without(tmp_path: Path) -> None:
    with taken(3478), running_server(tmp_path) as server:
        pass
    text = server.log.read_text()
    assert text.count("WARNING") == 1
    assert "stun-off port=3478" in text


def test_without_the_second_port_the_first_serves(tmp_path: Path) -> None:
    port, _ = free_ports()
    with taken(3479), running_server(tmp_path, "--turn-port", str(port)) as server, probe() as made:
        assert ask(made, (A, port))[1] == (A, port)
        assert ask(made, (A, port), flags=2)[0].error() == (420, "")
    assert "stun-off port=3479" in server.log.read_text()


@pytest.mark.parametrize(("flag", "port"), [("--turn-port", 0), ("--stun-alt-port", 1)])
def test_a_port_that_was_named_and_is_taken_ends_with_1(tmp_path: Path, flag: str, port: int) -> None:
    ports = free_ports()
    with taken(ports[port]):
        ended = run(tmp_path, "--host", A, "--port", str(free_port()), *options(ports))
    assert ended.returncode == 1
    assert re.fullmatch(
        rf"signaling: cannot listen on {A}, UDP port {ports[port]}: .*; choose with {flag}\n", ended.stderr
    )


def test_an_address_that_is_not_here_ends_with_1(tmp_path: Path) -> None:
    ended = run(tmp_path, "--host", A, "--port", str(free_port()), "--stun-address", "203.0.113.1")
    assert ended.returncode == 1
    assert ended.stderr.startswith("signaling: cannot listen on 203.0.113.1, UDP port 3478: ")


def test_it_can_be_off(tmp_path: Path) -> None:
    with running_server(tmp_path, "--turn-port", "0") as server:
        pass
    assert "stun" not in server.log.read_text()


class Machine:
    """A machine whose addresses change, and what its server counted."""

    def __init__(self) -> None:
        self.addresses = [A, "203.0.113.1"]
        self.ports = free_ports()
        self.counted: list[Verdict] = []
        self.now = 0.0
        self.fails = False
        self.sockets = StunSockets(["*"], self.ports, lambda: self.now, self.counted.append, self._addresses)

    def _addresses(self) -> list[str]:
        if self.fails:
            raise OSError(errno.EAFNOSUPPORT, "not allowed")
        return self.addresses

    async def ask(self, host: str, port: int = 0, flags: int | None = None) -> Address | None:
        """Where the answer comes from; None for none."""
        with probe() as made:
            made.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_sendto(made, request(flags), (host, self.ports[port]))
            try:
                async with asyncio.timeout(SILENCE_S):
                    _, source = await loop.sock_recvfrom(made, 2048)
            except (TimeoutError, ConnectionRefusedError):
                return None
            return str(source[0]), int(source[1])


@pytest.fixture
async def machine() -> AsyncIterator[Machine]:
    """A machine that serves at both ports."""
    made = Machine()
    for port in made.ports:
        await made.sockets.open(port)
    yield made
    made.sockets.close()


async def test_addresses_that_come_and_go_are_followed(machine: Machine) -> None:
    first, second = machine.ports
    assert await machine.ask(A) == (A, first)
    assert await machine.ask(B) is None
    machine.addresses = [B]
    await machine.sockets.refresh()
    assert await machine.ask(A) is None
    assert await machine.ask(B) == (B, first)
    assert await machine.ask(B, flags=2) == (B, second)
    assert machine.counted == [Verdict.BINDING, Verdict.BINDING, Verdict.DISCOVERY]


async def test_a_new_address_whose_port_is_taken_is_tried_again(machine: Machine) -> None:
    machine.addresses = [A, B]
    with bind(B, machine.ports[0]):
        await machine.sockets.refresh()
        assert await machine.ask(B, flags=2) is None
        assert await machine.ask(B, port=1) == (B, machine.ports[1])
    await machine.sockets.refresh()
    assert await machine.ask(B, flags=2) == (B, machine.ports[1])


async def test_if_the_addresses_cannot_be_known_all_stays(machine: Machine) -> None:
    machine.fails = True
    await machine.sockets.refresh()
    assert await machine.ask(A) == (A, machine.ports[0])


async def test_following_looks_from_time_to_time(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp, "RESCAN_S", 0.01)
    monkeypatch.setattr(udp, "SOON_S", 60)
    machine.addresses = [B]
    await machine.sockets.refresh()
    machine.addresses = [A]
    following = asyncio.create_task(machine.sockets.follow())
    async with asyncio.timeout(PATIENCE_S):
        while await machine.ask(A) is None:
            pass
    following.cancel()


async def test_an_address_that_is_not_ready_is_tried_again_soon(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(udp, "RESCAN_S", 60)
    monkeypatch.setattr(udp, "SOON_S", 0.01)
    following = asyncio.create_task(machine.sockets.follow())
    machine.addresses = [B]
    async with asyncio.timeout(PATIENCE_S):
        while await machine.ask(B) is None:
            pass
    following.cancel()


async def test_a_flood_gets_no_more_than_its_rate(machine: Machine) -> None:
    with probe() as made:
        for _ in range(400):
            made.sendto(request(), (A, machine.ports[0]))
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE_S):
            while len(machine.counted) < 400:
                await asyncio.sleep(0.01)
    assert machine.counted.count(Verdict.BINDING) == 250
    assert machine.counted.count(Verdict.RATE) == 150


async def test_a_port_that_cannot_be_opened_everywhere_is_opened_nowhere() -> None:
    machine = Machine()
    machine.addresses = [B, A]
    with bind(A, machine.ports[0]):
        with pytest.raises(OSError, match="in use"):
            await machine.sockets.open(machine.ports[0])
        bind(B, machine.ports[0]).close()
    machine.sockets.close()
