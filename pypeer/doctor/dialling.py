"""What a NAT does with TCP, by servers that answer STUN over it (RFC 8489, section 6.2.2; RFC 5780, section 4.3).

Ports from which connections are dialled, and at which nobody listens; from the first all servers are dialled at once.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final

from pypeer.connect.ice.candidate import family_of, join
from pypeer.connect.tcp.bases import Bases
from pypeer.connect.tcp.observing import observed
from pypeer.doctor import behaviour
from pypeer.doctor.findings import Status, Tcp
from pypeer.doctor.machine import local_address
from signaling.protocol.values import Address

ANSWER_S: Final = 2.0
"""How long a server may take: a SYN is sent again after one second, and a slow path takes a half."""

PORTS: Final = 3
"""Ports of ours, as with UDP: three numbers show whether a NAT counts them."""

SERVERS_MAX: Final = 8
"""Servers dialled from the first: the four endpoints of one that has all, and as many others."""


async def examine(family: int, servers: Sequence[Address]) -> Tcp:
    """Over one version of IP; `servers` are all that may answer, the best first."""
    fitting = [server for server in dict.fromkeys(servers) if family_of(server[0]) == family][:SERVERS_MAX]
    local = local_address(fitting[0]) if fitting else None
    if local is None:
        return Tcp(family, Status.ABSENT if fitting else Status.UNTESTED)
    bases = Bases()
    try:
        held = [base for _ in range(PORTS) if (base := bases.hold(local)) is not None]
        async with AsyncExitStack() as stack:
            return await _look(family, fitting, bases, held, stack) if held else Tcp(family, Status.UNTESTED, local)
    finally:
        bases.close()


async def _look(
    family: int, servers: Sequence[Address], bases: Bases, held: Sequence[Address], stack: AsyncExitStack
) -> Tcp:
    """Connections stay until all have been made: a NAT might give a port that is free again once more."""

    async def ask(base: Address, server: Address) -> Address | None:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await stack.enter_async_context(observed(bases, base, server))
        except (OSError, TimeoutError):
            return None

    first, *others = held
    answers = await asyncio.gather(*(ask(first, server) for server in servers))
    seen = {server: address for server, address in zip(servers, answers, strict=True) if address is not None}
    if not seen:
        return Tcp(family, Status.UNTESTED, first[0], asked=_names(servers))
    server, address = next(iter(seen.items()))
    more = await asyncio.gather(*(ask(base, server) for base in others))
    firsts = [(first, address), *((base, each) for base, each in zip(others, more, strict=True) if each is not None)]
    mapping, sure = behaviour.mapping(first, seen)
    ports, step = behaviour.ports(firsts, seen)
    public = tuple(dict.fromkeys(host for host, _ in seen.values()))
    names = _names(servers), _names(list(seen))
    return Tcp(family, Status.WORKS, first[0], public, mapping, sure, ports, step, *names)


def _names(servers: Sequence[Address]) -> tuple[str, ...]:
    return tuple(join(*server) for server in servers)
