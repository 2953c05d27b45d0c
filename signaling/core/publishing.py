"""What sessions publish for everybody: libraries, and what is announced of them. How many files there are is kept here,
what they are in an index.
"""

from collections.abc import Callable
from itertools import count

import msgspec

from signaling.core.announced import fault_of
from signaling.core.answers import UNNUMBERED, failed, ok, unknown_library
from signaling.core.libraries import LIBRARY_BYTES, Libraries, Library
from signaling.core.policy import Policy
from signaling.core.session import Session
from signaling.engine.index import Counted, Index
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import Announce, Publish, Published
from signaling.protocol.encoding import b64
from signaling.protocol.listed import Shelf
from signaling.protocol.messages import Error, Reply


class Publishing:
    """The rules over an index. `room` says how many entries more the directory has room for."""

    def __init__(
        self,
        policy: Policy,
        index: Index,
        libraries: Libraries,
        entropy: Callable[[int], bytes],
        room: Callable[[], int],
    ) -> None:
        self.files = 0
        self.folders = 0
        """In all libraries."""
        self.coming = 0
        """Files that are being announced and may be more than before."""
        self._policy = policy
        self._index = index
        self._libraries = libraries
        self._entropy = entropy
        self._room = room
        self._numbers = count(1)

    def publish(self, session: Session, request: Publish) -> Reply:
        """Begin a library."""
        shown = Shelf(
            library=b64(self._entropy(LIBRARY_BYTES)),
            peer=session.key,
            name=request.name,
            description=request.description,
            ask=request.ask,
            reach=request.reach,
        )
        library = Library(next(self._numbers), session, shown)
        self._libraries.add(library)
        self._index.begin(library.number)
        most = self._policy.files_per_library
        return Published(seq=UNNUMBERED, re=request.id, library=shown.library, most=most)

    def drop(self, library: Library) -> None:
        """End a library."""
        self._libraries.remove(library)
        self.files -= library.shown.files
        self.folders -= library.folders
        self._index.end(library.number)

    def refusal(self, library: Library, request: Announce) -> Error | None:
        """Why this cannot be announced at all."""
        fault = fault_of(request.folders)
        if fault:
            return failed(request, ErrorCode.BAD_MESSAGE, fault)
        if library.folders >= self._policy.files_per_library and any(folder.files for folder in request.folders):
            text = f"a library may have {self._policy.files_per_library} folders"
            return failed(request, ErrorCode.TOO_MANY, text)
        return None

    async def announce(self, library: Library, request: Announce) -> Reply:
        """Take what is new in a library of whoever announces it."""
        files = sum(len(folder.files) for folder in request.folders)
        granted = max(0, min(files, self._room()))
        self.coming += granted
        library.coming += granted
        most = min(self._policy.files_per_library, library.shown.files + library.coming)
        try:
            counted = await self._index.announce(library.number, request.folders, request.gone, most)
        finally:
            self.coming -= granted
            library.coming -= granted
        return self._announced(library, request, counted)

    def _announced(self, library: Library, request: Announce, counted: Counted | None) -> Reply:
        if library not in self._libraries:
            return unknown_library(request)
        if counted is None:
            text = f"a library may have {self._policy.files_per_library} files, and the directory has room for "
            return failed(request, ErrorCode.TOO_MANY, text + str(max(0, self._room() + self.coming)))
        self.files += counted.files - library.shown.files
        self.folders += counted.folders - library.folders
        library.folders = counted.folders
        whole = library.shown.whole or request.whole
        changed = {"files": counted.files, "bytes": counted.bytes, "whole": whole}
        library.shown = msgspec.structs.replace(library.shown, **changed)
        return ok(request)
