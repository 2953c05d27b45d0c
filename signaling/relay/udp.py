"""The UDP sockets of the server: one for each of its addresses and ports.

So an answer leaves from the address that was asked, on a machine with several as well, where one socket for all would
leave the choice to the routing table and the client would not know the answer; and it works on every system alike.
"""

import asyncio
import errno
import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, Final, Protocol

import ifaddr

from signaling.datagrams import Handler, Reader, bind
from signaling.logs import line, log
from signaling.protocol.values import Address
from signaling.relay import places
from signaling.relay.stun import StunServer, Verdict

RESCAN_S: Final = 15.0
"""How often to look for addresses that came or went: a laptop that changes networks, a lease that begins after the
server. Looking takes less than a millisecond."""

SOON_S: Final = 1.0
"""How soon to try again with an address that is not ready: in IPv6 it takes a second or two to see that nobody else has
it (RFC 4862, section 5.4)."""


class Relay(Protocol):
    """A relay that shares the first port."""

    def handler(self, at: Address, otherwise: Handler) -> Handler:
        """What handles datagrams that come to an endpoint, and passes on to `otherwise` what is not for a relay."""

    def reached_at(self, addresses: Sequence[str], own: Sequence[str]) -> None:
        """The addresses that are served, and all of this machine's, have changed."""


class StunSockets:
    """STUN at the addresses that `hosts` stand for, at one or two ports: each is opened by `open`."""

    def __init__(
        self,
        hosts: Sequence[str],
        ports: Sequence[int],
        clock: Callable[[], float],
        count: Callable[[Verdict], None],
        interfaces: Callable[[], Iterable[str]] | None = None,
        relay: Relay | None = None,
    ) -> None:
        self._hosts = hosts
        self._ports = ports
        self._clock = clock
        self._count = count
        self._interfaces = interfaces or interface_addresses
        self._server = StunServer(ports, places.partners(hosts))
        self._open_ports: list[int] = []
        self._waiting = False
        self._relay = relay
        self._sockets: dict[Address, Reader] = {}

    @property
    def follows(self) -> bool:
        """Whether the addresses are whichever this machine has."""
        return any(host in places.FAMILIES for host in self._hosts)

    async def open(self, port: int) -> None:
        """Serve at a port of all addresses; raises OSError, and then serves it at none."""
        with ExitStack() as stack:
            opened = {}
            for host in self._addresses():
                listener = self._bind(host, port)
                if listener is not None:
                    opened[host, port] = stack.enter_context(listener)
            stack.pop_all()
        self._open_ports.append(port)
        for endpoint, listener in opened.items():
            self._serve(endpoint, listener)
        self._tell_relay()

    def serves(self, port: int) -> bool:
        """Whether anything is served at a port, now or when there are addresses."""
        return port in self._open_ports

    async def follow(self) -> None:
        """Follow the addresses of this machine, forever."""
        while True:
            await asyncio.sleep(SOON_S if self._waiting else RESCAN_S)
            await self.refresh()

    async def refresh(self) -> None:
        """Serve at addresses that are new, and no longer at those that are gone."""
        try:
            addresses = self._addresses()
        except OSError as error:
            log.debug(line("stun-addresses-unknown", reason=error.strerror))
            return
        self._waiting = False
        wanted = {(host, port) for host in addresses for port in self._open_ports}
        before = set(self._server.endpoints)
        for endpoint in self._server.endpoints - wanted:
            self._drop(endpoint)
        for endpoint in wanted - self._server.endpoints:
            self._add(endpoint)
        if wanted != before:
            self._tell_relay()

    def urls(self, dialled: str) -> tuple[str, ...]:
        """What a peer that dialled this host is told."""
        return places.urls(dialled, self._server.endpoints, self._ports, self._hosts)

    def socket_at(self, at: Address) -> Reader | None:
        """The socket of one of the endpoints; None where there is none any more."""
        return self._sockets.get(at)

    def close(self) -> None:
        """Serve nowhere."""
        for endpoint in list(self._sockets):
            self._drop(endpoint)

    def _addresses(self) -> list[str]:
        found = []
        for host in self._hosts:
            found += places.local(host, self._interfaces()) if host in places.FAMILIES else [_resolve(host)]
        return found

    def _bind(self, host: str, port: int) -> socket.socket | None:
        """A socket; None for an address of this machine that is not there yet or not any more."""
        try:
            return bind(host, port)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL and self.follows:
                self._waiting = True
                return None
            raise

    def _add(self, at: Address) -> None:
        try:
            listener = self._bind(*at)
        except OSError as error:
            log.debug(line("stun-address-not-served", port=at[1], reason=error.strerror))
            return
        if listener is not None:
            self._serve(at, listener)

    def _serve(self, at: Address, listener: socket.socket) -> None:
        handler: Handler = partial(self._answer_all, at)
        if self._relay is not None and at[1] == self._ports[0]:
            handler = self._relay.handler(at, handler)
        self._sockets[at] = Reader(listener, handler)
        self._server.endpoints.add(at)

    def _drop(self, at: Address) -> None:
        self._server.endpoints.discard(at)
        self._sockets.pop(at).close()

    def _tell_relay(self) -> None:
        if self._relay is not None:
            self._relay.reached_at(sorted({host for host, _ in self._sockets}), list(self._interfaces()))

    def _answer_all(self, at: Address, datagrams: Sequence[bytes], source: tuple[Any, ...]) -> None:
        for data in datagrams:
            outcome = self._server.receive(data, (str(source[0]), source[1]), at, self._clock())
            self._count(outcome.verdict)
            if outcome.answer:
                # Dropped if the network does not take it: who asks will repeat.
                self._sockets[outcome.leaves].send(outcome.answer, source)


def interface_addresses() -> list[str]:
    """All addresses of this machine."""
    return [ip.ip if isinstance(ip.ip, str) else ip.ip[0] for adapter in ifaddr.get_adapters() for ip in adapter.ips]


def _resolve(host: str) -> str:
    """The address of a name, the first if it has several, as for TCP."""
    return str(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0])
