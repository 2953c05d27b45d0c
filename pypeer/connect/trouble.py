"""Why a relay cannot be used, as one sentence for a person. Pure."""

import ssl
from typing import Final

from pypeer.connect.servers import Relay, Transport
from pypeer.protocol.report import RelayTrouble
from pypeer.protocol.sentences import RELAY_CLOSES

UNREACHABLE: Final = 701
"""Of a server that could not be reached: as browsers have it (W3C webrtc, RTCPeerConnectionIceErrorEvent)."""

HTTP: Final = {
    403: "it lets no connection to {} out",
    405: "it lets nothing but pages through",
    407: "it wants a user and a password, or others than the URL of the variable has",
}
"""Answers of an HTTP proxy to CONNECT (RFC 9110, section 15)."""

SOCKS: Final = {
    2: "it lets no connection to {} out",
    7: "it makes no connections for others",
    8: "it does not know addresses like {}",
}
"""Answers of a SOCKS proxy (RFC 1928, section 6)."""

SOCKS4_REFUSES: Final = 91
"""The one answer of SOCKS 4 for all that went wrong."""

UNREACHED: Final = frozenset({1, 3, 4, 5, 6, SOCKS4_REFUSES})
"""Answers of SOCKS that say, or may say, that the other side is not there; of HTTP it is whatever is at fault there."""


def url(relay: Relay) -> str:
    """The server as a URI (RFC 7065)."""
    scheme = "turns" if relay.transport is Transport.TLS else "turn"
    host = f"[{relay.host}]" if ":" in relay.host else relay.host
    transport = "udp" if relay.transport is Transport.UDP else "tcp"
    return f"{scheme}:{host}:{relay.port}?transport={transport}"


def refused(relay: Relay, code: int, reason: str) -> RelayTrouble:
    """It said no, or nothing that can be used; `reason` says what that means."""
    return _trouble(relay, code or UNREACHABLE, reason)


def unreachable(relay: Relay, error: Exception) -> RelayTrouble:
    """There is no connection to it."""
    return _trouble(relay, UNREACHABLE, _reason(error))


def unknown(relay: Relay) -> RelayTrouble:
    """Its name has no address."""
    return _trouble(relay, UNREACHABLE, "its name is not known here")


def broken(relay: Relay, error: Exception | None) -> RelayTrouble:
    """The connection to it is gone."""
    why = "the relay closed the connection" if error is None else f"the connection broke ({_detail(error)})"
    return _trouble(relay, UNREACHABLE, why)


def astray(relay: Relay) -> RelayTrouble:
    """It names another server, which names another, and so on."""
    return _trouble(relay, 300, "it leads from one server to another without end")


def of_websocket(address: str, code: int, detail: str) -> RelayTrouble:
    """The relay inside a WebSocket did not bring the two together; `code` is that of its close, 0 if it was not."""
    text = f"The relay of the server cannot be used: {RELAY_CLOSES.get(code, detail)}."
    return RelayTrouble(relay=address, code=code or UNREACHABLE, text=text)


def of_proxy(proxy: str, is_http: bool, code: int, target: str, detail: str) -> RelayTrouble | None:
    """A proxy did not lead to the other side; None where that may be the other side's fault.

    `code` is its answer, 0 if there was none that can be read; `target` where it should have led.
    """
    if code and (code >= 500 if is_http else code in UNREACHED):
        return None
    known = (HTTP if is_http else SOCKS).get(code, "").format(target)
    text = f"The proxy {proxy} cannot be used: {known or detail}{f' ({code})' if code else ''}."
    return RelayTrouble(relay=proxy, code=code or UNREACHABLE, text=text)


def _trouble(relay: Relay, code: int, reason: str) -> RelayTrouble:
    name = relay.transport.value.upper()
    text = f"The relay {relay.host}, port {relay.port}, cannot be used over {name}: {reason}."
    return RelayTrouble(relay=url(relay), code=code, text=text)


def _reason(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "it does not answer"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted ({error.verify_message})"
        case ssl.SSLError():
            return "what answers there does not speak TLS as it should"
        case ConnectionRefusedError():
            return "nothing listens there"
        case _:
            return f"it cannot be reached ({_detail(error)})"


def _detail(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error) or type(error).__name__
