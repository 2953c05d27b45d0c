"""The sockets of the page and its WebSockets."""

import os
import socket
import ssl
from contextlib import AsyncExitStack
from typing import Final

from aiohttp import web

from signaling.checks import ListenError
from signaling.settings import EVERYWHERE

BACKLOG: Final = 1024
"""Connections the kernel may hold while the loop is busy: everybody comes back at once after a restart."""

QUIET_S: Final = 125.0
"""How long a connection may be open without a request: longer than proxies keep theirs for the next one (Caddy 120 s,
nginx 60 s), so that none sends into a closing one; and an end to those who connect and say nothing."""


async def listen(
    stack: AsyncExitStack, app: web.Application, host: str, port: int, context: ssl.SSLContext | None
) -> tuple[web.SockSite, int]:
    """Serve an application over HTTP until the stack ends; returns the site and its port, raises ListenError."""
    site, port = await bind(stack, app, host, port, context)
    await site.start()
    return site, port


async def bind(
    stack: AsyncExitStack, app: web.Application, host: str, port: int, context: ssl.SSLContext | None
) -> tuple[web.SockSite, int]:
    """What `listen` does, but who connects waits until the site is started."""
    listener = stack.enter_context(_bind(host, port))
    runner = web.AppRunner(app, access_log=None, handle_signals=False, keepalive_timeout=QUIET_S)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    site = web.SockSite(runner, listener, ssl_context=context, backlog=BACKLOG)
    return site, listener.getsockname()[1]


def _bind(host: str, port: int) -> socket.socket:
    try:
        if host == EVERYWHERE:
            return _bind_everywhere(port)
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise ListenError(f"cannot listen on {host}, port {port}: {reason}; choose with --host and --port") from None


def _bind_everywhere(port: int) -> socket.socket:
    if socket.has_dualstack_ipv6():
        return socket.create_server(("", port), family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=True)
    return socket.create_server(("", port), backlog=BACKLOG)
