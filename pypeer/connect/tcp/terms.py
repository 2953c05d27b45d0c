"""What all links over TCP to one peer have in common."""

from collections.abc import Callable
from dataclasses import dataclass

from pypeer.connect.options import ConnectOptions
from pypeer.connect.servers import Servers
from pypeer.identity import Identity
from pypeer.secure.keys import Role


@dataclass(frozen=True, slots=True)
class Terms:
    """Who the two are: `peer` is the other's public key, `bind` that of the meeting. `servers` tell us how we look."""

    role: Role
    bind: bytes
    identity: Identity
    peer: bytes
    options: ConnectOptions
    servers: Callable[[], Servers] = Servers
