"""The bases of one link (RFC 8445, section 4): sockets that datagrams leave from, and which of them are to stay."""

import asyncio
from collections.abc import Collection

from pypeer.connect.ice.candidate import LOCAL_PREFERENCE_MAX, Candidate, priority
from pypeer.connect.sockets import OnDatagrams, Sockets
from pypeer.protocol.report import CandidateKind
from signaling.protocol.values import Address


class Bases:
    """By number, each as the host or relayed candidate that it is."""

    def __init__(self, on_datagrams: OnDatagrams, ports: tuple[int, int] | None) -> None:
        self.hosts: dict[int, Candidate] = {}
        self.sockets = Sockets(on_datagrams, ports)
        self._spares: set[int] = set()
        """Beyond one for each address."""
        self._kept: int | None = None
        """A relayed base of a generation that is past, in use until a new one is."""

    def own(self) -> list[tuple[int, Candidate]]:
        """The sockets on addresses of this machine, one for each."""
        found = self.hosts.items()
        return [(base, host) for base, host in found if host.kind is CandidateKind.HOST and base not in self._spares]

    def seen(self, base: int, outside: Address) -> Candidate:
        """What a base is to servers, that see this address: itself, where there is no NAT."""
        host = self.hosts[base]
        if outside == host.address:
            return host
        preference = priority(CandidateKind.SRFLX, LOCAL_PREFERENCE_MAX - base)
        return Candidate(CandidateKind.SRFLX, *outside, preference, f"s{base}", host.address)

    def leased(self, inside: Address, outside: Address) -> tuple[int, Candidate] | None:
        """The base that has the address `inside`, with what a router gave for it; None if it has gone."""
        base = next((base for base, own in self.hosts.items() if own.address == inside), None)
        if base is None:
            return None
        preference = priority(CandidateKind.SRFLX, LOCAL_PREFERENCE_MAX - base)
        return base, Candidate(CandidateKind.SRFLX, *outside, preference, f"m{base}", inside, mapped=True)

    async def open(self, hosts: list[str]) -> None:
        """Have a socket on each of these addresses, and on no others; relayed bases are gone."""
        gone = {base for base, own in self.hosts.items() if own.kind is not CandidateKind.HOST or own.host not in hosts}
        self.hosts = {base: own for base, own in self.hosts.items() if base not in gone}
        known = {own.host for own in self.hosts.values()}
        missing = [host for host in hosts if host not in known]
        opened = await asyncio.gather(*(self.sockets.open(host) for host in missing))
        for host, each in zip(missing, opened, strict=True):
            if each is not None:
                self.hosts[each[0]] = _host(host, each[1], hosts.index(host))
        self._close_rest()

    async def open_spares(self, count: int, seen: Collection[int], predicted: bool = False) -> list[int]:
        """More sockets, which nobody is told of: for holes at ports that are guessed, or for one that is fresh.

        They are on the address that leads outside, as one of the bases that servers have `seen` does.
        """
        bases = [base for base, host in self.hosts.items() if host.kind is CandidateKind.HOST and host.family == 4]
        base = min(bases, key=lambda base: base not in seen, default=None)
        host = "" if base is None else self.hosts[base].host
        opened = [await self.sockets.open(host) for _ in range(count)] if host else []
        for number, port in filter(None, opened):
            self.hosts[number] = _host(host, port, 0, predicted)
            self._spares.add(number)
        return [number for number, _ in filter(None, opened)]

    def close_spares(self, kept: int) -> None:
        """Close those sockets but for the one that is in use."""
        spare = self._spares - {kept}
        self._spares -= spare
        self.hosts = {base: host for base, host in self.hosts.items() if base not in spare}
        self._close_rest()

    def keep(self, base: int | None) -> None:
        """If this is a relayed base, it serves on until `settle`, though it is not named again (make before break)."""
        own = None if base is None else self.hosts.get(base)
        if own is not None and base != self._kept:
            self._kept = base if own.kind is CandidateKind.RELAY else None

    def settle(self) -> None:
        """What was kept is not needed any more."""
        if self._kept is not None:
            self._kept = None
            self._close_rest()

    def close(self) -> None:
        """Close all of them."""
        self.sockets.close()

    def _close_rest(self) -> None:
        kept = set() if self._kept is None else {self._kept}
        self.sockets.close_except(set(self.hosts) | kept)


def _host(host: str, port: int, rank: int, predicted: bool = False) -> Candidate:
    preference = priority(CandidateKind.HOST, LOCAL_PREFERENCE_MAX - rank)
    return Candidate(CandidateKind.HOST, host, port, preference, f"h{rank}", predicted=predicted)
