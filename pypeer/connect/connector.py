"""Links to one peer: attempts in order, the one that stands, and its restarts (docs/protocol.md, "Links").

Role A begins each attempt, role B answers; attempts are numbered, and whatever belongs to an older one is ignored.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import msgspec

from pypeer.connect.addresses import host_addresses
from pypeer.connect.attempt import Attempt
from pypeer.connect.description import DescriptionError
from pypeer.connect.gathering import Gathering
from pypeer.connect.ice.effects import State as IceState
from pypeer.connect.link_state import State
from pypeer.errors import ConnectError
from pypeer.links.webrtc import WebRtcLink
from pypeer.protocol.report import ConnectionReport
from pypeer.protocol.sealed import Candidate, Description, Network, SealedMessage
from pypeer.secure.keys import Role
from pypeer.tasks import Tasks

CONNECT_S: Final = 15.0
"""Bound of one attempt. ICE tells within 3 s what is hopeless; the rest is for DTLS and SCTP on a bad path."""

RESTART_S: Final = 15.0
"""How long a link may be silent while it is restarted: a change of network, the reboot of a router."""

OTHERS_S: Final = 0.5
"""How long the other pairs of a link that fell silent, relays among them, have to take over before it is restarted: a
round trip or two. A restart needs the server, and gathers anew."""

AGAIN_S: Final = 1.5
"""Pause before a restart that came to nothing is tried again."""

WATCH_S: Final = 2.0
"""Interval at which the addresses of this machine are looked at: no system tells of changes in the same way."""


_log = logging.getLogger("byway.connect")


class Connector:
    """Makes links to one peer, and keeps them.

    `on_link` gets each link that opened, `on_failed` the end of each attempt that did not, `on_report` what became of
    each, `on_silence` whether the link that stands has gone silent, `on_barred` that no datagram seems to get from one
    side to the other (pypeer.connect.prospects). `gather` makes new sockets; the first attempt takes `gathered` if
    there is one, which began earlier.
    """

    def __init__(
        self,
        role: Role,
        send: Callable[[SealedMessage], None],
        on_link: Callable[[WebRtcLink], None],
        on_failed: Callable[[ConnectError], None],
        gather: Callable[[], Gathering],
        gathered: Gathering | None = None,
        on_report: Callable[[ConnectionReport], None] = lambda report: None,
        on_silence: Callable[[bool], None] = lambda silent: None,
        on_barred: Callable[[], None] = lambda: None,
    ) -> None:
        self._role = role
        self._send = send
        self._on_link = on_link
        self._on_failed = on_failed
        self._gather = gather
        self._gathered = gathered
        self._on_report = on_report
        self._on_silence = on_silence
        self._on_barred = on_barred
        self._attempt: Attempt | None = None
        self._live: Attempt | None = None
        self._number = -1
        self._knew: float | None = None
        """When both knew that they want a link, which no attempt has brought yet."""
        self._deadline: asyncio.TimerHandle | None = None
        self._again: asyncio.TimerHandle | None = None
        self._tasks = Tasks("connector")
        self._closing = Tasks("closing")

    def connect(self) -> None:
        """Role A: start a new attempt; an older one is given up."""
        assert self._role is Role.A
        self._begin(self._number + 1).offer()

    def handle(self, message: Description | Candidate | Network) -> None:
        """A sealed message of the other side about an attempt."""
        if message.link > self._number and self._role is Role.B and _begins(message):
            self._begin(message.link)
        attempt = self._attempt or self._live
        if attempt is None or message.link != attempt.number or attempt.state is State.CLOSED:
            return
        try:
            _deliver(attempt, message)
        except DescriptionError as error:
            self._fail(attempt, f"The other side's connection data cannot be used ({error}).")

    async def close(self) -> None:
        """Give up what is under way, and the link if it stands."""
        self._tasks.cancel()
        await self._tasks.wait()
        self._cancel_timers()
        if self._gathered is not None:
            self._gathered.close()
        self._drop()
        if self._live is not None:
            await self._live.close()
        await self._closing.wait()

    # Attempts

    def _begin(self, number: int) -> Attempt:
        self._drop()
        gathering, self._gathered = self._gathered, None
        if gathering is None or not gathering.is_fresh:
            if gathering is not None:
                gathering.close()
            gathering = self._gather()
            gathering.start()
        self._number = number
        if self._knew is None:
            self._knew = asyncio.get_running_loop().time()
        self._attempt = attempt = Attempt(number, self._role, gathering, self._send, self._knew)
        attempt.on_open = lambda: self._opened(attempt)
        attempt.on_failed = lambda: self._fail(attempt, "No direct path to the other peer opened.")
        attempt.on_ice = lambda state: self._ice_changed(attempt, state)
        attempt.on_barred = self._on_barred
        self._tasks.spawn(self._expire(attempt))
        return attempt

    def _opened(self, attempt: Attempt) -> None:
        if self._attempt is not attempt:
            return
        self._attempt, self._live, self._knew = None, attempt, None
        self._report(attempt, succeeded=True)
        attempt.transport.on_doubt = lambda: self._restart(attempt)
        link = WebRtcLink(attempt)
        self._tasks.spawn(self._watch_network(attempt))
        self._on_link(link)

    def _report(self, attempt: Attempt, succeeded: bool) -> None:
        report = attempt.report(succeeded)
        _log.info("link %d: %s", attempt.number, msgspec.json.encode(report).decode())
        self._on_report(report)

    async def _expire(self, attempt: Attempt) -> None:
        await asyncio.sleep(CONNECT_S)
        self._fail(attempt, f"No direct path to the other peer opened within {CONNECT_S:.0f} seconds.")

    def _fail(self, attempt: Attempt, text: str) -> None:
        if self._attempt is attempt:
            self._report(attempt, succeeded=False)
            self._drop()
            self._on_failed(ConnectError(f"{text} Both sides may be behind firewalls that block it."))

    def _drop(self) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            self._closing.spawn(attempt.close())

    # Restarts

    def _ice_changed(self, attempt: Attempt, state: IceState) -> None:
        if attempt is not self._live:
            return
        if state is IceState.CONNECTED:
            self._cancel_timers()
            self._on_silence(False)
        elif state is IceState.SILENT and self._again is None:
            self._again = asyncio.get_running_loop().call_later(OTHERS_S, self._fell_silent, attempt)
        elif state is IceState.FAILED and self._again is None:
            self._again = asyncio.get_running_loop().call_later(AGAIN_S, self._restart_again, attempt)

    def _restart(self, attempt: Attempt) -> None:
        if attempt is self._live:
            attempt.restart()
            if self._deadline is None:
                loop = asyncio.get_running_loop()
                self._deadline = loop.call_later(RESTART_S, lambda: self._tasks.spawn(self._lose(attempt)))

    def _fell_silent(self, attempt: Attempt) -> None:
        """No other pair of the link took over."""
        if attempt is self._live:
            self._on_silence(True)
        self._restart_again(attempt)

    def _restart_again(self, attempt: Attempt) -> None:
        self._again = None
        self._restart(attempt)

    async def _lose(self, attempt: Attempt) -> None:
        """The link did not come back."""
        self._deadline = None
        if attempt is self._live:
            self._live = None
            await attempt.close()

    async def _watch_network(self, attempt: Attempt) -> None:
        """Restart when this machine got another address (RFC 8445, section 9: a change of network)."""
        interfaces = attempt.transport.gathering.options.interfaces
        known = set(host_addresses(interfaces))
        while attempt is self._live:
            await asyncio.sleep(WATCH_S)
            present = set(host_addresses(interfaces))
            if present != known and present:
                known = present
                self._restart(attempt)

    def _cancel_timers(self) -> None:
        for timer in (self._deadline, self._again):
            if timer is not None:
                timer.cancel()
        self._deadline = self._again = None


def _begins(message: Description | Candidate | Network) -> bool:
    return isinstance(message, Description) and message.kind == "offer"


def _deliver(attempt: Attempt, message: Description | Candidate | Network) -> None:
    match message:
        case Description():
            attempt.receive(message)
        case Candidate():
            attempt.add(message.candidates)
        case Network():
            attempt.networked(message)
