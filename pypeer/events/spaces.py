"""Sealed spaces, and invitations to them."""

from pypeer.events.event import Event


class Invited(Event, frozen=True, tag="invited"):
    """Someone, who has proven the code, invites to a sealed space: as it calls it."""

    space: str
    peer: str
    short: str
    name: str = ""


class Member(Event, frozen=True, tag="member"):
    """Who was invited to a sealed space is a member now."""

    space: str
    peer: str
    short: str
    name: str = ""


class SpaceListed(Event, frozen=True, tag="space"):
    """A sealed space of this user; `since` is when it was joined, in seconds since 1970. The `link`, a secret, where it
    was asked for."""

    name: str
    since: float
    link: str = ""
