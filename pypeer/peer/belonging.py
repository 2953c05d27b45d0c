"""How a peer comes into sealed spaces, and others by it."""

from typing import TYPE_CHECKING

from pypeer.peer.base import Base
from pypeer.protocol import limits
from pypeer.secure import code

if TYPE_CHECKING:
    from pypeer.events import Invited
    from pypeer.spaces.inviting import Invitation
    from pypeer.spaces.joining import Consent
    from pypeer.spaces.space import Space


class Belonging(Base):
    """Invitations, given and taken; the spaces themselves are in `spaces`."""

    async def invite(
        self, space: str, *, times: int | None = 1, expires: float | None = None, words: int = limits.WORDS
    ) -> "Invitation":
        """Invite to a sealed space of this user, under a code that lives for `expires` seconds and is good for so many
        `times` (None: any). Raises AbsentError and ServerError.

        Whoever is told the code, and joins, is a member and can invite others.
        """
        from pypeer.spaces.inviting import Invitation

        if times is not None and times < 1:
            raise ValueError("times is a number of members, so at least 1")
        invitation = Invitation(self._desk, self.spaces.named(space), code.pick_words(words), times)
        await invitation.open(expires)
        self._work.offers.append(invitation)
        return invitation

    async def join(self, text: str, consent: "Consent | None" = None, *, name: str = "") -> "Space":
        """Join the sealed space to which a code invites, or whose link this is.

        It is called `name` here, if one is given. `consent` sees the invitation of a code first. Raises CodeError,
        MeetError, DeclinedError, ServerError and SpaceError.
        """

        from pypeer.spaces.joining import join_by_code
        from pypeer.spaces.space import parse_link

        def keep(space: "Space") -> "Space":
            return self.spaces.join(space, name)[0]

        space = parse_link(text)
        if space is not None:
            return keep(space)
        return await join_by_code(self._desk, code.parse(text), consent or _accept, keep)


async def _accept(_: "Invited") -> bool:
    return True
