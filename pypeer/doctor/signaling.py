"""Whether the server can be reached over WebSocket, how fast, and if not, why."""

import asyncio
import contextlib
import errno
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import Any, Final

from yarl import URL

from pypeer import proxies
from pypeer.connect import servers
from pypeer.connect.servers import Servers
from pypeer.doctor.findings import Obstacle, Signaling
from pypeer.errors import ServerError
from pypeer.identity import Identity
from pypeer.signaling_client.client import SignalingClient

SIGN_IN_S: Final = 4.5
"""Bound of connecting and signing in; so all is over within 8 s where nothing gets through."""

AFTER_S: Final = 1.0
"""When to look why it takes so long, while it may still succeed."""

LOOK_S: Final = 2.0
"""Bound of each of two looks: at the name, and at the port."""


class Impatient(ThreadPoolExecutor):
    """Threads that nobody waits for at the end: a name that is looked up in vain takes ten seconds and more."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run it in a thread of its own."""
        future: Future[Any] = Future()

        def work() -> None:
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        if future.set_running_or_notify_cancel():
            Thread(target=work, daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave them alone."""


async def sign_in(server: str) -> tuple[Signaling, Servers]:
    """Sign in, under a new identity, and out; and which servers the server names. Raises ServerError for a bad URL."""
    client = SignalingClient(server, Identity.new(), on_push=lambda message: None)
    url, tls, began = str(client.url), client.url.scheme == "https", time.monotonic()
    failed = asyncio.Event()
    looking = asyncio.create_task(_look_soon(client, failed))
    try:
        error = await _start(client)
        if error is not None:
            failed.set()
            obstacle = _of_error(error) or await looking
            return Signaling(url, False, tls, obstacle=obstacle, message=str(error)), Servers()
        taken = time.monotonic() - began
        looking.cancel()
        told = servers.read(client.ice)
        inside = await relays_inside(client.url)
        return Signaling(url, True, tls, taken, stun=len(told.stun), relays=len(told.relays), inside=inside), told
    finally:
        looking.cancel()
        await client.close()


async def relays_inside(server: URL) -> bool | None:
    """Whether a server relays inside its connections, by what it says to a plain request where WebSockets are for that
    (docs/protocol.md, "The relay inside a WebSocket"); None if that is something else."""
    from aiohttp import ClientError

    try:
        async with (
            asyncio.timeout(LOOK_S),
            proxies.session(server) as session,
            session.get(server / "relay", allow_redirects=False) as answer,
        ):
            return {426: True, 404: False}.get(answer.status)
    except (ClientError, OSError):
        return None
    except proxies.connector_errors():
        return None


async def _start(client: SignalingClient) -> ServerError | None:
    try:
        async with asyncio.timeout(SIGN_IN_S):
            await client.start()
    except TimeoutError:
        return ServerError(f"The server at {client.url} did not answer within {SIGN_IN_S:g} s.", "server-unreachable")
    except ServerError as error:
        return error
    return None


def _of_error(error: ServerError) -> Obstacle | None:
    """What the error itself tells; None if that is nothing."""
    if "certificate" in str(error):
        return Obstacle.CERTIFICATE
    answers = error.code != "server-unreachable" or "not as a Byway server" in str(error)
    return Obstacle.NOT_BYWAY if answers else None


async def _look_soon(client: SignalingClient, failed: asyncio.Event) -> Obstacle:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(AFTER_S):
            await failed.wait()
    return await look(client.url.host or "", client.url.port or 0)


async def look(host: str, port: int) -> Obstacle:
    """Why nothing listens there, as far as a name and a TCP connection tell."""
    if not await _leads_somewhere(host, port):
        return Obstacle.NAME
    try:
        async with asyncio.timeout(LOOK_S):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return Obstacle.SILENT
    except OSError as error:
        return Obstacle.REFUSED if _is_refusal(error) else Obstacle.UNREACHABLE
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return Obstacle.OTHER


def _is_refusal(error: OSError) -> bool:
    """Of one address, or among those of several, which asyncio tells as text only."""
    return isinstance(error, ConnectionRefusedError) or f"[Errno {errno.ECONNREFUSED}]" in str(error)


async def _leads_somewhere(host: str, port: int) -> bool:
    """Whether a name has an address; if nobody tells in time, it has none."""
    with contextlib.suppress(OSError, TimeoutError, UnicodeError):
        async with asyncio.timeout(LOOK_S):
            return bool(await asyncio.get_running_loop().getaddrinfo(host, port))
    return False
