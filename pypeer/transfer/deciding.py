"""Whether what is offered is wanted."""

from collections.abc import Awaitable, Callable

from pypeer.events import Offered

Decide = Callable[[Offered], Awaitable[bool]]
"""Asks the person: whether to accept what is offered."""


async def accept_all(offered: Offered) -> bool:
    """Accept whatever is offered."""
    return True
