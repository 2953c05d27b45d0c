"""One link over TCP, from its candidates to the connection that becomes it.

Both sides listen, and both dial: whoever can be reached is reached, whoever asked. Of the connections that lead to the
expected peer, role A takes the first over which TLS stands, and says so by the first frame.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Final

from pypeer.connect.addresses import host_addresses, scope_between
from pypeer.connect.ice.candidate import join, to_line
from pypeer.connect.mapping.leases import Leases
from pypeer.connect.mapping.wire import Protocol
from pypeer.connect.reporting import Stopwatch
from pypeer.connect.tcp import plan
from pypeer.connect.tcp.admission import Door
from pypeer.connect.tcp.bases import Bases
from pypeer.connect.tcp.dialling import Dialling
from pypeer.connect.tcp.listening import Listening
from pypeer.connect.tcp.looks import Looks
from pypeer.connect.tcp.observing import observers
from pypeer.connect.tcp.plan import Dial, TcpType
from pypeer.connect.tcp.proxied import Proxied
from pypeer.connect.tcp.reporting import Checks
from pypeer.connect.tcp.terms import Terms
from pypeer.links.link import Path, Scope
from pypeer.links.security import context
from pypeer.links.tls import TlsLink
from pypeer.protocol.report import CandidateKind, ConnectionReport
from pypeer.protocol.sealed import Tcp
from pypeer.secure.certificate import CertificateError, check
from pypeer.secure.encoding import b64, unb64
from pypeer.secure.keys import Role
from pypeer.secure.knock import How, Knocks
from pypeer.tasks import Tasks
from signaling.protocol.values import Address

CALL_S: Final = 4.0
"""Bound of one attempt: the kernel sends a SYN after 0, 1 and 3 s, and the last one has a second for what it opens.
Where there is no way at all, three attempts of this are what a person waits until that is said."""

PROXY_WAITS_S: Final = 0.25
"""How long role A waits, with a connection through a proxy, for a direct one: two addresses that reach each other take
two round trips more than this side's way to the proxy."""


class Call:
    """One attempt. `on_link` or `on_failed` is called once, unless it is closed before.

    `is_direct` tells whether another road has a direct link, which leaves nothing to gain by a proxy.
    """

    def __init__(
        self,
        number: int,
        terms: Terms,
        send: Callable[[Tcp], None],
        knew: float,
        on_link: Callable[[TlsLink], None],
        is_direct: Callable[[], bool] = lambda: False,
    ) -> None:
        self.number = number
        self.on_failed: Callable[[], None] = lambda: None
        self.watch = Stopwatch(knew)
        self._terms = terms
        self._send = send
        self._on_link = on_link
        self._own = terms.identity.certify()
        self._loop = asyncio.get_running_loop()
        self._theirs: asyncio.Future[tuple[ssl.SSLContext, bytes]] = self._loop.create_future()
        self._door = Door(terms.role, Knocks(terms.bind, number), self._secure)
        self._bases = Bases(terms.options.ports)
        self._leases = Leases(lambda base, _, outside: self._found(base, outside, TcpType.PASSIVE))
        self._checks = Checks()
        self._links: list[TlsLink] = []
        self._tasks = Tasks("calling")
        self._listening = Listening(self._tasks, lambda connection: self._admit(connection, How.LISTENED))
        self._dialling = Dialling(terms.role, self._bases, self._checks, self._tasks, self._admit)
        self._proxied = Proxied(self._checks, self._tasks, self._admit, is_direct)
        self._looks = Looks(self._bases, self._tasks, self._sighted, self._guessed, CALL_S)
        self._is_over = False

    def begin(self) -> None:
        """Listen, and tell where."""
        self._bases.open(host_addresses(self._terms.options.interfaces))
        self.watch.gathered = self._loop.time()
        for rank, base in enumerate(self._bases.listeners):
            self._checks.local.append(plan.candidate(CandidateKind.HOST, TcpType.PASSIVE, base, rank))
        lines = tuple(to_line(each) for each in self._checks.local)
        self._send(Tcp(link=self.number, certificate=b64(self._own.der), candidates=lines))
        for listener in self._bases.listeners.values():
            self._listening.begin(listener)
        for base in self._bases.listeners if self._terms.options.may_map else ():
            self._leases.want(base, Protocol.TCP)
        for server in observers(self._terms.servers()):
            self._tasks.spawn(self._looks.look(server, self._terms.options.predict))
        self._tasks.spawn(self._expire())

    def add(self, message: Tcp) -> None:
        """What the other side tells; raises CertificateError."""
        if self._is_over:
            return
        if message.certificate and not self._theirs.done():
            self._take(message.certificate)
        known = set(self._checks.remote)
        new = [each for each in plan.read(message.candidates) if each not in known]
        self._checks.remote += new
        for dial in plan.dials(tuple(self._bases.listeners), new):
            self._dialling.begin(dial)
        if new:
            self._proxied.consider(new)

    def report(self, path: Path | None) -> ConnectionReport:
        """How it went, as it stands."""
        return self._checks.report(self.number, path, self.watch.phases())

    async def close(self) -> None:
        """End it; a link that was handed over is its owner's."""
        self._end(None)
        await self._tasks.wait()
        self._listening.close()
        self._bases.close()  # not before nobody waits for them: their numbers are given to the next that are opened
        await self._leases.wait_closed()

    def _take(self, text: str) -> None:
        try:
            der = unb64(text)
            check(der, self._terms.peer)
            secure = context(self._terms.role, self._own, der)
        except (ValueError, ssl.SSLError) as error:
            raise CertificateError(str(error)) from None
        self._theirs.set_result((secure, der))
        self.watch.described = self._loop.time()

    async def _secure(self) -> tuple[ssl.SSLContext, bytes]:
        return await asyncio.shield(self._theirs)

    def _sighted(self, base: Address, address: Address) -> None:
        self._found(base, address, TcpType.SO)

    def _guessed(self, base: Address, seen: list[Address]) -> None:
        found = plan.guesses(base, seen, len(self._checks.local))
        self._checks.local += found
        if found:
            self._send(Tcp(link=self.number, candidates=tuple(map(to_line, found))))

    def _found(self, base: Address, address: Address, tcptype: TcpType) -> None:
        if any(known.address == address for known in self._checks.local):
            return
        rank = len(self._checks.local)
        found = plan.candidate(CandidateKind.SRFLX, tcptype, address, rank, base)
        self._checks.local.append(found)
        self._send(Tcp(link=self.number, candidates=(to_line(found),)))

    # Connections

    async def _admit(self, connection: socket.socket, here: How, dial: Dial | None = None) -> None:
        local, remote = connection.getsockname()[:2], connection.getpeername()[:2]
        if dial is not None and here is How.PROXIED:
            remote = dial.remote.address
        link, there = await self._door.admit(connection, here)
        if self.watch.checked is None:
            self.watch.checked = self._loop.time()
        self._links.append(link)
        if How.PROXIED in (here, there) and self._terms.role is Role.A:
            await asyncio.sleep(PROXY_WAITS_S)
        scope = Scope.INTERNET if How.PROXIED in (here, there) else scope_between(local[0], remote[0])
        path = Path(plan.way_of(scope, self._terms.role, here, there), scope, join(*local), join(*remote))
        if dial is not None:
            self._checks.succeeded(dial)
        if self._terms.role is Role.A or link.is_open:
            self._opened(link, path)
        else:
            link.on_opened = lambda: self._opened(link, path)

    def _opened(self, link: TlsLink, path: Path) -> None:
        """Role A takes this connection; or it has, which role B hears by the first frame."""
        if self._is_over:
            link.abort()
            return
        self._end(link)
        self.watch.secured = self.watch.opened = self._loop.time()
        link.choose(path)
        self._on_link(link)

    async def _expire(self) -> None:
        await asyncio.sleep(CALL_S)
        self._end(None)
        self.on_failed()

    def _end(self, kept: TlsLink | None) -> None:
        if self._is_over:
            return
        self._is_over = True
        for link in self._links:
            if link is not kept:
                link.abort()
        self._tasks.cancel()
