"""A peer that knows the code and says what it should not, over a real data channel: each is `protocol`, at once."""

import asyncio
from pathlib import Path

import pytest

from pypeer.errors import TransferError
from pypeer.links import channel
from pypeer.links.webrtc import WebRtcLink
from pypeer.protocol import frames, limits, messages
from pypeer.protocol.codes import EndCode
from pypeer.secure.keys import Role
from pypeer.transfer.deciding import accept_all
from pypeer.transfer.sending import SendSession
from pypeer.transfer.session import ReceiveSession
from pypeer.transfer.sources import text_tree
from tests.support.linked import Side, joined, links

HELLO = frames.encode(messages.Hello(v=limits.VERSION, client="stranger", frame=limits.FRAME_BYTES))
HOSTILE: dict[str, list[bytes | str]] = {
    "text": ["hello"],
    "nothing": [b""],
    "a frame of no type": [HELLO, b"\xff\xff"],
    "a frame that is cut": [HELLO, frames.encode(frames.Stop(1))[:-1]],
    "a control frame that is no JSON": [HELLO, b"\x00{"],
    "a control message of no type": [HELLO, b'\x00{"t":"fly"}'],
    "more than was agreed": [HELLO, bytes(3) + bytes(limits.CHUNK_BYTES + 100)],
    "out of order: before hello": [frames.encode(messages.Pause())],
    "out of order: hello again": [HELLO, HELLO],
    "out of order: a chunk nobody asked for": [HELLO, frames.encode(frames.Data(7, memoryview(b"x")))],
    "out of order: done before anything": [HELLO, frames.encode(messages.Done(files=0, bytes=0, failed=0))],
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("role", ["sender", "receiver"])
async def test_what_does_not_belong_there_ends_the_session(tmp_path: Path, role: str, what: str) -> None:
    session: SendSession | ReceiveSession
    if role == "sender":
        session = SendSession(text_tree("x" * 5000), "s", lambda event: None)
    else:
        session = ReceiveSession(tmp_path / "got", accept_all, lambda event: None)
    a, b = Side(Role.A), Side(Role.B)
    async with joined(a, b):
        stranger, honest = await links(a, b)
        session.attach(honest)
        say(stranger, HOSTILE[what])
        with pytest.raises(TransferError) as caught:
            await asyncio.wait_for(session.wait(), 60)
        assert caught.value.code == EndCode.PROTOCOL
        assert await told(a) is EndCode.PROTOCOL
    assert not (tmp_path / "got").exists()


async def test_a_message_that_never_ends_fills_no_memory() -> None:
    a, b = Side(Role.A), Side(Role.B)
    async with joined(a, b):
        stranger, honest = await links(a, b)
        say(stranger, [HELLO, bytes(16 * 1024 * 1024)])
        await b.closed.wait()
        assert "a message of more than" in honest._channel.association.why


async def test_what_came_right_before_the_end_is_heard() -> None:
    a, b = Side(Role.A), Side(Role.B)
    async with joined(a, b):
        one, _ = await links(a, b)
        ends = one._channel
        ends.send(HELLO)
        ends.association.flush(asyncio.get_running_loop().time())
        ends.association.abort("both leave in one batch")
        ends._turn()
        await b.closed.wait()
        assert b.frames.get_nowait() == HELLO


def say(link: WebRtcLink, said: list[bytes | str]) -> None:
    """Past all checks of our own link: texts and nothing too, as a browser sends them (RFC 8831, section 6.6)."""
    for each in said:
        protocol = channel.BINARY if isinstance(each, bytes) else min(channel.TEXTS)
        data = each if isinstance(each, bytes) else each.encode()
        link._channel.association.send(protocol if data else channel.EMPTY, data or b"\0")
    link._channel._later()


async def told(side: Side) -> EndCode:
    """What the stranger is told."""
    while True:
        frame = frames.decode(await side.frames.get())
        if isinstance(frame, messages.Cancel):
            return frame.code
