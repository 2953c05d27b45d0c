"""Relays of both versions of IP and between them, at all addresses of this machine."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.protocol.values import Address
from signaling.relay.turn import credentials
from signaling.relay.turn.authentication import REALM
from tests.integration.test_stun import free_ports, probe
from tests.integration.test_turn import SECRET
from tests.support.commands import running_server

UDP: Final = (Attribute.REQUESTED_TRANSPORT, bytes((17, 0, 0, 0)))
IPV6: Final = (Attribute.REQUESTED_ADDRESS_FAMILY, bytes((2, 0, 0, 0)))
BOTH: Final = (Attribute.ADDITIONAL_ADDRESS_FAMILY, bytes((2, 0, 0, 0)))


class Client:
    """A client that asks and waits."""

    def __init__(self, made: socket.socket, server: Address, member: str) -> None:
        self.socket = made
        self.server = server
        self.name, password = credentials.make(SECRET, "pair", member, time.time() + 60)
        self.key = stun.long_term_key(self.name, REALM, password)
        self.nonce = b""
        self.asked = 0
        self.relays: list[Address] = []

    def ask(self, method: Method, *attributes: tuple[int, bytes], peer: Address | None = None) -> Message:
        """A signed request and its answer."""
        self.asked += 1
        transaction = self.asked.to_bytes(12, "big")
        given = [*attributes]
        if peer is not None:
            given.append((Attribute.XOR_PEER_ADDRESS, values.xor_address(peer, transaction)))
        auth = [(Attribute.USERNAME, self.name.encode()), (Attribute.REALM, REALM.encode())]
        auth.append((Attribute.NONCE, self.nonce))
        self.socket.sendto(stun.encode(method, Class.REQUEST, transaction, [*given, *auth], self.key), self.server)
        answer, source = self.socket.recvfrom(2048)
        assert source[:2] == self.server
        return stun.decode(answer)

    def allocate(self, *attributes: tuple[int, bytes]) -> None:
        """Get an allocation; the first answer brings the nonce."""
        self.nonce = self.ask(Method.ALLOCATE, UDP).get(Attribute.NONCE) or b""
        answer = self.ask(Method.ALLOCATE, UDP, *attributes)
        self.relays = answer.xor_addresses(Attribute.XOR_RELAYED_ADDRESS)
        assert self.relays, answer.error()

    def bind(self, peer: Address) -> None:
        """Bind the first channel."""
        answer = self.ask(Method.CHANNEL_BIND, (Attribute.CHANNEL_NUMBER, b"\x40\0\0\0"), peer=peer)
        assert answer.kind is Class.SUCCESS, answer.error()

    def send(self, payload: bytes) -> None:
        """Send by the channel."""
        self.socket.sendto(b"\x40\0" + len(payload).to_bytes(2, "big") + payload, self.server)

    def hear(self) -> bytes:
        """What comes by the channel."""
        data = self.socket.recv(2048)
        assert data[:2] == b"\x40\0"
        return data[4:]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server at all addresses of this machine."""
    port, _ = free_ports()
    options = ("--host", "*", "--turn-port", str(port), "--stun-alt-port", "0", "--turn-secret", SECRET)
    with running_server(tmp_path_factory.mktemp("server"), *options):
        yield port


@contextmanager
def client(host: str, port: int, member: str) -> Iterator[Client]:
    """A client that comes to an address of the server."""
    with probe(host) as made:
        yield Client(made, (host, port), member)


@pytest.mark.parametrize(
    ("hosts", "asked", "picks"),
    [
        (("127.0.0.1", "127.0.0.1"), ((), ()), (0, 0)),
        (("127.0.0.1", "::1"), ((), ()), (0, 0)),
        (("127.0.0.1", "::1"), ((IPV6,), (IPV6,)), (0, 0)),
        (("::1", "::1"), ((BOTH,), (BOTH,)), (1, 1)),
        (("::1", "127.0.0.1"), ((BOTH,), (IPV6,)), (1, 0)),
    ],
    ids=["ipv4", "ipv4 relays of both", "ipv6 relays of both", "dual, by ipv6", "dual and ipv6"],
)
def test_two_members_whatever_their_ip(
    port: int, hosts: tuple[str, str], asked: tuple[tuple[tuple[int, bytes], ...], ...], picks: tuple[int, int]
) -> None:
    with client(hosts[0], port, "a") as one, client(hosts[1], port, "b") as other:
        one.allocate(*asked[0])
        other.allocate(*asked[1])
        one.bind(other.relays[picks[1]])
        other.bind(one.relays[picks[0]])
        one.send(b"over")
        assert other.hear() == b"over"
        other.send(b"back")
        assert one.hear() == b"back"


def test_a_dual_allocation_is_in_both_and_neither_reaches_across(port: int) -> None:
    with client("127.0.0.1", port, "a") as one:
        one.allocate(BOTH)
        assert [":" in host for host, _ in one.relays] == [False, True]
    with client("127.0.0.1", port, "a") as four:
        four.allocate()
        assert four.ask(Method.CREATE_PERMISSION, peer=("2a00::1", 1)).error() == (443, "")


def test_told_elsewhere_the_addresses_are_those_of_the_nat(tmp_path: Path) -> None:
    port, _ = free_ports()
    options = ("--turn-port", str(port), "--stun-alt-port", "0", "--turn-secret", SECRET)
    nat = ("--relay-address", "203.0.113.7", "--relay-ports", "50000-50099")
    with running_server(tmp_path, *options, *nat), client("127.0.0.1", port, "a") as one:
        one.allocate()
        [(host, relayed)] = one.relays
        assert host == "203.0.113.7"
        assert 50000 <= relayed < 50100
