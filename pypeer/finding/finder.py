"""From what a person asks for to those who have it: what `pypeer get` does with a hit, before anybody is met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pypeer.approach import Approach
from pypeer.errors import AbsentError, AmbiguousError, PeerError
from pypeer.finding.directory import tellable
from pypeer.finding.found import FoundLibrary, Hit, Holder
from pypeer.finding.owner import COURTESY_S, Owner
from pypeer.finding.sought import Sought
from pypeer.finding.targets import ByFolder, ByHandle, Target
from pypeer.plan import Plan, is_final
from pypeer.protocol.messages import Entry
from pypeer.protocol.sealed import Want, Wanted
from pypeer.secure.code import short_name
from pypeer.spaces.everywhere import Everywhere
from pypeer.transfer.expected import Expected
from pypeer.transfer.names import printable, safe_name

ROOTS_LOOKED_AT: Final = 2
"""Of several files under one handle two are enough to know that it is not one."""

WHY_CHARS: Final = 256
"""The contract's limit on `want.why`."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Looks at one server; `why` is what owners who are asked about each request are told."""

    directory: Everywhere
    why: str = ""

    async def plan(self, target: Target) -> Plan:
        """Whom to meet for it; raises AbsentError, AmbiguousError and ServerError."""
        return await (self._of_folder(target) if isinstance(target, ByFolder) else self._of_file(target))

    async def _of_file(self, target: ByHandle) -> Plan:
        hit = await self._only(target)
        name = file_name(hit.name)
        expected = Expected((Entry(path=name, size=hit.size, root=hit.root),))
        want = Want(files=(Wanted(root=hit.root, name=name),), why=self._reason)
        whole = replace(target, root=hit.root)

        async def more(spent: Mapping[str, PeerError]) -> Sequence[Approach]:
            again = await self._only(whole)
            return [owner for owner in self._owners(again, target, want) if not is_final(spent.get(owner.peer))]

        return Plan(self._owners(hit, target, want), expected, more)

    async def _only(self, target: ByHandle) -> Hit:
        """The one file under a handle. What the server names besides was not asked for."""
        hits = await self.directory.search(Sought(handle=target.handle, peer=target.peer), ROOTS_LOOKED_AT)
        fits = [hit for hit in hits if hit.handle == target.handle and target.root in (None, hit.root)]
        fits = [hit for hit in fits if _holders(hit, target)]
        if not fits:
            who = "Nobody here" if target.peer is None else f"{short_name(target.peer)} is not here, or no longer"
            raise AbsentError(f"{who} has {target.handle}: search again, or later.{self.directory.hint}")
        if len({hit.root for hit in fits}) > 1:
            raise AmbiguousError(
                f"Several files have the handle {target.handle}, so one of them was made to deceive: name the peer "
                "that you trust, as byway:PEERID/HANDLE, or search and fetch by another way."
            )
        return fits[0]

    async def _of_folder(self, target: ByFolder) -> Plan:
        """One of the libraries of the peer has it; the first name of the path may be that of the library."""
        here = [each for each in await self.directory.libraries() if each.peer == target.peer]
        if not here:
            who = short_name(target.peer)
            raise AbsentError(f"{who} is not here: `pypeer peers` lists who is.{self.directory.hint}")
        found = [(each, path) for each in here for path in _paths(each, target.path) if await self._has(each, path)]
        if not found:
            raise AbsentError(
                f"{short_name(target.peer)} has no folder {printable(target.path)[:200]!r}: `pypeer browse` shows "
                "what it has."
            )
        if len(found) > 1:
            names = ", ".join(f"byway:{target.peer}/{each.name}" for each in here)
            raise AmbiguousError(f"{short_name(target.peer)} has several libraries with it: begin with one of {names}")
        (library, path), *_ = found
        want = Want(folder=path, why=self._reason)
        secret = self.directory.password(library.space, library.library)
        return Plan([Owner(library.peer, library.library, library.ask, want, secret=secret)])

    def _owners(self, hit: Hit, target: ByHandle, want: Want) -> list[Owner]:
        holders = _holders(hit, target)
        others = any(not each.ask and not each.away for each in holders)
        return [
            Owner(
                each.peer,
                each.library,
                each.ask,
                want,
                COURTESY_S if each.ask and others else 0.0,
                self.directory.password(each.space, each.library),
            )
            for each in holders
        ]

    @property
    def _reason(self) -> str:
        """As the contract takes it."""
        return tellable(self.why)[:WHY_CHARS]

    async def _has(self, library: FoundLibrary, path: str) -> bool:
        return not path or bool(await self.directory.browse(library, path))


def file_name(name: str) -> str:
    """The name under which all who have a file are asked to offer it: safe wherever it is stored."""
    return safe_name(name.replace("/", "_"))


def _holders(hit: Hit, target: ByHandle) -> list[Holder]:
    """One library of each peer is asked."""
    holders = {each.peer: each for each in reversed(hit.sources) if target.peer in (None, each.peer)}
    return list(reversed(holders.values()))


def _paths(library: FoundLibrary, path: str) -> list[str]:
    """What the path may be in this library."""
    first, _, rest = path.partition("/")
    return [path, rest] if first == library.name else [path]
