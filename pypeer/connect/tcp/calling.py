"""Links over TCP to one peer, one after the other, as docs/protocol.md has them ("Links over TCP").

Role A begins each, role B answers; they are counted apart from those of ICE and of the relay.
"""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from pypeer.connect.tcp.call import CALL_S, Call
from pypeer.connect.tcp.terms import Terms
from pypeer.errors import ConnectError
from pypeer.links.tls import TlsLink
from pypeer.protocol.report import ConnectionReport
from pypeer.protocol.sealed import Tcp
from pypeer.secure.certificate import CertificateError
from pypeer.secure.keys import Role
from pypeer.tasks import Tasks

_log = logging.getLogger("byway.connect")


class Calling:
    """Makes them. `on_link` gets each that opened, with its report; `on_failed` the end of each that did not.

    `is_direct` tells whether another road has a direct link.
    """

    def __init__(
        self,
        terms: Terms,
        send: Callable[[Tcp], None],
        on_link: Callable[[TlsLink, ConnectionReport], None],
        on_failed: Callable[[ConnectError, ConnectionReport], None],
        is_direct: Callable[[], bool] = lambda: False,
    ) -> None:
        self._terms = terms
        self._send = send
        self._on_link = on_link
        self._on_failed = on_failed
        self._is_direct = is_direct
        self._number = -1
        self._call: Call | None = None
        self._is_closed = False
        self._closing = Tasks("closing")

    def start(self) -> None:
        """Role A: begin a link; one that is being made is given up."""
        assert self._terms.role is Role.A
        self._begin(self._number + 1)

    def handle(self, message: Tcp) -> None:
        """The other side's word about a link."""
        if self._terms.role is Role.B and message.link > self._number and not self._is_closed:
            self._begin(message.link)
        call = self._call
        if call is None or message.link != call.number:
            return
        try:
            call.add(message)
        except CertificateError as error:
            self._fail(call, f"The other side's certificate cannot be used ({error}).")

    async def close(self) -> None:
        """Give up what is being made; links that are open are their owner's."""
        self._is_closed = True
        self._drop()
        await self._closing.wait()

    def _begin(self, number: int) -> None:
        self._drop()
        self._number = number
        self._call = call = Call(
            number,
            self._terms,
            self._send,
            asyncio.get_running_loop().time(),
            lambda link: self._opened(call, link),
            self._is_direct,
        )
        call.on_failed = lambda: self._fail(call, f"No TCP connection to the other peer within {CALL_S:.0f} seconds.")
        call.begin()

    def _opened(self, call: Call, link: TlsLink) -> None:
        report = call.report(link.path)
        self._tell(report)
        self._drop()
        self._on_link(link, report)

    def _fail(self, call: Call, text: str) -> None:
        if self._call is call:
            report = call.report(None)
            self._tell(report)
            self._drop()
            self._on_failed(ConnectError(f"{text} Both sides may be behind firewalls that block it."), report)

    def _drop(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            self._closing.spawn(call.close())

    def _tell(self, report: ConnectionReport) -> None:
        _log.info("tcp link %d: %s", report.link, msgspec.json.encode(report).decode())
