"""A bare aiortc data channel between two processes: the yardstick for pypeer. Run by bench.transfer.

Each side prints its description as one line of JSON and reads the other's; the receiver prints the seconds it took.
"""

import asyncio
import json
import sys
from typing import Final

import aioice.ice
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from bench.processes import now
from pypeer.connect.addresses import host_addresses

MESSAGE: Final = bytes(64 * 1024)
"""The best size for aiortc, and what Byway's frames are."""
HIGH: Final = 1024 * 1024
LOW: Final = 256 * 1024


async def describe(connection: RTCPeerConnection) -> None:
    """Print the local description."""
    local = connection.localDescription
    print(json.dumps({"type": local.type, "sdp": local.sdp}), flush=True)


async def read() -> RTCSessionDescription:
    """Read the other's description."""
    line = json.loads(await asyncio.to_thread(sys.stdin.readline))
    return RTCSessionDescription(line["sdp"], line["type"])


async def send(size: int) -> None:
    """Offer, and send `size` bytes with the usual water marks."""
    connection = RTCPeerConnection(RTCConfiguration([]))
    channel = connection.createDataChannel("raw", negotiated=True, id=0)
    channel.bufferedAmountLowThreshold = LOW
    opened, room = asyncio.Event(), asyncio.Event()
    channel.on("open", opened.set)
    channel.on("bufferedamountlow", room.set)
    await connection.setLocalDescription(await connection.createOffer())
    await describe(connection)
    await connection.setRemoteDescription(await read())
    await opened.wait()
    for _ in range(0, size, len(MESSAGE)):
        if channel.bufferedAmount > HIGH:
            room.clear()
            await room.wait()
        channel.send(MESSAGE)
    await asyncio.to_thread(sys.stdin.readline)
    await connection.close()


async def receive(size: int) -> None:
    """Answer, and count `size` bytes."""
    connection = RTCPeerConnection(RTCConfiguration([]))
    channel = connection.createDataChannel("raw", negotiated=True, id=0)
    done = asyncio.Event()
    got, began = 0, 0.0

    def count(message: bytes) -> None:
        nonlocal got, began
        began = began or now()
        got += len(message)
        if got >= size:
            done.set()

    channel.on("message", count)
    await connection.setRemoteDescription(await read())
    await connection.setLocalDescription(await connection.createAnswer())
    await describe(connection)
    await done.wait()
    print(json.dumps({"seconds": now() - began}), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await connection.close()


if __name__ == "__main__":
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: host_addresses()  # loopback, where there is no network
    asyncio.run({"send": send, "receive": receive}[sys.argv[1]](int(sys.argv[2])))
