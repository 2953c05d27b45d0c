"""Whether the server can be reached over WebSocket, how fast, and if not, why."""

import asyncio
import contextlib
import socket
import time
from typing import Final

from pypeer.connect import servers
from pypeer.connect.servers import Servers
from pypeer.doctor.findings import Obstacle, Signaling
from pypeer.errors import ServerError
from pypeer.identity import Identity
from pypeer.signaling_client.client import SignalingClient

SIGN_IN_S: Final = 4.5
"""Bound of connecting and signing in; so all is over within 8 s where nothing gets through."""

LOOK_S: Final = 2.0
"""Bound of looking why it failed: a name, or a TCP connection."""

BAD_SERVER: Final = "bad-server"
"""Code of the error for an address that cannot be one."""


async def sign_in(server: str) -> tuple[Signaling, Servers]:
    """Sign in, under a new identity, and out; and which servers the server names. Raises ServerError for a bad URL."""
    client = SignalingClient(server, Identity.new(), on_push=lambda message: None)
    url, began = str(client.url), time.monotonic()
    tls = client.url.scheme == "https"
    try:
        async with asyncio.timeout(SIGN_IN_S):
            await client.start()
    except TimeoutError:
        text = f"The server at {url} did not answer within {SIGN_IN_S:g} seconds."
        return Signaling(url, False, tls, obstacle=Obstacle.SILENT, message=text), Servers()
    except ServerError as error:
        obstacle = await _obstacle(client, error)
        return Signaling(url, False, tls, obstacle=obstacle, message=str(error)), Servers()
    taken = time.monotonic() - began
    told = servers.read(client.ice)
    await client.close()
    return Signaling(url, True, tls, taken, stun=len(told.stun), relays=len(told.relays)), told


async def _obstacle(client: SignalingClient, error: ServerError) -> Obstacle:
    text = str(error)
    if "certificate" in text:
        return Obstacle.CERTIFICATE
    if error.code != "server-unreachable" or "not as a Byway server" in text:
        return Obstacle.NOT_BYWAY
    return await look(client.url.host or "", client.url.port or 0)


async def look(host: str, port: int) -> Obstacle:
    """Why nothing listens there, as far as a name and a TCP connection tell."""
    try:
        async with asyncio.timeout(LOOK_S):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return Obstacle.SILENT
    except ConnectionRefusedError:
        return Obstacle.REFUSED
    except socket.gaierror:
        return Obstacle.NAME
    except OSError as error:
        return Obstacle.REFUSED if "refused" in str(error).lower() else Obstacle.UNREACHABLE
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return Obstacle.OTHER
