"""What is said to a router in UPnP: the search for it (UPnP Device Architecture 1.1), and WANIPConnection. Pure.

Texts of a router are short, and nothing but a few words is looked for in them: no parser of XML sees what it sends.
"""

import html
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from pypeer.connect.mapping.wire import Wish

SSDP: Final = ("239.255.255.250", 1900)

TEXT_BYTES: Final = 128 * 1024
"""Longest text taken from a router: ten times a description."""

SERVICES: Final = (
    "urn:schemas-upnp-org:service:WANIPConnection:2",
    "urn:schemas-upnp-org:service:WANIPConnection:1",
    "urn:schemas-upnp-org:service:WANPPPConnection:1",
)
"""Those that map ports, the best first."""

FOR_EVER: Final = 725
"""OnlyPermanentLeasesSupported."""

TAKEN: Final = 718
"""ConflictInMappingEntry: another has the port."""

_location = re.compile(r"^location:[ \t]*(http://\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_service = re.compile(r"<service>(.*?)</service>", re.DOTALL)
_base = re.compile(r"<URLBase>\s*(http://[^<\s]+)\s*</URLBase>")


@dataclass(frozen=True, slots=True)
class Service:
    """Where a router takes orders."""

    kind: str
    url: str


def search(target: str) -> bytes:
    """A question to all routers around."""
    lines = ("M-SEARCH * HTTP/1.1", f"HOST: {SSDP[0]}:{SSDP[1]}", 'MAN: "ssdp:discover"', "MX: 1", f"ST: {target}")
    return "\r\n".join((*lines, "", "")).encode()


def location(data: bytes, source: str) -> str | None:
    """Where an answer says that the router's description is: at the router itself, or it is not taken."""
    found = _location.search(data.decode(errors="replace"))
    if not data.startswith(b"HTTP/1.1 200") or found is None:
        return None
    return found[1] if _host(found[1]) == source else None


def service(description: str, url: str) -> Service | None:
    """The best service of a description that was found at `url`; None if it maps no ports."""
    base = _base.search(description)
    found = {}
    for part in _service.findall(description):
        kind, control = _value(part, "serviceType"), _value(part, "controlURL")
        address = urljoin(base[1] if base else url, control)
        if kind in SERVICES and control and _host(address) == _host(url):
            found[kind] = address
    return next((Service(kind, found[kind]) for kind in SERVICES if kind in found), None)


def order(kind: str, action: str, **values: str | int) -> str:
    """The body of an order."""
    inner = "".join(f"<{name}>{html.escape(str(value))}</{name}>" for name, value in values.items())
    return (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
        f'<u:{action} xmlns:u="{kind}">{inner}</u:{action}></s:Body></s:Envelope>'
    )


def add(kind: str, wish: Wish, port: int, lifetime: int) -> str:
    """An order for a mapping; without a lifetime it is for ever."""
    return order(
        kind,
        "AddPortMapping",
        NewRemoteHost="",
        NewExternalPort=port,
        NewProtocol=wish.protocol.name,
        NewInternalPort=wish.inside[1],
        NewInternalClient=wish.inside[0],
        NewEnabled=1,
        NewPortMappingDescription="byway",
        NewLeaseDuration=lifetime,
    )


def delete(kind: str, wish: Wish, port: int) -> str:
    """An order to forget it."""
    return order(kind, "DeletePortMapping", NewRemoteHost="", NewExternalPort=port, NewProtocol=wish.protocol.name)


def public(answer: str) -> str:
    """The public address in an answer."""
    return _value(answer, "NewExternalIPAddress")


def fault(answer: str) -> int:
    """The code of an error; 0 if there is none."""
    text = _value(answer, "errorCode")
    return int(text) if re.fullmatch(r"\d{1,5}", text) else 0


def _value(text: str, name: str) -> str:
    found = re.search(rf"<(?:\w+:)?{name}(?:\s[^>]*)?>\s*([^<]*?)\s*</(?:\w+:)?{name}>", text)
    return html.unescape(found[1]) if found else ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
