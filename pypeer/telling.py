"""What of a conversation its person is told, by events, and the server, by reports."""

import asyncio
from collections.abc import Callable, Mapping

import msgspec

from pypeer.connect.lanes import Road
from pypeer.events import Event, PathChanged, Reconnecting, Report
from pypeer.links.link import Path
from pypeer.protocol.report import ConnectionReport, Delivery, Reason
from pypeer.signaling_client.pair import Pair
from signaling.protocol.rendezvous import Phases


class Telling:
    """Tells of one conversation. `session_id` is in all its events, as receivers of one code have to be told apart."""

    def __init__(self, pair: Pair, session_id: str, emit: Callable[[Event], None]) -> None:
        self._pair = pair
        self._session_id = session_id
        self._emit = emit
        self._path: Path | None = None
        self._began: float | None = None
        self._clock = asyncio.get_running_loop().time

    def wanted(self) -> None:
        """Both know that they want a link: role A wants it, or its first word about one says so."""
        if self._began is None:
            self._began = self._clock()

    def path(self, path: Path) -> None:
        """The session uses this path."""
        if path != self._path:
            self._path = path
            self._emit(
                PathChanged(
                    session=self._session_id, way=path.way, scope=path.scope, local=path.local, remote=path.remote
                )
            )

    def moves(self) -> None:
        """The session moves to another link: its path is told even if it is the same."""
        self._path = None

    def relayed(self, path: Path) -> None:
        """It moves to the relay inside the WebSocket, which makes no report of its own."""
        elapsed = self._clock() - self._began if self._began is not None else 0.0
        self._pair.report(path.way, Phases(opened=elapsed))

    def report(self, report: ConnectionReport, relayable: bool) -> None:
        """An attempt over other ways has ended; with the other relay there, that it had none explains nothing."""
        if relayable:
            left = tuple(reason for reason in report.reasons if reason is not Reason.NO_RELAY)
            report = msgspec.structs.replace(report, reasons=left)
        self.attempt(report)
        if report.outcome != "failed":
            self._pair.report(report.outcome, report.phases)

    def raced(self, report: ConnectionReport, road: Road, rates: Mapping[Road, float]) -> None:
        """Two roads were open, and one was measured to be quicker, or both alike; for the person alone."""
        order = sorted(rates, key=lambda each: each is not road)
        race = tuple(Delivery(road=each.value, rate=rates[each]) for each in order)
        self.attempt(msgspec.structs.replace(report, race=race))

    def attempt(self, report: ConnectionReport) -> None:
        """How an attempt went, for the person alone."""
        self._emit(Report(session=self._session_id, report=report))

    def lost(self) -> None:
        """There is no link, and another is looked for."""
        self._path = None
        self._began = self._clock()
        self._emit(Reconnecting(session=self._session_id))

    def failed(self) -> None:
        """No way was found."""
        self._pair.report("failed", None)
