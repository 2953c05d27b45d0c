"""The whole examination: everything that can go on at the same time does."""

import asyncio
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Final

import msgspec

from pypeer.connect.ice.candidate import family_of
from pypeer.connect.resolving import resolve
from pypeer.connect.servers import Relay, Servers, Stun
from pypeer.doctor import dialling, route
from pypeer.doctor.diagnosis import Diagnosis, Finding, diagnose
from pypeer.doctor.findings import Findings, RelayFound, Route, Tcp, Udp
from pypeer.doctor.machine import machine
from pypeer.doctor.probing import discover, measure_lifetime
from pypeer.doctor.relaying import try_relay
from pypeer.doctor.signaling import Impatient, sign_in
from signaling.protocol.values import Address

FAMILIES: Final = (4, 6)

Tell = Callable[[Finding], None]


async def examine(server: str, stun: tuple[Stun, ...], long: bool, tell: Tell) -> Diagnosis:
    """Find out everything; `stun` are servers to ask beside those that the server names. Raises ServerError.

    `tell` gets each finding as soon as it is known. With `long`, how long idle holes stay open is measured too.
    """
    asyncio.get_running_loop().set_default_executor(Impatient())
    here = machine()
    tell(Finding(machine=here))
    signaling, told = await sign_in(server)
    tell(Finding(signaling=signaling))
    addresses = await _addresses((*told.stun, *stun))
    both, way, relays = await asyncio.gather(
        asyncio.gather(*(_ip(family, addresses, long, tell) for family in FAMILIES)),
        _route(addresses, tell),
        _relays(told, tell),
    )
    udp, tcp = zip(*both, strict=True)
    return diagnose(Findings(here, signaling, udp, way, relays, tcp))


async def _addresses(servers: Iterable[Stun]) -> list[Address]:
    found = await asyncio.gather(*(resolve(each.host, each.port) for each in servers))
    return list(dict.fromkeys(chain.from_iterable(found)))


async def _ip(family: int, servers: list[Address], long: bool, tell: Tell) -> tuple[Udp, Tcp]:
    """UDP first, since it tells which other addresses and ports a server has."""
    udp, discovery = await discover(family, servers)
    if long and discovery is not None:
        udp = msgspec.structs.replace(udp, lifetime=await measure_lifetime(udp, discovery))
    tell(Finding(udp=udp))
    tcp = await dialling.examine(family, [*servers, *([] if discovery is None else discovery.others)])
    tell(Finding(tcp=tcp))
    return udp, tcp


async def _route(servers: list[Address], tell: Tell) -> Route:
    server = next((each for each in servers if family_of(each[0]) == 4), None)
    found = Route() if server is None else await route.find(server)
    tell(Finding(route=found))
    return found


async def _relays(told: Servers, tell: Tell) -> tuple[RelayFound, ...]:
    async def one(relay: Relay) -> RelayFound:
        found = await try_relay(relay)
        tell(Finding(relay=found))
        return found

    return tuple(await asyncio.gather(*map(one, told.relays)))
