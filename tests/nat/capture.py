"""Recording all packets of an interface, with a packet socket: which went where, and which addresses they name."""

import contextlib
import ipaddress
import select
import socket
import struct
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Final

from tests.nat import netns

ETH_P_ALL: Final = 0x0003
"""From linux/if_ether.h."""
IPV6: Final = 0x86DD
IPV4: Final = 0x0800
BUFFER_BYTES: Final = 32 * 1024 * 1024
"""What may wait in the kernel: the recorder shares its interpreter with whoever drives the test."""
SNAP_BYTES: Final = 65535
LAST_S: Final = 0.05
"""Packets already on their way to the recorder when it is stopped."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One IP packet. `protocol` is IP's number (6 TCP, 17 UDP); ports are 0 where there are none."""

    at: float
    outgoing: bool
    src: str
    dst: str
    protocol: int
    sport: int
    dport: int
    payload: bytes
    """Behind the IP header."""


@contextlib.contextmanager
def capture(name: str, device: str) -> Iterator[list[Packet]]:
    """Record what passes an interface of a namespace while the block lasts; the list grows meanwhile."""
    with netns.inside(name):
        recorder = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    recorder.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, BUFFER_BYTES)
    recorder.bind((device, ETH_P_ALL))
    recorder.setblocking(False)
    packets: list[Packet] = []
    stop = threading.Event()
    thread = threading.Thread(target=_record, args=(recorder, packets, stop))
    thread.start()
    try:
        yield packets
    finally:
        stop.set()
        thread.join()
        recorder.close()


def parse(at: float, outgoing: bool, kind: int, data: bytes) -> Packet | None:
    """A packet from its bytes, IP header first; None for what is not IP. Pure."""
    if kind == IPV4 and len(data) >= 20:
        body = (data[0] & 15) * 4
        protocol, src, dst = data[9], data[12:16], data[16:20]
    elif kind == IPV6 and len(data) >= 40:
        body = 40
        protocol, src, dst = data[6], data[8:24], data[24:40]
    else:
        return None
    payload = data[body:]
    sport, dport = struct.unpack_from("!HH", payload) if protocol in (6, 17) and len(payload) >= 4 else (0, 0)
    source, target = str(ipaddress.ip_address(src)), str(ipaddress.ip_address(dst))
    return Packet(at, outgoing, source, target, protocol, sport, dport, payload)


def revealed(packets: Iterable[Packet], addresses: Iterable[str]) -> set[str]:
    """Which of these addresses are in any packet: as sender or destination, as text, as bytes, or as in STUN. Pure.

    Text and bytes are also found where two packets of a stream meet.
    """
    packets = list(packets)
    ends = {end for packet in packets for end in (packet.src, packet.dst)}
    content = b"".join(packet.payload for packet in packets) + b"".join(streams(packets).values())
    masks = {packet.payload[12:28] for packet in packets if packet.payload[12:16] == _COOKIE}
    return {each for each in addresses if each in ends or any(form in content for form in _forms(each, masks))}


def streams(packets: Iterable[Packet]) -> dict[tuple[str, int, str, int], bytes]:
    """What each TCP connection carried, as far as packets came in order. Pure."""
    found: dict[tuple[str, int, str, int], bytes] = {}
    for packet in packets:
        if packet.protocol == 6 and len(packet.payload) >= 20:
            key = packet.src, packet.sport, packet.dst, packet.dport
            found[key] = found.get(key, b"") + packet.payload[(packet.payload[12] >> 4) * 4 :]
    return found


def _forms(address: str, masks: set[bytes]) -> Iterator[bytes]:
    """Text, bytes, and bytes XORed with cookie and transactions of the STUN messages seen (RFC 8489, section 14.2)."""
    packed = ipaddress.ip_address(address).packed
    yield address.encode()
    yield packed
    for mask in masks:
        yield bytes(a ^ b for a, b in zip(packed, mask, strict=False))


def _record(recorder: socket.socket, packets: list[Packet], stop: threading.Event) -> None:
    while True:
        last = stop.is_set()
        if not select.select([recorder], [], [], LAST_S)[0]:
            if last:
                return
            continue
        data, (_, kind, direction, *_) = recorder.recvfrom(SNAP_BYTES)
        packet = parse(monotonic(), direction == _PACKET_OUTGOING, kind, data)
        if packet is not None:
            packets.append(packet)


_COOKIE: Final = bytes.fromhex("2112a442")
_SO_RCVBUFFORCE: Final = 33
_PACKET_OUTGOING: Final = 4
"""From asm-generic/socket.h and linux/if_packet.h."""
