"""Why two peers are not connected any more, or never were, for the person; and what of it the other side is told."""

from typing import Final

from pypeer.errors import ConnectError
from pypeer.protocol.codes import EndCode

END_CODES: Final = {code.value: code for code in EndCode}
"""What the other side can be told of an error; it knows by itself that there was no way."""


def gone() -> ConnectError:
    """The link broke, and none came after it."""
    return ConnectError("The other side has gone: it closed its page or command, or lost its network for too long.")


def cut_off(has_begun: bool) -> ConnectError:
    """The last attempt had no server to carry its messages; `has_begun` says that there was a link before."""
    if has_begun:
        return ConnectError(
            "The server went away, and with it the way to the other side. What has arrived is kept: try the same again "
            "when the server is back, and it goes on where it stopped."
        )
    return ConnectError(
        "The server went away before the two sides could tell each other how to connect: check your network, and try "
        "again when the server is back."
    )
