"""What a peer finds: who is here, what they have, and where."""

from dataclasses import replace

from pypeer.finding.found import File, Folder, FoundLibrary, Hit
from pypeer.finding.reporting import report
from pypeer.finding.sought import HITS_DEFAULT, OPEN, Sought
from pypeer.finding.targets import is_peer
from pypeer.finding.who import one_library, one_peer
from pypeer.peer.base import Base, unicode
from signaling.protocol.flags import Fault


class Seeking(Base):
    """The directory of the server, and the sealed spaces in it."""

    async def search(self, what: Sought | str, *, limit: int = HITS_DEFAULT, space: str | None = None) -> list[Hit]:
        """Files that others have published, the best first; raises ServerError, and as `browse` does for a peer.

        They are looked for in the open directory, or in the sealed `space` of that name (AbsentError if there is none),
        or in those of contacts (`contacts`), or in both kinds (`all`); never in the open and in a space, since that
        would tell the server what is sought in a space.

        A text is words alone. Names that look like those of contacts are marked (`alike`).
        """
        sought = Sought(what) if isinstance(what, str) else what
        if sought.peer is not None and not is_peer(sought.peer):
            sought = replace(sought, peer=one_peer(await self.libraries(space=space), sought.peer))
        hits = await self._places.named(OPEN if space is None else space).search(sought, limit)
        likeness = await self._likeness()
        return [likeness.hit(each) for each in hits]

    async def libraries(self, *, space: str | None = None) -> list[FoundLibrary]:
        """Who is here, with what, in the open and in all sealed spaces, or only in one; raises as `search` does."""
        libraries = await self._places.named(space).libraries()
        likeness = await self._likeness()
        return [likeness.library(each) for each in libraries]

    async def browse(
        self, library: FoundLibrary | str, path: str = "", *, space: str | None = None
    ) -> list[Folder | File]:
        """What is in a folder of a library: folders, then files. Raises AbsentError, AmbiguousError and ServerError.

        A library is named by itself, or as the peer of what is sought; the empty path is its top.
        """
        found = (
            library if isinstance(library, FoundLibrary) else one_library(await self.libraries(space=space), library)
        )
        return await self._places.everywhere.browse(found, path.strip("/"))

    async def report(self, what: str, fault: Fault | str, note: str = "") -> int:
        """Tell the operator of the server of a file, named by its handle or as byway:PEERID/HANDLE, or of all that a
        peer publishes (byway:PEERID/); how many libraries that concerned. Their owners learn nothing of it.

        Raises CodeError for what names none of them, AbsentError if it is not here, and ServerError.
        """
        return await report(self._client, what, Fault(fault), unicode(note))
