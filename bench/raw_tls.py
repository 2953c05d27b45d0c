"""A bare copy of a file over TLS 1.3 on TCP, with blocking sockets: what Python can do, and nothing else.

`python -m bench.raw_tls send HOST FILE` prints its port, and sends to who comes; `... get HOST PORT FILE` takes.
With `--hash` at the end both hash it on the way, in leaves as BEP 52 has them: what is verified cannot cost less.
"""

import json
import socket
import ssl
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pypeer.identity import Identity
from pypeer.links.security import context
from pypeer.secure.certificate import Certificate
from pypeer.secure.keys import Role
from pypeer.transfer.merkle import chunk_hash

BLOCK: Final = 256 * 1024
"""Read and written at once; with more it is not quicker. It is a chunk, too."""

Hash = Callable[[memoryview], object]


def send(host: str, path: Path, see: Hash) -> None:
    """Send a file to the first who comes."""
    listener = socket.create_server((host, 0))
    own = Identity.new().certify()
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    connection, _ = listener.accept()
    secure = _anonymous(own, Role.B)
    with secure.wrap_socket(connection, server_side=True) as wrapped, path.open("rb", buffering=0) as file:
        block = memoryview(bytearray(BLOCK))
        while count := file.readinto(block):
            see(block[:count])
            wrapped.sendall(block[:count])
        wrapped.unwrap()


def get(host: str, port: int, path: Path, see: Hash) -> None:
    """Take it, and print how long it took."""
    own = Identity.new().certify()
    began = time.perf_counter()
    connection = socket.create_connection((host, port))
    secure = _anonymous(own, Role.A)
    with secure.wrap_socket(connection) as wrapped, path.open("wb", buffering=0) as file:
        block = memoryview(bytearray(BLOCK))
        while count := _fill(wrapped, block):
            see(block[:count])
            file.write(block[:count])
        wrapped.unwrap()
    print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)


def _fill(connection: ssl.SSLSocket, block: memoryview) -> int:
    filled = 0
    while filled < len(block) and (count := connection.recv_into(block[filled:])):
        filled += count
    return filled


def _hash(block: memoryview) -> None:
    chunk_hash(block, BLOCK)


def _anonymous(own: Certificate, role: Role) -> ssl.SSLContext:
    """As between peers, but that anybody may come."""
    made = context(role, own, own.der)
    made.verify_mode = ssl.CERT_NONE
    return made


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["send", host, path, *hashed]:
            send(host, Path(path), _hash if hashed else len)
        case ["get", host, port, path, *hashed]:
            get(host, int(port), Path(path), _hash if hashed else len)
        case _:
            raise SystemExit(__doc__)
