"""Becoming a member of a sealed space by a code."""

from collections.abc import Awaitable, Callable

from pypeer.approach import ByCode
from pypeer.desk import Desk
from pypeer.errors import DeclinedError, MeetError
from pypeer.events import Invited
from pypeer.protocol.codes import EndCode
from pypeer.protocol.sealed import Invite, Meet
from pypeer.secure.code import Code, short_name
from pypeer.secure.encoding import unb64
from pypeer.secure.ids import peer_id
from pypeer.secure.keys import Role
from pypeer.signaling_client.pair import Pair
from pypeer.spaces.keys import SpaceKeys
from pypeer.spaces.space import Space, clean_name

Consent = Callable[[Invited], Awaitable[bool]]
"""Sees the invitation, and says whether it is accepted."""

Keep = Callable[[Space], Space]
"""Keeps the space: as it is kept; raises PeerError."""


async def join_by_code(desk: Desk, code: Code, consent: Consent, keep: Keep) -> Space:
    """Meet whoever invites, and keep the space; raises MeetError, DeclinedError, ServerError and what `keep` does."""
    approach = ByCode(code)
    met = await approach.meet(desk.client)
    pair = desk.pair(Role.A, met, approach.password)
    desk.switchboard.adopt(pair)
    try:
        meet = await pair.meet()
        invite = await pair.invitation()
        invited, space = _read(pair, meet, invite)
        if not await consent(invited):
            pair.part(EndCode.DECLINED)
            raise DeclinedError("You declined.")
        kept = keep(space)
        pair.part()
        return kept
    finally:
        desk.switchboard.drop(pair)
        pair.leave()


def _read(pair: Pair, meet: Meet, invite: Invite) -> tuple[Invited, Space]:
    who = peer_id(pair.peer_key)
    try:
        space = Space(clean_name(invite.name), SpaceKeys(unb64(invite.key)))
    except ValueError:
        raise MeetError("The invitation is to no space: the program of the other side has to be updated.") from None
    return Invited(space=space.name, peer=who, short=short_name(who), name=meet.name), space
