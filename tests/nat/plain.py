"""A bare RTCPeerConnection of aiortc in a client's namespace, as it comes: what pypeer is measured against.

Commands: `{"do": "offer"}`, `{"do": "answer", "sdp": ...}`, `{"do": "accept", "sdp": ...}`, `{"do": "stop"}`. The side
that answers sends one message when the channel opens; `first` is its arrival. Runs without any code of the product.
"""

import asyncio
import json
import sys
from time import monotonic
from typing import Any

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription

STUN = "stun:byway.internal:3478"


def say(**fields: object) -> None:
    """One line out."""
    print(json.dumps({"of": "plain", "at": monotonic(), **fields}), flush=True)


class Plain:
    """One connection at a time."""

    def __init__(self) -> None:
        self._connection: RTCPeerConnection | None = None

    async def obey(self, command: dict[str, Any]) -> None:
        """Carry out one command."""
        match command:
            case {"do": "offer"}:
                connection = self._new()
                connection.createDataChannel("plain").on("message", lambda _: self._first())
                await self._describe(connection, await connection.createOffer())
            case {"do": "answer", "sdp": str(sdp)}:
                connection = self._new()
                connection.on("datachannel", self._opened)
                await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
                await self._describe(connection, await connection.createAnswer())
            case {"do": "accept", "sdp": str(sdp)} if self._connection is not None:
                await self._connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
            case _:
                if self._connection is not None:
                    await self._connection.close()
                self._connection = None
                say(event="stopped")

    async def _describe(self, connection: RTCPeerConnection, description: RTCSessionDescription) -> None:
        await connection.setLocalDescription(description)
        say(event="description", sdp=connection.localDescription.sdp)

    def _new(self) -> RTCPeerConnection:
        self._connection = connection = RTCPeerConnection(RTCConfiguration([RTCIceServer(STUN)]))
        connection.on("connectionstatechange", lambda: say(event="state", state=connection.connectionState))
        return connection

    def _opened(self, channel: Any) -> None:
        channel.send("across")
        say(event="sent", **self._pair())

    def _first(self) -> None:
        say(event="first", **self._pair())

    def _pair(self) -> dict[str, str]:
        """The two ends, from inside of aioice: there is no other way to know."""
        if self._connection is None or self._connection.sctp is None:
            return {}
        ice: Any = self._connection.sctp.transport.transport
        nominated = ice._connection._nominated.get(1)
        if nominated is None:
            return {}
        local, remote = nominated.local_candidate, nominated.remote_candidate
        return {"local": f"{local.host}:{local.port}", "remote": f"{remote.host}:{remote.port}"}


async def main() -> None:
    """Obey until standard input ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    plain = Plain()
    say(event="signed-in")
    async for line in reader:
        await plain.obey(json.loads(line))


if __name__ == "__main__":
    asyncio.run(main())
