"""Routers that map ports, by whichever protocol they speak: PCP, else NAT-PMP, else UPnP."""

import asyncio
import contextlib
import ipaddress
import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, TypeVar

import aiohttp

from pypeer.connect.mapping import igd, wire
from pypeer.connect.mapping.route import router_of
from pypeer.connect.mapping.wire import Granted, Refused, Wish
from pypeer.loops import readable
from signaling.protocol.values import Address

PAUSES_S: Final = (0.15, 0.3, 0.6, 1.2)
"""When a datagram is sent again: routers are one hop away, but small ones are slow when they are busy. RFC 6886,
section 3.1, begins with 0.25 s and goes on for two minutes; after these 2.25 s the two peers have another way."""

PATIENCE_S: Final = 0.45
"""How long a router is waited for that does not answer datagrams, where one answers the search for UPnP: two tries."""

HTTP_S: Final = aiohttp.ClientTimeout(total=3.0)
"""Bound of an order by UPnP; small routers take their time."""

SEARCH_S: Final = 1.3
"""How long a router may take to answer the search: it waits up to a second (MX: 1)."""

PORTS_TRIED: Final = 4
"""Public ports asked for by UPnP, where the first is somebody else's."""

T = TypeVar("T")


class MappingError(Exception):
    """No router maps this port; the text says why."""


async def ask(wish: Wish) -> Granted:
    """A public port for one of ours, or, without a lifetime, give it back; raises MappingError."""
    router = router_of(wish.inside[0])
    if router is None:
        raise MappingError("no router")
    searching = asyncio.create_task(_find(wish.inside[0]))
    asking = asyncio.create_task(_by_datagrams(router, wish))
    try:
        await asyncio.wait((asking,), timeout=PATIENCE_S)
        await asyncio.wait((asking, searching), return_when=asyncio.FIRST_COMPLETED)
        service = None if _has_granted(asking) else await searching
        if service is None or _has_granted(asking):
            return await asking
        return await _by_upnp(service, wish, _why_not(asking))
    finally:
        for task in (asking, searching):
            task.cancel()
        await asyncio.gather(asking, searching, return_exceptions=True)


def _has_granted(asking: asyncio.Task[Granted]) -> bool:
    return asking.done() and asking.exception() is None


def _why_not(asking: asyncio.Task[Granted]) -> str:
    return str(asking.exception()) if asking.done() else "silence"


async def _by_datagrams(router: str, wish: Wish) -> Granted:
    """By PCP, or NAT-PMP where the answer is of that."""
    async with _asking(wish.inside[0], (router, wire.PORT)) as question:
        answer = await question(wire.pcp_request(wish), partial(_pcp, wish))
        if isinstance(answer, Granted):
            return answer
        if answer is None or answer.version != wire.VERSION_PMP:
            raise MappingError("silence" if answer is None else f"the router refuses (PCP {answer.code})")
        return await _by_pmp(question, wish)


class Question:
    """A socket to one router; call it with a request, and what reads the answer."""

    def __init__(self, asking: socket.socket) -> None:
        self._asking = asking

    async def __call__(self, request: bytes, read: Callable[[bytes], T]) -> T | None:
        """The answer; None if none comes."""
        loop = asyncio.get_running_loop()
        for pause in PAUSES_S:
            with contextlib.suppress(TimeoutError, OSError):
                await loop.sock_sendall(self._asking, request)
                async with asyncio.timeout(pause):
                    while True:
                        found = read(await loop.sock_recv(self._asking, 1100))
                        if found is not None:
                            return found
        return None


async def _by_pmp(question: Question, wish: Wish) -> Granted:
    answer = await question(wire.pmp_request(wish), partial(_pmp, wish))
    if not isinstance(answer, Granted):
        raise MappingError("silence" if answer is None else f"the router refuses (NAT-PMP {answer.code})")
    host = await question(wire.pmp_question(), wire.pmp_public) if wish.lifetime else ""
    if host is None:
        raise MappingError("the router does not tell its address")
    return Granted(host, answer.port, answer.lifetime)


def _pcp(wish: Wish, data: bytes) -> Granted | Refused | None:
    return wire.pcp_answer(data, wish)


def _pmp(wish: Wish, data: bytes) -> Granted | Refused | None:
    return wire.pmp_answer(data, wish)


@asynccontextmanager
async def _asking(host: str, router: Address) -> AsyncIterator[Question]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setblocking(False)
        try:
            asking.bind((host, 0))
            asking.connect(router)
        except OSError as error:
            raise MappingError(str(error)) from None
        yield Question(asking)


async def _find(host: str) -> igd.Service | None:
    """The service of a router around that maps ports."""
    try:
        async with asyncio.timeout(SEARCH_S):
            url = await _search(host)
        async with aiohttp.ClientSession(timeout=HTTP_S) as session, session.get(url) as answer:
            return igd.service(await _text(answer), url)
    except (OSError, TimeoutError, aiohttp.ClientError):
        return None


async def _search(host: str) -> str:
    """Where the first description is that a router of ours tells."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setblocking(False)
        asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(host))
        asking.bind((host, 0))
        for target in igd.SERVICES:
            asking.sendto(igd.search(target), igd.SSDP)
        while True:
            await readable(asking)
            data, source = asking.recvfrom(2048)
            found = igd.location(data, source[0]) if ipaddress.ip_address(source[0]).is_private else None
            if found is not None:
                return found


async def _by_upnp(service: igd.Service, wish: Wish, before: str) -> Granted:
    try:
        async with aiohttp.ClientSession(timeout=HTTP_S) as session:
            if not wish.lifetime:
                assert wish.outside is not None, "what is given back was granted"
                await _order(session, service, "DeletePortMapping", igd.delete(service.kind, wish, wish.outside[1]))
                return Granted("", 0, 0)
            port, lifetime = await _add(session, service, wish)
            body = igd.order(service.kind, "GetExternalIPAddress")
            return Granted(igd.public(await _order(session, service, "GetExternalIPAddress", body)), port, lifetime)
    except (OSError, TimeoutError, aiohttp.ClientError) as error:
        raise MappingError(f"{before}; UPnP: {error or type(error).__name__}") from None


async def _add(session: aiohttp.ClientSession, service: igd.Service, wish: Wish) -> tuple[int, int]:
    """The port that was granted, and for how long."""
    port, lifetime = wish.outside[1] if wish.outside is not None else wish.inside[1], wish.lifetime
    for _ in range(PORTS_TRIED):
        body = igd.add(service.kind, wish, port, lifetime)
        match igd.fault(await _order(session, service, "AddPortMapping", body)):
            case 0:
                return port, wish.lifetime
            case igd.FOR_EVER:
                lifetime = 0  # which means so, and is all that old routers can; it is given back all the same
            case igd.TAKEN:
                port = random.randint(20_000, 60_000)
            case code:
                raise MappingError(f"the router refuses (UPnP {code})")
    raise MappingError("the router gives every port to somebody else")


async def _order(session: aiohttp.ClientSession, service: igd.Service, action: str, body: str) -> str:
    headers = {"SOAPAction": f'"{service.kind}#{action}"', "Content-Type": 'text/xml; charset="utf-8"'}
    async with session.post(service.url, data=body.encode(), headers=headers) as answer:
        return await _text(answer)


async def _text(answer: aiohttp.ClientResponse) -> str:
    data = await answer.content.read(igd.TEXT_BYTES)
    while len(data) < igd.TEXT_BYTES and (more := await answer.content.read(igd.TEXT_BYTES - len(data))):
        data += more
    return data.decode(errors="replace")
