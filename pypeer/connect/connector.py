"""Attempts to connect to one peer: descriptions and candidates in and out over a sealed pair, links out.

Role A offers, role B answers; attempts are numbered, and whatever belongs to an older one is ignored (docs/protocol.md,
"Links").
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from aiortc import (
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp

from pypeer.connect import addresses
from pypeer.errors import ConnectError
from pypeer.links.webrtc import WebRtcLink
from pypeer.protocol.messages import Candidate, Description, SealedMessage
from pypeer.secure.keys import Role
from signaling.protocol.messages import IceServer

CONNECT_S = 30.0
"""Bound of one attempt: ICE checks of a hopeless pair go on for a minute, a person waits for half of that."""

addresses.install()


class _Attempt:
    """One peer connection with its channel, until it becomes a link or is given up."""

    def __init__(self, number: int, ice: tuple[IceServer, ...]) -> None:
        self.number = number
        servers = [RTCIceServer(list(s.urls), username=s.username, credential=s.credential) for s in ice]
        self.connection = RTCPeerConnection(RTCConfiguration(servers))
        self.channel: RTCDataChannel = self.connection.createDataChannel("byway", negotiated=True, id=0)
        self._described = False
        self._early: list[str] = []

    async def offer(self) -> Description:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return Description(link=self.number, kind="offer", sdp=self.connection.localDescription.sdp)

    async def answer(self, offer: Description) -> Description:
        await self._describe(offer)
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        return Description(link=self.number, kind="answer", sdp=self.connection.localDescription.sdp)

    async def answered(self, answer: Description) -> None:
        if not self._described:
            await self._describe(answer)

    async def add(self, candidates: tuple[str, ...]) -> None:
        """Add what the other side gathered; before the description they wait."""
        if not self._described:
            self._early.extend(candidates)
            return
        for text in candidates:
            candidate = candidate_from_sdp(text.removeprefix("candidate:"))
            candidate.sdpMLineIndex = 0
            await self.connection.addIceCandidate(candidate)

    async def _describe(self, description: Description) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(description.sdp, description.kind))
        self._described = True
        early, self._early = tuple(self._early), []
        await self.add(early)


class Connector:
    """Makes links to one peer.

    `on_link` gets each link that opened, `on_failed` the end of each attempt that did not.
    """

    def __init__(
        self,
        role: Role,
        send: Callable[[SealedMessage], None],
        on_link: Callable[[WebRtcLink], None],
        on_failed: Callable[[ConnectError], None],
        ice: tuple[IceServer, ...] = (),
    ) -> None:
        self._role = role
        self._send = send
        self._on_link = on_link
        self._on_failed = on_failed
        self._ice = ice
        self._attempt: _Attempt | None = None
        self._number = -1
        self._inbox: asyncio.Queue[Description | Candidate | None] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._spawn(self._run())

    def connect(self) -> None:
        """Role A: start a new attempt; an older one is given up."""
        assert self._role is Role.A
        self._inbox.put_nowait(None)

    def handle(self, message: Description | Candidate) -> None:
        """A sealed message of the other side about an attempt."""
        self._inbox.put_nowait(message)

    async def close(self) -> None:
        """Give up what is under way; links live on."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._drop()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self) -> None:
        while True:
            message = await self._inbox.get()
            try:
                await self._handle(message)
            except Exception as error:  # aiortc raises many kinds for a description it cannot use
                self._fail(f"The other side's connection data cannot be used ({error}).")

    async def _handle(self, message: Description | Candidate | None) -> None:
        if message is None:
            self._send(await (await self._begin(self._number + 1)).offer())
        elif isinstance(message, Description) and message.kind == "offer":
            if self._role is Role.B and message.link > self._number:
                attempt = await self._begin(message.link)
                self._send(await attempt.answer(message))
        elif self._attempt is not None and message.link == self._number:
            if isinstance(message, Description):
                await self._attempt.answered(message)
            else:
                await self._attempt.add(message.candidates)

    async def _begin(self, number: int) -> _Attempt:
        await self._drop()
        self._number = number
        self._attempt = attempt = _Attempt(number, self._ice)
        attempt.channel.on("open", lambda: self._opened(attempt))
        attempt.connection.on("connectionstatechange", lambda: self._state_changed(attempt))
        self._spawn(self._expire(attempt))
        return attempt

    def _opened(self, attempt: _Attempt) -> None:
        if self._attempt is attempt:
            self._attempt = None
            self._on_link(WebRtcLink(attempt.connection, attempt.channel))

    def _state_changed(self, attempt: _Attempt) -> None:
        if self._attempt is attempt and attempt.connection.connectionState in ("failed", "closed"):
            self._fail("No direct path to the other peer opened.")

    async def _expire(self, attempt: _Attempt) -> None:
        await asyncio.sleep(CONNECT_S)
        if self._attempt is attempt:
            self._fail(f"No direct path to the other peer opened within {CONNECT_S:.0f} seconds.")

    def _fail(self, text: str) -> None:
        if self._attempt is not None:
            self._spawn(self._drop())
            self._on_failed(ConnectError(f"{text} Both sides may be behind firewalls that block it."))

    async def _drop(self) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            await attempt.connection.close()
