"""What the environment says of the server to use."""

import os
from typing import Final

DEFAULT_SERVER: Final = "http://localhost:8080"
"""Where `signaling` listens when nothing is configured."""

ACCESS_VARIABLE: Final = "BYWAY_ACCESS_WORD"
"""The variable of the environment that holds the access word of a private server."""


def default_server() -> str:
    """The server of the environment (BYWAY_SERVER), else the one on this machine."""
    return os.environ.get("BYWAY_SERVER") or DEFAULT_SERVER


def default_access() -> str:
    """The access word of the environment (BYWAY_ACCESS_WORD), which a private server wants."""
    return os.environ.get(ACCESS_VARIABLE, "")
