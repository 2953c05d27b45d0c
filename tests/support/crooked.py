"""A relay that does not keep to its part: it reads all, and alters, repeats, swaps, drops, cuts or adds messages.

It is the real server, in this process, with another hand at the place where messages are delivered.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from aiohttp import web
from aiohttp.test_utils import TestServer

from signaling.http.app import NODE, make_app
from signaling.http.relayed import Carrier
from signaling.protocol.frames import Message, with_room
from signaling.settings import Settings

Tamper = Callable[[int, bytes], list[bytes]]
"""The number of a message, from 0, and the message, to what is delivered in its place."""

RECORD_BYTES: Final = 16
"""An empty record: the first of each side, and signs of life."""


def honest(_number: int, message: bytes) -> list[bytes]:
    """Deliver it."""
    return [message]


@dataclass(eq=False)
class CrookedRelay:
    """A server; `url` is its address, `seen` every message that came to its relay."""

    url: str
    tamper: Tamper = honest
    pause: float = 0.0
    """Seconds before each message is delivered, to make things happen in the middle."""
    seen: list[bytes] = field(default_factory=list)
    carriers: set[Carrier] = field(default_factory=set)

    vanish: Callable[[], None] = lambda: None
    """The server is not there any more."""

    def cut(self) -> None:
        """Break all connections of the relay."""
        for carrier in tuple(self.carriers):
            carrier.socket.abort()


@asynccontextmanager
async def crooked_relay(tamper: Tamper = honest, ttl: float | None = None) -> AsyncIterator[CrookedRelay]:
    """Such a server while the block lasts; its tickets are good for `ttl` seconds."""
    app = make_app(Settings())
    if ttl is not None:
        app[NODE].relays.offers = replace(app[NODE].relays.offers, ttl=ttl)
    server = TestServer(app, access_log=None)
    await server.start_server()
    relay = CrookedRelay(str(server.make_url("/")), tamper)

    def vanish() -> None:
        assert server.runner is not None
        for site in server.runner.sites:
            assert isinstance(site, web.BaseSite)
            assert site._server is not None
            site._server.close()
        for wire in app[NODE].wires.all():
            wire._transport.abort()  # type: ignore[union-attr]

    relay.vanish = vanish
    relayed = app[NODE].relayed

    def tampered(carrier: Carrier, other: Carrier, message: Message) -> None:
        number, payload = len(relay.seen), bytes(message.payload)
        relay.seen.append(payload)
        relay.carriers.add(other)

        def go_on() -> None:
            for each in relay.tamper(number, payload):
                other.socket.send(message.kind, with_room(each))
            relayed._go_on(carrier, other)

        if relay.pause:
            carrier.socket.hold()
            asyncio.get_running_loop().call_later(relay.pause, go_on)
        else:
            go_on()

    relayed._deliver = tampered  # type: ignore[method-assign]
    try:
        yield relay
    finally:
        await server.close()


class Once:
    """Does something wrong with one message that is large enough to be data."""

    def __init__(self, wrong: Tamper) -> None:
        self.done = False
        self._wrong = wrong

    def __call__(self, number: int, message: bytes) -> list[bytes]:
        if self.done or len(message) < 10_000:
            return [message]
        self.done = True
        return self._wrong(number, message)


class Swap:
    """Delivers two large messages in the other order."""

    def __init__(self) -> None:
        self.done = False
        self._held: bytes | None = None

    def __call__(self, _number: int, message: bytes) -> list[bytes]:
        if self.done or len(message) < 10_000:
            return [message]
        if self._held is None:
            self._held = message
            return []
        self.done = True
        return [message, self._held]


def altered(_number: int, message: bytes) -> list[bytes]:
    """One bit."""
    return [bytes([message[0] ^ 1]) + message[1:]]


def repeated(_number: int, message: bytes) -> list[bytes]:
    """The same twice."""
    return [message, message]


def dropped(_number: int, _message: bytes) -> list[bytes]:
    """Nothing."""
    return []


def cut_short(_number: int, message: bytes) -> list[bytes]:
    """All but the last byte."""
    return [message[:-1]]


def added(_number: int, message: bytes) -> list[bytes]:
    """Something of its own before."""
    return [bytes(RECORD_BYTES), message]


WRONGS: Final[dict[str, Callable[[], Tamper]]] = {
    "altered": lambda: Once(altered),
    "repeated": lambda: Once(repeated),
    "dropped": lambda: Once(dropped),
    "cut short": lambda: Once(cut_short),
    "added": lambda: Once(added),
    "swapped": Swap,
}
