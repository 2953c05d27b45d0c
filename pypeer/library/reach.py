"""How others get to this peer, as far as a look at the server's STUN tells, without asking anybody else."""

import asyncio
import contextlib
from typing import Final

from pypeer.connect import servers
from pypeer.connect.options import Relaying
from pypeer.desk import Desk
from pypeer.protocol.codes import Mapping
from signaling.protocol.listed import Reach

LOOK_S: Final = 2.0
"""How long it may take: servers answer within a round trip, and a router that maps ports in a second."""

_REACH: Final = {
    Mapping.NONE: Reach.OPEN,
    Mapping.INDEPENDENT: Reach.STEADY,
    Mapping.SEQUENTIAL: Reach.VARYING,
    Mapping.RANDOM: Reach.VARYING,
    Mapping.BLOCKED: Reach.BLOCKED,
}


async def reach_of(desk: Desk) -> Reach | None:
    """What this network allows; None if that is not known, or is hidden."""
    if desk.connect.relaying is Relaying.ONLY:
        return None
    from pypeer.connect.gathering import Gathering

    gathering = Gathering(servers.read(desk.client.ice), desk.connect)
    desk.gatherings.add(gathering)
    known = asyncio.Event()

    def look() -> None:
        if gathering.leased or gathering.mapping is Mapping.NONE:
            known.set()

    try:
        gathering.listen(lambda base, candidate: look(), known.set, look)
        gathering.start()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await known.wait()
        return Reach.OPEN if gathering.leased else _REACH.get(gathering.mapping)
    finally:
        gathering.close()
        await gathering.wait_closed()
