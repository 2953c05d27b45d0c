"""Why two peers are not connected any more, or never were, for the person; and what of it the other side is told.

Pure.
"""

from typing import Final

from pypeer.errors import ConnectError
from pypeer.protocol.codes import EndCode

END_CODES: Final = {code.value: code for code in EndCode}
"""What the other side can be told of an error; it knows by itself that there was no way."""


SERVER_GONE: Final = "server-gone"
"""The code of what `cut_off` makes."""

SERVER_S: Final = 10.0
"""How long there may be neither a link nor a server that could carry the messages for one, before the first link: a
server restarts within that; whoever waits in front of it for longer should know why."""

BEGUN_S: Final = 60.0
"""The same once there was a link: a laptop that goes from one network to another, or sleeps for a moment, loses both,
and a transfer that has begun is worth waiting for."""

WATCH_S: Final = 0.5
"""Interval at which it is looked whether there is still a server, or a link: what it decides takes seconds."""


def gone() -> ConnectError:
    """The link broke, and none came after it."""
    return ConnectError(
        "The other side has gone: it closed its page or command, or lost its network for too long.", "peer-gone"
    )


def cut_off(has_begun: bool) -> ConnectError:
    """The last attempt had no server to carry its messages; `has_begun` says that there was a link before."""
    if has_begun:
        return ConnectError(
            "The server went away, and with it the way to the other side. What has arrived is kept: try the same again "
            "when the server is back, and it goes on where it stopped.",
            SERVER_GONE,
        )
    return ConnectError(
        "The server went away before the two sides could tell each other how to connect: check your network, and try "
        "again when the server is back.",
        SERVER_GONE,
    )


class Forsaken:
    """Tells when there is nothing to wait for: no link, and no server to make one with."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._has_begun = False

    def seen(self, linked: bool, reachable: bool, now: float) -> bool:
        """How it is now, on any one clock; whether it has been hopeless for too long."""
        self._has_begun |= linked
        if linked or reachable:
            self._since = None
            return False
        if self._since is None:
            self._since = now
        return now - self._since >= (BEGUN_S if self._has_begun else SERVER_S)
