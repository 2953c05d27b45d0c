"""Taking over a client's connection, once aiohttp has made the handshake of a WebSocket on it."""

from typing import Any

import aiohttp

from pypeer.websocket import WebSocket


class Upgraded(aiohttp.ClientWebSocketResponse[Any]):
    """What a session makes of a handshake, if it is told to: it shows the response, and so the connection."""

    def __init__(
        self, reader: Any, writer: Any, protocol: Any, response: aiohttp.ClientResponse, *more: Any, **named: Any
    ) -> None:
        super().__init__(reader, writer, protocol, response, *more, **named)
        self.response = response


def take_over(upgraded: Upgraded, most: int) -> WebSocket:
    """The WebSocket of a client, whose server has to say nothing first; raises aiohttp.ClientConnectionError."""
    connection = upgraded.response.connection
    if connection is None or connection.transport is None:
        raise aiohttp.ClientConnectionError("the connection was lost after the handshake")
    socket = WebSocket(connection.transport, most, is_client=True)
    socket.on_gone = upgraded.response.close
    return socket
