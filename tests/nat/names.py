"""A resolver at a client, as its system has one (RFC 1035): it knows the names of /etc/hosts and denies all others.

Chromium opens pages by what the system's library says, but looks up the names of STUN and TURN servers by asking a
resolver; without one it has no such server that is known by name, and notices only after 13 s.
"""

import asyncio
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

RESOLVER: Final = "127.0.0.53"
"""Where the resolvers of many systems listen, and only this client asks."""

PORT: Final = 53
LIFE_S: Final = 60
"""Nothing changes while a laboratory lasts."""

HEAD_BYTES: Final = 12
RECORDS: Final = {1: socket.AF_INET, 28: socket.AF_INET6}
"""A and AAAA."""

_THE_NAME: Final = b"\xc0\x0c"
"""Points to the name in the question."""


def hosts() -> dict[str, list[str]]:
    """The addresses of each name in /etc/hosts."""
    found: dict[str, list[str]] = {}
    for line in Path("/etc/hosts").read_text().splitlines():
        address, *names = line.split()
        for name in names:
            found.setdefault(name, []).append(address)
    return found


def answer(query: bytes, known: Mapping[str, list[str]]) -> bytes | None:
    """The answer to a query of one question; None to what is none. Pure."""
    labels, at = [], HEAD_BYTES
    while at < len(query) and query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode(errors="replace"))
        at += query[at] + 1
    question = query[HEAD_BYTES : at + 5]
    if len(question) < 5 or at + 5 > len(query):
        return None
    addresses = known.get(".".join(labels).lower())
    records = _records(int.from_bytes(query[at + 1 : at + 3], "big"), addresses or [])
    status = 0 if addresses else 3  # no such name (section 4.1.1)
    head = query[:2] + bytes((0x81, 0x80 | status)) + bytes((0, 1, 0, len(records), 0, 0, 0, 0))
    return head + question + b"".join(records)


def _records(kind: int, addresses: list[str]) -> list[bytes]:
    family = RECORDS.get(kind)
    fitting = [each for each in addresses if family is not None and (":" in each) is (family is socket.AF_INET6)]
    packed = [socket.inet_pton(cast(socket.AddressFamily, family), each) for each in fitting]
    fixed = _THE_NAME + kind.to_bytes(2, "big") + b"\x00\x01" + LIFE_S.to_bytes(4, "big")
    return [fixed + len(each).to_bytes(2, "big") + each for each in packed]


class _Resolver(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self._transport: asyncio.DatagramTransport | None = None
        self._known = hosts()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        found = answer(data, self._known)
        if found is not None and self._transport is not None:
            self._transport.sendto(found, addr)


async def resolve_here() -> None:
    """Answer this client's questions until the loop ends."""
    await asyncio.get_running_loop().create_datagram_endpoint(_Resolver, local_addr=(RESOLVER, PORT))
