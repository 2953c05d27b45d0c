"""Small STUN servers (RFC 8489) that can play a NAT: they tell a port some steps from the true one."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

COOKIE: Final = 0x2112A442
"""RFC 8489, section 5."""


@contextmanager
def stun_server(host: str, step: int = 0) -> Iterator[str]:
    """Serve on a free UDP port while the block lasts; gives its URL. `step` is added to each port that it tells."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((host, 0))
        thread = threading.Thread(target=_serve, args=(server, step))
        thread.start()
        try:
            yield f"stun:{host}:{server.getsockname()[1]}"
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as knock:
                knock.sendto(b"", server.getsockname())
            thread.join()


def _serve(server: socket.socket, step: int) -> None:
    while True:
        request, (host, port) = server.recvfrom(2048)
        if not request:
            return
        server.sendto(_answer(request[4:20], host, port + step), (host, port))


def _answer(transaction: bytes, host: str, port: int) -> bytes:
    """A success response with XOR-MAPPED-ADDRESS; the cookie is the first part of what goes by `transaction`."""
    (address,) = struct.unpack("!I", socket.inet_aton(host))
    mapped = struct.pack("!HHBBHI", 0x0020, 8, 0, 1, port ^ (COOKIE >> 16), address ^ COOKIE)
    return struct.pack("!HH", 0x0101, len(mapped)) + transaction + mapped
