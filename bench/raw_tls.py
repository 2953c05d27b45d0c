"""A bare copy of a file over TLS 1.3 on TCP, with blocking sockets: what Python can do, and nothing else.

`python -m bench.raw_tls send HOST FILE` prints its port, and sends to who comes; `... get HOST PORT FILE` takes.
"""

import json
import socket
import ssl
import sys
import time
from pathlib import Path
from typing import Final

from pypeer.identity import Identity
from pypeer.links.security import context
from pypeer.secure.certificate import Certificate
from pypeer.secure.keys import Role

BLOCK: Final = 256 * 1024
"""Read and written at once; with more it is not quicker."""


def send(host: str, path: Path) -> None:
    """Send a file to the first who comes."""
    listener = socket.create_server((host, 0))
    own = Identity.new().certify()
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    connection, _ = listener.accept()
    secure = _anonymous(own, Role.B)
    with secure.wrap_socket(connection, server_side=True) as wrapped, path.open("rb", buffering=0) as file:
        block = memoryview(bytearray(BLOCK))
        while count := file.readinto(block):
            wrapped.sendall(block[:count])
        wrapped.unwrap()


def get(host: str, port: int, path: Path) -> None:
    """Take it, and print how long it took."""
    own = Identity.new().certify()
    began = time.perf_counter()
    connection = socket.create_connection((host, port))
    secure = _anonymous(own, Role.A)
    with secure.wrap_socket(connection) as wrapped, path.open("wb", buffering=0) as file:
        block = memoryview(bytearray(BLOCK))
        while count := wrapped.recv_into(block):
            file.write(block[:count])
        wrapped.unwrap()
    print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)


def _anonymous(own: Certificate, role: Role) -> ssl.SSLContext:
    """As between peers, but that anybody may come."""
    made = context(role, own, own.der)
    made.verify_mode = ssl.CERT_NONE
    return made


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["send", host, path]:
            send(host, Path(path))
        case ["get", host, port, path]:
            get(host, int(port), Path(path))
        case _:
            raise SystemExit(__doc__)
