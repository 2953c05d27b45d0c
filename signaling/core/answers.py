"""What a request is answered with where it has nothing else to tell: that it took effect, or why it did not."""

import math
from typing import Final

from signaling.protocol.codes import Action, ErrorCode
from signaling.protocol.messages import Error, Ok, Request

UNNUMBERED: Final = 0
"""`seq` of a message before its session has numbered it."""


def ok(request: Request) -> Ok:
    """The answer to a request that took effect, and has nothing else to tell."""
    return Ok(seq=UNNUMBERED, re=request.id)


def failed(request: Request, code: ErrorCode, message: str, wait: float | None = None) -> Error:
    """The answer to a request that did not take effect."""
    told = None if wait is None else wait_to_tell(wait)
    return Error(code=code, message=message, retry=code.action is Action.RETRY, wait=told, re=request.id)


def wait_to_tell(wait: float) -> float:
    """Seconds, rounded up: whoever waits as told must not come too early."""
    return math.ceil(wait * 1000) / 1000


def unknown_library(request: Request) -> Error:
    """The answer to a request for a library that is not there, or not for this session to change."""
    text = "this library is not there, or is another session's: search again"
    return failed(request, ErrorCode.UNKNOWN_LIBRARY, text)
