"""What becomes of what a contact wants to send. Pure."""

from enum import StrEnum
from typing import Final

from pypeer.contacts.standing import Standing


class Accept(StrEnum):
    """What an inbox takes."""

    ALWAYS = "always"
    """Only from those of whom everything is taken; others cannot tell whether it is open."""
    ASK = "ask"
    """From all contacts, and asks about those of whom not everything is taken."""
    CONTACTS = "contacts"
    """Everything, from all contacts."""


class Verdict(StrEnum):
    """What is done with one call."""

    TAKE = "take"
    ASK = "ask"
    DECLINE = "decline"


class Answer(StrEnum):
    """What our person says to one call."""

    ACCEPT = "accept"
    DECLINE = "decline"
    ALWAYS = "always"
    """Accept, and everything else of this contact from now on."""
    BLOCK = "block"
    """Decline, and be called no more by this contact."""


VERDICTS: Final[dict[tuple[Standing, Accept], Verdict]] = {
    (Standing.ALWAYS, Accept.ALWAYS): Verdict.TAKE,
    (Standing.ALWAYS, Accept.ASK): Verdict.TAKE,
    (Standing.ALWAYS, Accept.CONTACTS): Verdict.TAKE,
    (Standing.ASK, Accept.ASK): Verdict.ASK,
    (Standing.ASK, Accept.CONTACTS): Verdict.TAKE,
}
"""Whatever is not here is declined, and not waited for."""


def verdict(standing: Standing, accept: Accept) -> Verdict:
    """What is done with a call of somebody of this standing."""
    return VERDICTS.get((standing, accept), Verdict.DECLINE)
