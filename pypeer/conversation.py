"""Everything between two peers once they have met: links come and go under one transfer session.

Role A makes the offers and so decides when to try again; role B waits for it, at first for as long as its person takes
to decide. The pair with the server may end while a
link lives: the transfer goes on, and only when that link breaks too is there no way back.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Final, Protocol

from pypeer.connect.connector import Connector
from pypeer.connect.gathering import Gathering
from pypeer.errors import ConnectError, PeerError
from pypeer.events import Event, PathChanged, Reconnecting, Report
from pypeer.links.link import Link, Path
from pypeer.links.webrtc import WebRtcLink
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Candidate, Description, Network, Part, SealedMessage
from pypeer.protocol.report import ConnectionReport
from pypeer.secure.keys import Role
from pypeer.signaling_client import backoff
from pypeer.signaling_client.pair import Pair
from pypeer.transfer.endings import from_peer

ATTEMPTS: Final = 3
"""Attempts in a row that may fail before role A gives up: ten seconds, each with fresh candidates."""

END_CODES: Final = {code.value: code for code in EndCode}
"""What the other side can be told of an error; it knows by itself that there was no way."""

RECOVER_S: Final = 120.0
"""How long role B waits for a new offer after its link broke: all attempts of role A, and the waits between them."""


class TransferSession(Protocol):
    """What a conversation needs of a transfer (pypeer.transfer.session)."""

    on_lost: Callable[[], None]

    def attach(self, link: Link) -> None:
        """Go on over this link."""

    def fail(self, error: PeerError) -> None:
        """End with an error."""

    async def wait(self) -> object:
        """Wait for the end; raises PeerError."""


class Conversation:
    """One transfer with one peer, over whatever links open."""

    def __init__(
        self,
        pair: Pair,
        session: TransferSession,
        gather: Callable[[], Gathering],
        gathered: Gathering,
        session_id: str,
        emit: Callable[[Event], None],
    ) -> None:
        self._pair = pair
        self._session = session
        self._session_id = session_id
        self._emit = emit
        self._link: WebRtcLink | None = None
        self._failures = 0
        self._failed: ConnectError | None = None
        self._paired = True
        self._timer: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._path: Path | None = None
        self._connector = Connector(
            pair.role, pair.send, self._on_link, self._on_failed, gather, gathered, self._on_report
        )
        session.on_lost = self._on_lost

    async def run(self) -> None:
        """Connect, and see the transfer through to its end; raises PeerError."""
        code: EndCode | None = EndCode.CANCELLED
        try:
            if self._pair.role is Role.A:
                self._connector.connect()
            self._pair.listen(self._on_message, self._on_pair_end)
            await self._session.wait()
            code = None
        except PeerError as error:
            code = END_CODES.get(error.code)
            raise
        finally:
            self._pair.part(code)
            await self.close()

    async def drop_link(self) -> None:
        """Close the present link, as a change of network would; another is made at once."""
        if self._link is not None:
            await self._link.close()

    async def close(self) -> None:
        """Close what is open, the link first: its last words are still on their way, and the connector would end it."""
        self._stop_timer()
        if self._link is not None:
            await self._link.close()
        await asyncio.gather(*self._closing)
        await self._connector.close()

    def _on_link(self, link: WebRtcLink) -> None:
        self._stop_timer()
        self._failures = 0
        self._failed = None
        self._give_up_link()  # the other side may notice first that a link is dead
        self._link = link
        self._path = None
        link.watch_path(self._on_path)
        self._on_path(link.path)
        self._session.attach(link)

    def _on_path(self, path: Path) -> None:
        if path != self._path:
            self._path = path
            self._emit(_path_event(path, self._session_id))

    def _on_report(self, report: ConnectionReport) -> None:
        self._emit(Report(session=self._session_id, report=report))
        if report.outcome != "failed":
            self._pair.report(report.outcome, report.phases)

    def _on_lost(self) -> None:
        self._give_up_link()
        if not self._paired:
            self._session.fail(_gone())
            return
        self._emit(Reconnecting(session=self._session_id))
        if self._pair.role is Role.A:
            self._retry()
        else:
            self._wait_for_offer()

    def _give_up_link(self) -> None:
        lost, self._link = self._link, None
        if lost is not None:
            task = asyncio.create_task(lost.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def _on_failed(self, error: ConnectError) -> None:
        self._failures += 1
        self._failed = error if self._pair.is_reachable else _cut_off()
        if self._pair.role is Role.A and self._failures < ATTEMPTS and self._paired:
            self._retry()
        elif self._pair.role is Role.A or not self._paired:
            self._pair.report("failed", None)
            self._session.fail(self._why_over())

    def _retry(self) -> None:
        self._start_timer(backoff.delay(self._failures, random.random()), self._connector.connect)

    def _wait_for_offer(self) -> None:
        self._start_timer(RECOVER_S, lambda: self._session.fail(self._why_over()))

    def _on_message(self, message: SealedMessage) -> None:
        match message:
            case Description() | Candidate() | Network():
                self._connector.handle(message)
            case Part(code=None):
                self._on_pair_end()
            case Part(code=EndCode() as code):
                self._on_pair_end(from_peer(code, ""))
            case _:
                pass

    def _on_pair_end(self, error: PeerError | None = None) -> None:
        self._paired = False
        if self._link is None:
            self._session.fail(error or self._why_over())

    def _why_over(self) -> PeerError:
        """Whoever leaves after attempts that came to nothing has given up on finding a way."""
        return self._failed or _gone()

    def _start_timer(self, delay: float, action: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(delay, action)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _path_event(path: Path, session_id: str) -> PathChanged:
    return PathChanged(session=session_id, way=path.way, scope=path.scope, local=path.local, remote=path.remote)


def _gone() -> ConnectError:
    return ConnectError("The other side has gone: it closed its page or command, or lost its network for too long.")


def _cut_off() -> ConnectError:
    return ConnectError(
        "The server went away before the two sides could tell each other how to connect: check your network, and try "
        "again when the server is back."
    )
