"""The life of the process: listen, say where, wait for a signal, drain, end."""

import asyncio
import os
import shutil
import signal
import ssl
import sys
from collections.abc import Collection
from contextlib import AsyncExitStack
from pathlib import Path

from pypeer.heap import settle
from pypeer.loops import loop_factory
from signaling.checks import SettingsError
from signaling.http.app import NODE, make_app, make_metrics_app
from signaling.http.governing import read
from signaling.http.helping import open_stun
from signaling.http.listening import bind, listen
from signaling.http.node import Node
from signaling.logs import line, log
from signaling.settings import EVERYWHERE, Settings


def run(settings: Settings, named: Collection[str] = ()) -> None:
    """Serve in an event loop of its own; raises as `serve` does, and KeyboardInterrupt."""
    settle()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve(settings, named))


async def serve(settings: Settings, named: Collection[str] = ()) -> None:
    """Serve until SIGTERM or SIGINT; raises ListenError and SettingsError.

    `named` are the settings that the operator has chosen. What is not among them must not keep the server from
    starting, where it can do without.
    """
    context = _tls(settings)
    app = make_app(settings)
    await app[NODE].govern(read(settings))
    stop = _stop_on_signals()
    _read_again_on_sighup(app[NODE], settings)
    async with AsyncExitStack() as stack:
        site, port = await bind(stack, app, settings.host, settings.port, context)
        await open_stun(stack, app[NODE], settings, named, context)
        if settings.metrics_address:
            await listen(stack, make_metrics_app(app), *settings.metrics_address, None)
        # Only now: who came before the relay listens would be told of none, or meet nobody there.
        await site.start()
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
    send = f"{pypeer_command()} send FILE{'' if default else f' --server {url}'}"
    print(f"Byway is ready: {url}", f"Try: {send}", sep="\n", flush=True)


def pypeer_command() -> str:
    """How to call `pypeer` from here: it was installed with this program, though maybe not on the PATH."""
    beside = Path(sys.executable).with_name("pypeer")
    if shutil.which("pypeer") or not beside.exists():
        return "pypeer"
    return os.path.relpath(beside) if beside.is_relative_to(Path.cwd()) else str(beside)


def page_url(settings: Settings, port: int) -> str:
    """Where a person on this machine finds the page."""
    if settings.public_url:
        return f"{settings.public_origin}/"
    scheme, default = ("https", 443) if settings.tls_cert else ("http", 80)
    host = "localhost" if settings.host in (EVERYWHERE, "0.0.0.0", "::") else settings.host
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}/" if port == default else f"{scheme}://{host}:{port}/"


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


def _read_again_on_sighup(node: Node, settings: Settings) -> None:
    tasks = set[asyncio.Task[None]]()

    def again() -> None:
        task = asyncio.create_task(_read_again(node, settings))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    if hasattr(signal, "SIGHUP"):
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, again)


async def _read_again(node: Node, settings: Settings) -> None:
    """A list that cannot be read changes nothing: the others of its operator's decisions hold on."""
    try:
        control = read(settings)
    except SettingsError as error:
        log.error(line("lists-unreadable", error=error))
        return
    await node.govern(control)
    log.info(line("lists-read"))


def _stop(loop: asyncio.AbstractEventLoop, number: signal.Signals, stop: asyncio.Event) -> None:
    """Begin to end; the same signal once more then ends the process as it does by default."""
    log.info(line("signal", name=number.name))
    loop.remove_signal_handler(number)
    stop.set()
