"""What a home router says in NAT-PMP (RFC 6886), PCP (RFC 6887) and UPnP IGD:1: bytes to requests, and answers. Pure.

Written from the documents, for the laboratory alone: nothing of the product's own client is used.
"""

import re
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

PORT: Final = 5351
"""Of NAT-PMP and PCP."""

PROTOCOLS: Final = {6: "tcp", 17: "udp"}

SUCCESS: Final = 0
UNSUPPORTED_VERSION: Final = 1
PMP_UNSUPPORTED_OPCODE: Final = 5
PCP_UNSUPPORTED_OPCODE: Final = 4
PCP_ADDRESS_MISMATCH: Final = 12

_pmp_map = struct.Struct("!BBHHHI")
_pcp_head = struct.Struct("!BBHI16s")
_pcp_map = struct.Struct("!12sB3xHH16s")

SERVICE: Final = "urn:schemas-upnp-org:service:WANIPConnection:1"
DEVICE: Final = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
TARGETS: Final = ("ssdp:all", "upnp:rootdevice", DEVICE, SERVICE)


@dataclass(frozen=True, slots=True)
class Wish:
    """A mapping that a client asks for; without `lifetime`, that it gives back."""

    protocol: str
    inside: int
    outside: int
    lifetime: int


@dataclass(frozen=True, slots=True)
class Lease:
    """What it gets."""

    public: str
    outside: int
    lifetime: int
    epoch: int


def pmp_refusal(operation: int, result: int, epoch: int) -> bytes:
    """An answer without a mapping."""
    return struct.pack("!BBHI", 0, 128 | operation, result, epoch)


def pmp_address(public: str, epoch: int) -> bytes:
    """The router's public address."""
    return pmp_refusal(0, SUCCESS, epoch) + IPv4Address(public).packed


def pmp_wish(data: bytes) -> Wish | None:
    """The mapping that a request asks for."""
    if len(data) < _pmp_map.size or data[1] not in (1, 2):
        return None
    _, operation, _, inside, outside, lifetime = _pmp_map.unpack_from(data)
    return Wish("udp" if operation == 1 else "tcp", inside, outside, lifetime)


def pmp_lease(data: bytes, wish: Wish, lease: Lease) -> bytes:
    """The answer with it."""
    return pmp_refusal(data[1], SUCCESS, lease.epoch) + struct.pack(
        "!HHI", wish.inside, lease.outside if wish.lifetime else 0, lease.lifetime
    )


def pcp_refusal(data: bytes, result: int, epoch: int) -> bytes:
    """An answer without a mapping; the body is that of the request."""
    operation = data[1] if len(data) > 1 else 0
    return struct.pack("!BBBBII12x", 2, 128 | operation, 0, result, 30, epoch) + data[_pcp_head.size :]


def pcp_result(data: bytes, source: str) -> int:
    """What is wrong with a request."""
    if data[0] != 2:
        return UNSUPPORTED_VERSION
    if data[1] != 1 or len(data) < _pcp_head.size + _pcp_map.size:
        return PCP_UNSUPPORTED_OPCODE
    client = _pcp_head.unpack_from(data)[4]
    return SUCCESS if client == _mapped(source) else PCP_ADDRESS_MISMATCH


def pcp_wish(data: bytes) -> Wish | None:
    """The mapping that a MAP request asks for."""
    lifetime = _pcp_head.unpack_from(data)[3]
    _, protocol, inside, outside, _ = _pcp_map.unpack_from(data, _pcp_head.size)
    return Wish(PROTOCOLS[protocol], inside, outside, lifetime) if protocol in PROTOCOLS else None


def pcp_lease(data: bytes, lease: Lease) -> bytes:
    """The answer with it."""
    nonce, protocol, inside, _, _ = _pcp_map.unpack_from(data, _pcp_head.size)
    head = struct.pack("!BBBBII12x", 2, 129, 0, SUCCESS, lease.lifetime, lease.epoch)
    return head + _pcp_map.pack(nonce, protocol, inside, lease.outside, _mapped(lease.public))


def _mapped(address: str) -> bytes:
    return IPv6Address(f"::ffff:{address}").packed


def ssdp_answer(data: bytes, location: str) -> bytes | None:
    """The answer to a search for gateways, None for others."""
    text = data.decode(errors="replace")
    found = re.search(r"^ST:[ \t]*(\S+)\s*$", text, re.IGNORECASE | re.MULTILINE)
    if not text.startswith("M-SEARCH * HTTP/1.1") or found is None or found[1] not in TARGETS:
        return None
    target = DEVICE if found[1] == "ssdp:all" else found[1]
    lines = (
        "HTTP/1.1 200 OK",
        "CACHE-CONTROL: max-age=120",
        f"ST: {target}",
        f"USN: uuid:laboratory::{target}",
        "EXT:",
    )
    return "\r\n".join([*lines, "SERVER: laboratory UPnP/1.1 laboratory/1", f"LOCATION: {location}", "", ""]).encode()


def description() -> str:
    """The router's devices, down to the service that maps ports."""
    inner = (
        f"<serviceList><service><serviceType>{SERVICE}</serviceType><serviceId>urn:upnp-org:serviceId:WANIPConn1"
        "</serviceId><controlURL>/control</controlURL><eventSubURL>/events</eventSubURL><SCPDURL>/service.xml</SCPDURL>"
        "</service></serviceList>"
    )
    for kind in ("WANConnectionDevice", "WANDevice"):
        name = f"urn:schemas-upnp-org:device:{kind}:1"
        inner = f"<deviceList><device><deviceType>{name}</deviceType>{inner}</device></deviceList>"
    root = f"<device><deviceType>{DEVICE}</deviceType><friendlyName>Laboratory</friendlyName>{inner}</device>"
    version = "<specVersion><major>1</major><minor>0</minor></specVersion>"
    return f'<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">{version}{root}</root>'


def soap_action(body: str) -> tuple[str, dict[str, str]]:
    """Name and arguments of an action."""
    action = re.search(r"<(?:\w+:)?(\w+)\s[^>]*WANIPConnection:1", body)
    return (action[1] if action else "", dict(re.findall(r"<(New\w+)>([^<]*)</New\w+>", body)))


def soap_answer(action: str, **values: str) -> str:
    """The answer to an action."""
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return _envelope(f'<u:{action}Response xmlns:u="{SERVICE}">{inner}</u:{action}Response>')


def soap_fault(code: int, text: str) -> str:
    """An action that failed."""
    detail = f"<UPnPError><errorCode>{code}</errorCode><errorDescription>{text}</errorDescription></UPnPError>"
    return _envelope(
        f"<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>{detail}</detail></s:Fault>"
    )


def _envelope(body: str) -> str:
    schema = "http://schemas.xmlsoap.org/soap"
    return (
        f'<?xml version="1.0"?><s:Envelope xmlns:s="{schema}/envelope/" s:encodingStyle="{schema}/encoding/">'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )
