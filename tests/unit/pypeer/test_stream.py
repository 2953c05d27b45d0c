"""The stream of events, and which pair a push belongs to."""

import asyncio

from pypeer.events import Event, Joined, Progress, Resumed, to_json
from pypeer.stream import EventStream


async def read(stream: EventStream) -> list[Event]:
    return [event async for event in stream]


async def test_events_come_in_order_and_end() -> None:
    stream = EventStream()
    reader = asyncio.create_task(read(stream))
    await asyncio.sleep(0)
    stream.emit(Resumed())
    await asyncio.sleep(0)
    stream.emit(Joined(peer="x", short="y"))
    stream.end()
    assert await reader == [Resumed(), Joined(peer="x", short="y")]


async def test_only_the_latest_unread_progress_of_a_session_is_kept() -> None:
    stream = EventStream()
    for number in range(3):
        stream.emit(Progress(session="a", bytes=number, total=9))
    stream.emit(Progress(session="b", bytes=0, total=9))
    stream.end()
    assert await read(stream) == [Progress(session="a", bytes=2, total=9), Progress(session="b", bytes=0, total=9)]


def test_an_event_is_one_line_of_json() -> None:
    line = to_json(Joined(peer="x", short="y", session="s"))
    assert line == '{"event":"joined","peer":"x","short":"y","session":"s"}'
