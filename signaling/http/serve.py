"""The life of the process: listen, say where, wait for a signal, drain, end."""

import asyncio
import os
import signal
import socket
import ssl
from contextlib import AsyncExitStack, ExitStack
from typing import Final

from aiohttp import web

from signaling.http.app import NODE, make_app, make_metrics_app
from signaling.logs import line, log
from signaling.relay.udp import StunProtocol
from signaling.settings import EVERYWHERE, Settings, SettingsError

BACKLOG: Final = 1024
"""Connections the kernel may hold while the loop is busy: everybody comes back at once after a restart."""


class ListenError(Exception):
    """The server cannot listen where it was told to."""


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; raises ListenError and SettingsError."""
    context = _tls(settings)
    app = make_app(settings)
    stop = _stop_on_signals()
    async with AsyncExitStack() as stack:
        site, port = await _listen(stack, app, settings.host, settings.port, context)
        if settings.turn_port:
            await _listen_udp(stack, settings.host, settings.turn_port)
        if settings.metrics_address:
            await _listen(stack, make_metrics_app(app), *settings.metrics_address, None)
        announce(settings, port)
        await stop.wait()
        app[NODE].hub.draining = True
        await site.stop()
        await app[NODE].drain()
    log.info(line("ended"))


def announce(settings: Settings, port: int) -> None:
    """Say where the page is, and what to try next."""
    url = page_url(settings, port)
    log.info(line("listening", host=settings.host, port=port, url=url))
    default = url == "http://localhost:8080/"
    print(
        f"Byway is ready: {url}", f"Try: pypeer send FILE{'' if default else f' --server {url}'}", sep="\n", flush=True
    )


def page_url(settings: Settings, port: int) -> str:
    """Where a person on this machine finds the page."""
    if settings.public_url:
        return f"{settings.public_origin}/"
    scheme, default = ("https", 443) if settings.tls_cert else ("http", 80)
    host = "localhost" if settings.host in (EVERYWHERE, "0.0.0.0", "::") else settings.host
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}/" if port == default else f"{scheme}://{host}:{port}/"


async def _listen(
    stack: AsyncExitStack, app: web.Application, host: str, port: int, context: ssl.SSLContext | None
) -> tuple[web.SockSite, int]:
    listener = stack.enter_context(_bind(host, port))
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    site = web.SockSite(runner, listener, ssl_context=context, backlog=BACKLOG)
    await site.start()
    return site, listener.getsockname()[1]


async def _listen_udp(stack: AsyncExitStack, host: str, port: int) -> None:
    listener = stack.enter_context(_bind_udp(host, port))
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(StunProtocol, sock=listener)
    stack.callback(transport.close)


def _bind_udp(host: str, port: int) -> socket.socket:
    try:
        everywhere = "::" if socket.has_dualstack_ipv6() else "0.0.0.0"
        name = everywhere if host == EVERYWHERE else host
        family, *_, address = socket.getaddrinfo(name, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)[0]
        with ExitStack() as stack:
            listener = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            if host == EVERYWHERE and family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            listener.bind(address)
            stack.pop_all()
            return listener
    except OSError as error:
        reason = error.strerror or str(error)
        raise ListenError(f"cannot listen on {host}, UDP port {port}: {reason}; choose with --turn-port") from None


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


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if not settings.tls_cert:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except OSError as error:
        raise SettingsError(f"tls_cert: cannot use {settings.tls_cert} with {settings.tls_key}: {error}") from None
    return context


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, loop, number, stop)
    return stop


def _stop(loop: asyncio.AbstractEventLoop, number: signal.Signals, stop: asyncio.Event) -> None:
    """Begin to end; the same signal once more then ends the process as it does by default."""
    log.info(line("signal", name=number.name))
    loop.remove_signal_handler(number)
    stop.set()
