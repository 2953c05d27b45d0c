"""Headers of every response: what the page may do, and what others may do with it."""

import re
from typing import Final

from aiohttp import web

from signaling.settings import Settings

_HOST: Final = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")

POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "worker-src": "'self'",
    "frame-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
"""Content Security Policy, Level 3. Downloads stream into a hidden frame of the same origin; what is in it comes from
the page's service worker, which answers without this policy, so that `frame-ancestors` need not allow it."""

FIXED: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "byway",
}

HSTS: Final = "max-age=31536000"
"""A year, and only where this server speaks TLS itself: before a proxy it is the proxy's to promise."""


class SecurityHeaders:
    """Puts them on: a handler for `on_response_prepare`."""

    def __init__(self, settings: Settings) -> None:
        self._public = settings.public_origin.partition("://")[2]
        self._fixed = FIXED | ({"Strict-Transport-Security": HSTS} if settings.tls_cert else {})

    async def __call__(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(self._fixed)
        response.headers["Content-Security-Policy"] = self._policy(request.host)

    def _policy(self, dialled: str) -> str:
        hosts = dict.fromkeys(host for host in (self._public, dialled) if _HOST.fullmatch(host))
        sockets = "".join(f" ws://{host} wss://{host}" for host in hosts)
        # Not every browser takes 'self' to cover WebSockets, so they are named.
        return "; ".join(f"{name} {value}" for name, value in {**POLICY, "connect-src": f"'self'{sockets}"}.items())
