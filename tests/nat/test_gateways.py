"""Routers that map ports on request: asked here in bare bytes, without the product's client."""

import http.client
import re
import socket
import struct
from collections.abc import Callable
from ipaddress import IPv4Address

import pytest

from tests.nat import netns
from tests.nat.lab import Lab
from tests.nat.places import Client
from tests.nat.plan import LAN_PREFIX, SERVER_V4
from tests.nat.reflector import Reflector, endpoint, receive, reflector, udp_socket
from tests.nat.sites import BY_NAME

INSIDE, OUTSIDE = 5555, 40_123
ROUTER = f"{LAN_PREFIX}.1"
SERVICE = "urn:schemas-upnp-org:service:WANIPConnection:1"

Ask = Callable[[Client, int], int]
"""Ask for OUTSIDE to lead to the client's INSIDE for some seconds (0: give it back); gives the port."""


def _reply(client: Client, request: bytes, to: tuple[str, int]) -> bytes:
    with udp_socket(client.netns, client.v4 or "") as asking:
        asking.sendto(request, to)
        answer = receive(asking, 2.0)
    assert answer is not None
    return answer[0]


def ask_nat_pmp(client: Client, seconds: int) -> int:
    """RFC 6886, section 3.3."""
    answer = _reply(client, struct.pack("!BBHHHI", 0, 1, 0, INSIDE, OUTSIDE, seconds), (ROUTER, 5351))
    _, operation, result, _, inside, outside, lifetime = struct.unpack("!BBHIHHI", answer)
    assert (operation, result, inside, lifetime) == (129, 0, INSIDE, seconds)
    return int(outside)


def ask_pcp(client: Client, seconds: int) -> int:
    """RFC 6887, section 11.1."""
    own = bytes(10) + b"\xff\xff" + IPv4Address(client.v4 or "").packed
    nonce = b"twelve bytes"
    body = struct.pack("!12sB3xHH16s", nonce, 17, INSIDE, OUTSIDE, bytes(16))
    answer = _reply(client, struct.pack("!BBHI16s", 2, 1, 0, seconds, own) + body, (ROUTER, 5351))
    version, operation, result, lifetime = struct.unpack_from("!BBxBI", answer)
    assert (version, operation, result, lifetime) == (2, 129, 0, seconds)
    assert answer[24:36] == nonce
    return int(struct.unpack_from("!H", answer, 42)[0])


def ask_upnp(client: Client, seconds: int) -> int:
    """WANIPConnection:1, sections 2.4.16 and 2.4.18."""
    search = (
        f'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: {SERVICE}\r\n\r\n'
    )
    answer = _reply(client, search.encode(), ("239.255.255.250", 1900)).decode()
    found = re.search(r"LOCATION: http://([\d.]+):(\d+)/", answer)
    assert found is not None
    key = f"<NewRemoteHost></NewRemoteHost><NewExternalPort>{OUTSIDE}</NewExternalPort><NewProtocol>UDP</NewProtocol>"
    rest = f"<NewInternalPort>{INSIDE}</NewInternalPort><NewInternalClient>{client.v4}</NewInternalClient>"
    rest += f"<NewEnabled>1</NewEnabled><NewLeaseDuration>{seconds}</NewLeaseDuration>"
    action = "AddPortMapping" if seconds else "DeletePortMapping"
    inner = f'<u:{action} xmlns:u="{SERVICE}">{key}{rest if seconds else ""}</u:{action}>'
    status, text = _post(client, found[1], int(found[2]), f"<s:Envelope><s:Body>{inner}</s:Body></s:Envelope>")
    assert status == 200, text
    return OUTSIDE if seconds else 0


def _post(client: Client, host: str, port: int, body: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    with netns.inside(client.netns):
        connection.connect()
    connection.request("POST", "/control", body, {"Content-Type": "text/xml"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def _comes_in(probe: socket.socket, server: Reflector, public: str) -> bool:
    """Whether a stranger's packet to the public port arrives."""
    server.sockets[1][1].sendto(b"stranger", (public, OUTSIDE))
    return receive(probe) is not None


@pytest.mark.parametrize(
    ("site", "ask"), [("nat-pmp", ask_nat_pmp), ("pcp", ask_pcp), ("upnp", ask_upnp)], ids=("nat-pmp", "pcp", "upnp")
)
def test_a_port_is_mapped_and_given_back(site: str, ask: Ask) -> None:
    """Strangers get in while it is mapped; the client's own packets leave by it, though the router is symmetric."""
    with Lab() as lab, reflector(SERVER_V4) as server:
        place = lab.add(BY_NAME[site])
        client = place.clients[0]
        with udp_socket(client.netns, client.v4 or "", INSIDE) as probe:
            assert not _comes_in(probe, server, place.public)
            assert ask(client, 100) == OUTSIDE
            assert _comes_in(probe, server, place.public)
            for address in (0, 1):
                probe.sendto(b"out", server.endpoint(address, 0))
                assert server.seen(address, 0) == (place.public, OUTSIDE)
            assert endpoint(probe) == (client.v4, INSIDE)
            ask(client, 0)
            server.sockets[1][1].close()
            server.sockets[1][1] = udp_socket("server", SERVER_V4[1])  # the stranger before may still be known
            assert not _comes_in(probe, server, place.public)
