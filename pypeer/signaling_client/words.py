"""What is said of a server that cannot be reached, or says no."""

import aiohttp
from yarl import URL

from pypeer.errors import NotFoundError, ServerError
from signaling.protocol.codes import ErrorCode
from signaling.protocol.messages import Error


class ProxyError(OSError):
    """A proxy between does not lead there; the text is its own."""


def page_url(server: str) -> URL:
    """The address of a page, from what a person typed; raises ServerError."""
    text = server if "://" in server else f"http://{server}"
    try:
        url = URL(text)
    except ValueError:
        raise ServerError(f"{server!r} is not a server address: use http://HOST:PORT", "bad-server", False) from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ServerError(f"{server!r} is not a server address: use http://HOST:PORT", "bad-server", retry=False)
    return url.with_query(None).with_fragment(None)


def unreachable(url: URL, error: Exception) -> ServerError:
    """No WebSocket could be opened."""
    match error:
        case aiohttp.WSServerHandshakeError(status=429):
            text = f"The server at {url} has too many connections from here: wait a minute."
        case aiohttp.ClientHttpProxyError(status=407):
            text = (
                f"The proxy set here wants a user and a password on the way to {url}: http://USER:PASSWORD@HOST:PORT."
            )
        case aiohttp.ClientHttpProxyError():
            text = f"The proxy set here does not lead to {url} (HTTP {error.status}): ask whoever runs it."
        case aiohttp.ClientProxyConnectionError():
            text = f"The proxy set here cannot be reached ({error}): check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY."
        case ProxyError():
            text = f"The proxy set here does not lead to {url} ({error}): check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY."
        case aiohttp.WSServerHandshakeError():
            text = f"{url} answers, but not as a Byway server (HTTP {error.status}): check the address in --server."
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            text = f"The certificate of {url} is not trusted: check the address and the clock, or the certificate."
        case _:
            text = f"Cannot reach the server at {url}: is it running, and is the address in --server right?"
    return ServerError(text, "server-unreachable")


def explain(error: Error) -> ServerError | NotFoundError:
    """The server said no."""
    if error.code is ErrorCode.UNKNOWN_LOCATOR:
        return NotFoundError(
            "Nobody is waiting under this code: it is mistyped, expired or used up, or its sender has gone."
        )
    return ServerError(error.message, error.code.value, error.retry, error.wait)
