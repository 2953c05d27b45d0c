"""A connection through a proxy of this network: CONNECT (RFC 9110, section 9.3.6), SOCKS 5 (RFC 1928) or SOCKS 4.

CONNECT is spoken here, since python-socks takes whatever comes first for the whole answer, and the rest of an answer
in two packets would be taken for the other side's.
"""

import asyncio
import base64
import contextlib
import re
import socket
from typing import Final

from python_socks import ProxyConnectionError
from python_socks import ProxyError as SocksError
from python_socks.async_.asyncio import Proxy as SocksProxy

from pypeer.connect.ice.candidate import join
from pypeer.proxies import Kind, Proxy
from signaling.protocol.values import Address

HEAD_BYTES: Final = 16 * 1024
"""Longest answer taken from a proxy: more than any header that one adds."""

_status = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([^\r\n]*))?\r?\n")


class ProxyFailedError(Exception):
    """The proxy did not lead there: its answer, 0 if there was none, and what happened, for a person."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


async def dial(proxy: Proxy, remote: Address) -> socket.socket:
    """A connection that leads to an address; raises ProxyFailedError. How long it may take is the caller's."""
    connection = await (_connect(proxy, remote) if proxy.kind is Kind.HTTP else _socks(proxy, remote))
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


async def _socks(proxy: Proxy, remote: Address) -> socket.socket:
    secret = (proxy.username or None, proxy.password or None)
    try:
        return await SocksProxy(proxy.type, proxy.host, proxy.port, *secret).connect(*remote)
    except SocksError as error:
        raise ProxyFailedError(error.error_code or 0, str(error)) from None
    except (ProxyConnectionError, OSError) as error:
        raise ProxyFailedError(0, _unreachable(error)) from None


async def _connect(proxy: Proxy, remote: Address) -> socket.socket:
    connection = None
    try:
        connection = await _reach(proxy)
        code, reason = await _ask(connection, request(proxy, remote))
    except BaseException as error:
        if connection is not None:
            connection.close()
        if isinstance(error, OSError):
            raise ProxyFailedError(0, _unreachable(error)) from None
        raise
    if not 200 <= code < 300:
        connection.close()
        raise ProxyFailedError(code, f"it answers {reason or 'nothing that can be read'}")
    return connection


async def _reach(proxy: Proxy) -> socket.socket:
    """A connection to the proxy, at the first of its addresses that takes one."""
    loop = asyncio.get_running_loop()
    last = OSError("its name has no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(proxy.host, proxy.port, type=socket.SOCK_STREAM):
        connection = socket.socket(family, kind, protocol)
        connection.setblocking(False)
        try:
            await loop.sock_connect(connection, address)
        except OSError as error:
            connection.close()
            last = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise last


async def _ask(connection: socket.socket, asked: bytes) -> tuple[int, str]:
    """Status and reason of the answer; the other side is silent until we speak, so nothing of it comes along."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(connection, asked)
    head = b""
    while b"\r\n\r\n" not in head and len(head) < HEAD_BYTES:
        more = await loop.sock_recv(connection, HEAD_BYTES)
        if not more:
            break
        head += more
    found = _status.match(head)
    return (int(found[1]), (found[2] or b"").decode(errors="replace")) if found is not None else (0, "")


def request(proxy: Proxy, remote: Address) -> bytes:
    """What a proxy is asked."""
    target = join(*remote)
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if proxy.username:
        secret = base64.b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()
        lines.append(f"Proxy-Authorization: Basic {secret}")
    return "\r\n".join([*lines, "", ""]).encode()


def _unreachable(error: OSError) -> str:
    return f"it cannot be reached ({error.strerror or error or type(error).__name__})"
