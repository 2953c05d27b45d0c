"""A home router that maps ports on request, by one of three protocols. Runs in the router's namespace.

A mapping is an element of the maps `forwarded` and `kept` of the router's rules (rules.py), which forget it in time.
"""

import asyncio
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

from tests.nat import gateway_wire as wire
from tests.nat.sites import Gateway

HTTP_PORT: Final = 5000
SSDP: Final = ("239.255.255.250", 1900)
LONGEST_S: Final = 3600
TAKEN: Final = 718
"""ConflictInMappingEntry."""
NOT_FOUND: Final = 714
"""NoSuchEntryInArray."""

Key = tuple[str, int]


class Leases:
    """Who has which public port, and until when."""

    def __init__(self) -> None:
        self._began = monotonic()
        self._held: dict[Key, tuple[str, int, float]] = {}

    @property
    def epoch(self) -> int:
        """Seconds since the table was empty."""
        return int(monotonic() - self._began)

    @property
    def public(self) -> str:
        """The router's public address."""
        shown = subprocess.run(["ip", "-4", "-o", "addr", "show", "wan"], capture_output=True, text=True, check=True)
        return shown.stdout.split()[3].partition("/")[0]

    def change(self, client: str, wish: wire.Wish) -> wire.Lease:
        """Map or unmap; another public port than the wished one where that is somebody else's."""
        for key, held in tuple(self._held.items()):
            if key[0] == wish.protocol and held[:2] == (client, wish.inside):
                self.drop(key)
        lifetime = min(wish.lifetime, LONGEST_S)
        outside = wish.outside or wish.inside
        while self.owner((wish.protocol, outside)) is not None:
            outside = outside % 65_535 + 1
        if lifetime:
            self._held[wish.protocol, outside] = (client, wish.inside, monotonic() + lifetime)
            _element("add", wish.protocol, outside, client, wish.inside, f" timeout {lifetime}s")
        return wire.Lease(self.public, outside, lifetime, self.epoch)

    def owner(self, key: Key) -> tuple[str, int] | None:
        """Whose a public port is now."""
        held = self._held.get(key)
        return held[:2] if held is not None and held[2] > monotonic() else None

    def drop(self, key: Key) -> None:
        """Give a public port back."""
        client, inside, expires = self._held.pop(key)
        if expires > monotonic():
            _element("delete", *key, client, inside)


def _element(what: str, protocol: str, outside: int, client: str, inside: int, timeout: str = "") -> None:
    """Forward the public port in, and let the client's own packets leave by it."""
    for name, key, value in (
        ("forwarded", f"{protocol} . {outside}", f"{client} . {inside}"),
        ("kept", f"{client} . {protocol} . {inside}", str(outside)),
    ):
        rule = f"{what} element ip translation {name} {{ {key}{timeout} : {value} }}"
        subprocess.run(["nft", rule], check=False, stderr=subprocess.DEVNULL)  # it may have timed out just now


class Datagrams(asyncio.DatagramProtocol):
    """Answers each datagram by a function of it and its source."""

    def __init__(self, answer: Callable[[bytes, str], bytes | None]) -> None:
        self._answer = answer
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: Any) -> None:
        """The socket is open."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """A request came."""
        if data and self._transport is not None and (answer := self._answer(data, addr[0])) is not None:
            self._transport.sendto(answer, addr)


def nat_pmp(leases: Leases) -> Callable[[bytes, str], bytes | None]:
    """The server of RFC 6886."""

    def answer(data: bytes, source: str) -> bytes | None:
        operation = data[1] if len(data) > 1 else 0
        if data[0] != 0:
            return wire.pmp_refusal(operation, wire.UNSUPPORTED_VERSION, leases.epoch)
        if operation == 0:
            return wire.pmp_address(leases.public, leases.epoch)
        wish = wire.pmp_wish(data)
        if wish is None:
            return wire.pmp_refusal(operation, wire.PMP_UNSUPPORTED_OPCODE, leases.epoch)
        return wire.pmp_lease(data, wish, leases.change(source, wish))

    return answer


def pcp(leases: Leases) -> Callable[[bytes, str], bytes | None]:
    """The server of RFC 6887, opcode MAP."""

    def answer(data: bytes, source: str) -> bytes | None:
        result = wire.pcp_result(data, source)
        wish = wire.pcp_wish(data) if result == wire.SUCCESS else None
        if wish is None:
            return wire.pcp_refusal(data, result or wire.PCP_UNSUPPORTED_OPCODE, leases.epoch)
        return wire.pcp_lease(data, leases.change(source, wish))

    return answer


class Upnp:
    """IGD:1 over HTTP."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next((int(line[15:]) for line in head.splitlines() if line.lower().startswith("content-length:")), 0)
        body = (await reader.readexactly(length)).decode()
        status, text = (200, wire.description()) if head.startswith("GET ") else self._act(body)
        kind = "Content-Type: text/xml\r\nConnection: close"
        writer.write(f"HTTP/1.1 {status} Laboratory\r\n{kind}\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())
        await writer.drain()
        writer.close()

    def _act(self, body: str) -> tuple[int, str]:
        action, values = wire.soap_action(body)
        key = values.get("NewProtocol", "").lower(), int(values.get("NewExternalPort") or 0)
        match action:
            case "GetExternalIPAddress":
                return 200, wire.soap_answer(action, NewExternalIPAddress=self._leases.public)
            case "AddPortMapping":
                client, inside = values["NewInternalClient"], int(values["NewInternalPort"])
                if self._leases.owner(key) not in (None, (client, inside)):
                    return 500, wire.soap_fault(TAKEN, "ConflictInMappingEntry")
                lifetime = int(values.get("NewLeaseDuration") or 0) or LONGEST_S
                self._leases.change(client, wire.Wish(key[0], inside, key[1], lifetime))
                return 200, wire.soap_answer(action)
            case "DeletePortMapping":
                if self._leases.owner(key) is None:
                    return 500, wire.soap_fault(NOT_FOUND, "NoSuchEntryInArray")
                self._leases.drop(key)
                return 200, wire.soap_answer(action)
            case _:
                return 500, wire.soap_fault(401, "Invalid Action")


def _ssdp_socket(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", SSDP[1]))
    member = struct.pack("4s4s", socket.inet_aton(SSDP[0]), socket.inet_aton(address))
    listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    return listener


async def main(kind: Gateway, address: str) -> None:
    """Serve for ever."""
    loop, leases = asyncio.get_running_loop(), Leases()
    if kind is Gateway.UPNP:
        location = f"http://{address}:{HTTP_PORT}/description.xml"
        await asyncio.start_server(Upnp(leases).accept, address, HTTP_PORT)
        search = Datagrams(lambda data, _: wire.ssdp_answer(data, location))
        await loop.create_datagram_endpoint(lambda: search, sock=_ssdp_socket(address))
    else:
        server = Datagrams(pcp(leases) if kind is Gateway.PCP else nat_pmp(leases))
        await loop.create_datagram_endpoint(lambda: server, local_addr=(address, wire.PORT))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Gateway(sys.argv[1]), sys.argv[2]))
