"""Who may open a WebSocket: right protocol, right origin, not too many from one address, and room for one more."""

from collections import Counter
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from signaling.core.address import client_address, listed, quota_key
from signaling.core.names import host_of
from signaling.core.quota import Rate
from signaling.engine.base import Engine
from signaling.logs import line, log
from signaling.settings import Settings


class RefusedError(Exception):
    """A WebSocket that is not let in: HTTP status, reason for the counters, and words for whoever looks."""

    def __init__(self, status: int, reason: str, text: str, wait: float | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.reason = reason
        self.wait = wait


class Admission:
    """Counts the connections there are, and decides about the next."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._networks = settings.networks
        self._names = settings.names
        self._origins = settings.origins | {settings.public_origin}
        self._rate = Rate(settings.connection_rate, settings.connection_rate / 60)
        self._open: Counter[str] = Counter()
        self.total = 0
        self._warned = False

    def address(self, request: web.Request) -> str:
        """What quotas count this request by."""
        forwarded = request.headers.getall(hdrs.X_FORWARDED_FOR, [])
        peer = request.remote or "unknown"
        if forwarded and not self._warned and not listed(peer, self._networks):
            self._warned = True
            log.warning(line("forwarded-for-ignored", hint="if it is your proxy's, start with --trusted-proxy"))
        return quota_key(client_address(peer, forwarded, self._networks))

    async def admit(self, request: web.Request, address: str, protocol: str, now: float) -> None:
        """Raise RefusedError if this one may not come in to what speaks a subprotocol."""
        offered = request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "")
        if protocol not in [name.strip() for name in offered.split(",")]:
            raise RefusedError(400, "subprotocol", f"this server speaks the WebSocket subprotocol {protocol} here")
        if not self._own_origin(request):
            raise RefusedError(403, "origin", "pages of this origin may not connect: see --allowed-origin")
        if self.total >= self._settings.max_connections:
            raise RefusedError(503, "full", "the server is full", wait=60)
        if self._open[address] >= self._settings.connections_per_address:
            raise RefusedError(429, "address-connections", "too many connections from this address", wait=60)
        wait = await self._engine.take(f"connect {address}", self._rate, 1, now)
        if wait:
            raise RefusedError(429, "address-rate", "too many new connections from this address", wait)

    def opened(self, address: str) -> None:
        """One more from this address."""
        self._open[address] += 1
        self.total += 1

    def closed(self, address: str) -> None:
        """One less."""
        self._open[address] -= 1
        self.total -= 1
        if not self._open[address]:
            del self._open[address]

    def _own_origin(self, request: web.Request) -> bool:
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is None or origin in self._origins:
            return True
        try:
            host = host_of(urlsplit(origin))
        except ValueError:
            return False
        return self._names.own(host, request.host)
