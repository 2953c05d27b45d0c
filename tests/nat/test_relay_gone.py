"""The relay goes away in the middle of a transfer: no byte is lost, and another way takes over where there is one."""

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.nat.driver import Driver, Event
from tests.nat.lab import Lab
from tests.nat.pairs import RELAYS
from tests.nat.plan import STUN_PORT
from tests.nat.server import serving
from tests.nat.shaper import Shape
from tests.nat.sites import BY_NAME

MIB: Final = 2**20
FILE_BYTES: Final = 16 * MIB
MBIT: Final = 20.0
"""With this rate the file takes some seven seconds: it is not over before the relay is missed."""
QUEUE_KIB: Final = 128

WITHIN_S: Final = 90.0
"""For what has to come, on a busy machine too."""

TAKEN_OVER_S: Final = 10.0
"""Silence is noticed after 2.6 s, and another way taken 0.5 s later; the rest is for a busy machine."""

pytestmark = pytest.mark.slow


class Scene(NamedTuple):
    """A laboratory with two peers; closing `server` ends the server."""

    lab: Lab
    sender: Driver
    receiver: Driver
    server: ExitStack
    options: tuple[str, ...]

    @property
    def got(self) -> Path:
        """Where the receiver's files go."""
        return self.receiver.folder / "got"


@contextmanager
def scene(site: str, *options: str) -> Iterator[Scene]:
    """Two sites of a kind, 50 ms apart."""
    with Lab(shaped=True) as lab, ExitStack() as server:
        server.enter_context(serving(*options))
        places = [lab.add(BY_NAME[site], Shape(delay_ms=12.5)) for _ in range(2)]
        for place in places:
            lab.rate(place, MBIT, QUEUE_KIB)
        sender, receiver = (Driver(place.clients[0]) for place in places)
        yield Scene(lab, sender, receiver, server, options)


async def moving(at: Scene) -> str:
    """Begin a transfer, and wait until some of it has arrived; gives the code."""
    await asyncio.gather(at.sender.start(), at.receiver.start())
    (at.sender.folder / "large.bin").write_bytes(os.urandom(FILE_BYTES))
    at.sender.tell(do="send", paths=[str(at.sender.folder / "large.bin")])
    code = str((await at.sender.until("ready", WITHIN_S))["code"])
    at.receiver.tell(do="get", code=code, into=str(at.got))
    await at.receiver.when(lambda event: event["event"] == "progress" and event["bytes"] >= MIB, WITHIN_S)
    return code


async def arrived(at: Scene, since: int = 0) -> None:
    """All of it arrives, and is what was sent."""
    end = await at.receiver.when(is_end, WITHIN_S, since)
    assert end["event"] == "done", at.receiver.events[-5:]
    sent, got = (at.sender.folder / "large.bin"), at.got / "large.bin"
    assert hashlib.sha256(got.read_bytes()).digest() == hashlib.sha256(sent.read_bytes()).digest()
    await asyncio.gather(at.sender.stop(), at.receiver.stop())


def is_end(event: Event) -> bool:
    """Whether the transfer is over."""
    return event["event"] in ("done", "error")


async def _taken_over(at: Scene, isolated: ExitStack, wanted: Callable[[str], bool]) -> None:
    """TURN goes away; a way that is wanted takes over, and nobody calls that a new connection."""
    await moving(at)
    assert [event["way"] for event in at.receiver.events if event["event"] == "path"][-1].startswith("turn")
    isolated.close()
    loop = asyncio.get_running_loop()
    with at.lab.close_port(STUN_PORT):
        gone_at, since = loop.time(), len(at.receiver.events)
        await at.receiver.when(lambda event: event["event"] == "path" and wanted(event["way"]), TAKEN_OVER_S, since)
        print(f"another way {loop.time() - gone_at:.1f} s after the relay was gone")
        await arrived(at)
    assert not [event for event in at.receiver.events if event["event"] == "reconnecting"]


def test_the_relay_inside_the_websocket_takes_over_from_turn() -> None:
    """Where two NATs choose ports at random there is no direct way."""
    with scene("symmetric-random") as at:
        asyncio.run(_taken_over(at, ExitStack(), lambda way: way == "websocket"))


def test_a_direct_path_takes_over_from_turn() -> None:
    """It was blocked when the two met, and has opened since."""
    with scene("port-restricted") as at, ExitStack() as isolated:
        isolated.enter_context(at.lab.block_between(at.sender.client.place, at.receiver.client.place))
        asyncio.run(_taken_over(at, isolated, lambda way: way not in RELAYS))


async def _without_server(at: Scene) -> None:
    code = await moving(at)
    assert [event["way"] for event in at.receiver.events if event["event"] == "path"] == ["websocket"]
    at.server.close()
    at.server.enter_context(serving(*at.options))
    error = await at.receiver.when(is_end, WITHIN_S)
    assert (error["event"], error["code"], error["retry"]) == ("error", "server-gone", True)
    assert "goes on where it stopped" in error["message"]
    kept = [path for path in at.got.rglob("*") if path.stat().st_size >= MIB]
    assert len(kept) == 1
    await at.sender.until("error", WITHIN_S)
    since = len(at.receiver.events)
    at.receiver.tell(do="get", code=code, into=str(at.got))
    progress = await at.receiver.when(lambda event: event["event"] == "progress", WITHIN_S, since)
    assert progress["bytes"] >= MIB, "what has arrived before does not come again"
    await arrived(at, since)


def test_without_a_relay_there_is_an_error_and_then_the_rest() -> None:
    """The server's process is killed while it relays; another one takes its place, and knows nothing of the two."""
    with scene("symmetric-random", "--turn-port=0") as at:
        asyncio.run(_without_server(at))
