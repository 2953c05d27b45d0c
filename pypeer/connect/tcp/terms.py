"""What all links over TCP to one peer have in common."""

from dataclasses import dataclass

from pypeer.connect.options import ConnectOptions
from pypeer.identity import Identity
from pypeer.secure.keys import Role


@dataclass(frozen=True, slots=True)
class Terms:
    """Who the two are: `peer` is the other's public key, `bind` that of the meeting."""

    role: Role
    bind: bytes
    identity: Identity
    peer: bytes
    options: ConnectOptions
