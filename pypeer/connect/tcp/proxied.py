"""Dialling through the proxy of this network, for one link: after the direct ways, and never before them."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Final

from pypeer import proxies
from pypeer.connect import trouble
from pypeer.connect.ice.candidate import Candidate, join
from pypeer.connect.tcp import plan
from pypeer.connect.tcp.admission import AdmissionError
from pypeer.connect.tcp.plan import Dial
from pypeer.connect.tcp.proxying import ProxyFailedError, dial
from pypeer.connect.tcp.reporting import Checks
from pypeer.proxies import Kind, Proxy
from pypeer.secure.knock import How
from pypeer.tasks import Tasks

PROXY_AFTER_S: Final = 0.25
"""How long direct ways are ahead of those through a proxy, as Happy Eyeballs has it (RFC 8305, section 5)."""

_log = logging.getLogger("byway.connect")


class Proxied:
    """Dials, and gives what it gets to `admit`. `is_direct` tells whether a direct link stands already."""

    def __init__(
        self,
        checks: Checks,
        tasks: Tasks,
        admit: Callable[[socket.socket, How, Dial], Awaitable[None]],
        is_direct: Callable[[], bool],
    ) -> None:
        self._checks = checks
        self._tasks = tasks
        self._admit = admit
        self._is_direct = is_direct
        self._left = plan.PROXIED_MAX

    def consider(self, remotes: list[Candidate]) -> None:
        """Dial those of the other side's candidates that a proxy may lead to, in a while."""
        for each in remotes:
            proxy = proxies.find("https", each.host)
            if proxy is not None:
                self._plan(proxy, each)

    def _plan(self, proxy: Proxy, remote: Candidate) -> None:
        for planned in plan.proxied((proxy.host, proxy.port), [remote])[: self._left]:
            self._left -= 1
            self._tasks.spawn(self._dial(proxy, planned))

    async def _dial(self, proxy: Proxy, planned: Dial) -> None:
        await asyncio.sleep(PROXY_AFTER_S)
        if self._is_direct() or not self._checks.add(planned):
            return
        self._checks.sent(planned)
        try:
            connection = await dial(proxy, planned.remote.address)
        except ProxyFailedError as error:
            self._failed(proxy, planned, error)
            return
        try:
            await self._admit(connection, How.PROXIED, planned)
        except (AdmissionError, OSError, TimeoutError) as error:
            _log.debug("%s through %s: %s", join(*planned.remote.address), proxy.url, error or type(error).__name__)
            self._checks.failed(planned)

    def _failed(self, proxy: Proxy, planned: Dial, error: ProxyFailedError) -> None:
        _log.debug("%s through %s: %s (%d)", join(*planned.remote.address), proxy.url, error, error.code)
        self._checks.failed(planned)
        is_http, port = proxy.kind is Kind.HTTP, planned.remote.address[1]
        found = trouble.of_proxy(proxy.url, is_http, error.code, f"port {port}", str(error))
        if found is not None:
            self._checks.troubles[found.text] = found
