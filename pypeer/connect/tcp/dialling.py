"""Dialling the addresses of the other side in one attempt, and once more those whose network refuses."""

import asyncio
import logging
import random
import socket
from collections.abc import Awaitable, Callable

from pypeer.connect.ice.candidate import join
from pypeer.connect.tcp.admission import AdmissionError
from pypeer.connect.tcp.bases import Bases
from pypeer.connect.tcp.plan import Dial
from pypeer.connect.tcp.redial import Redial
from pypeer.connect.tcp.reporting import Checks
from pypeer.secure.keys import Role
from pypeer.secure.knock import How
from pypeer.tasks import Tasks

_log = logging.getLogger("byway.connect")


class Dialling:
    """`admit` finds out who is there; it raises AdmissionError, OSError and TimeoutError."""

    def __init__(
        self,
        role: Role,
        bases: Bases,
        checks: Checks,
        tasks: Tasks,
        admit: Callable[[socket.socket, How, Dial], Awaitable[None]],
    ) -> None:
        self._role = role
        self._bases = bases
        self._checks = checks
        self._tasks = tasks
        self._admit = admit
        self._clock = asyncio.get_running_loop().time

    def begin(self, dial: Dial) -> None:
        """Dial until it is over: an address that was dialled already is not dialled again."""
        if self._checks.add(dial):
            self._tasks.spawn(self._dial(dial))

    async def _dial(self, dial: Dial) -> None:
        redial = Redial(random.random)
        while True:
            took = await self._try(dial)
            if took is None:
                return
            await asyncio.sleep(redial.pause(took))

    async def _try(self, dial: Dial) -> float | None:
        """Dial once: in how many seconds it was refused, 0 if not by a network; None if it is not to be tried again."""
        self._checks.sent(dial)
        began = self._clock()
        try:
            waits = self._role is Role.B and dial.how is How.REFLEXIVE
            connection = await self._bases.dial(dial.base, dial.remote.address, waits)
        except OSError as error:
            _log.debug("%s: %s", join(*dial.remote.address), error)
            self._checks.refused(dial, error)
            return self._clock() - began
        try:
            await self._admit(connection, dial.how, dial)
        except AdmissionError as error:
            _log.debug("%s: %s", join(*dial.remote.address), error)
            self._checks.failed(dial)
            return None if dial.how is How.HOST else 0.0  # somebody else has this address here
        except (OSError, TimeoutError) as error:
            _log.debug("%s: %s", join(*dial.remote.address), error or type(error).__name__)
            return 0.0
        return None
