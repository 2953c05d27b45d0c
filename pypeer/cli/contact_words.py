"""Contacts, and what they want to send, in words. Pure."""

from datetime import UTC, datetime
from typing import Final

from pypeer import events
from pypeer.cli.words import count, lookalike, printable, size
from pypeer.contacts.standing import Standing
from pypeer.delegates.record import State

STANDINGS: Final = {
    Standing.MET: "was met; no contact yet",
    Standing.ASK: "may send, and you are asked",
    Standing.ALWAYS: "may send anything",
    Standing.BLOCKED: "is blocked",
}

KEPT: Final = {
    State.COPYING: "comes to be served",
    State.COPIED: "is here, and waits for its code",
    State.SERVING: "is served",
}

ENDS: Final = {
    "used": "as many have it as it was for",
    "burned": "the words of its code were guessed wrong too often",
    "expired": "its time is over",
    "withdrawn": "its owner has taken it back",
    "stopped": "you have stopped it",
    "forbidden": "its owner may not have things served from here any more",
    "no-space": "the disk is full",
}
"""Why something that was handed over is served no more."""

ID_SHOWN: Final = 8
"""Letters of an id: as few as tell it from the others of one machine."""


def describe(event: events.Event) -> str | None:
    """One line for an event, or None if it is not about contacts, or not worth one."""
    match event:
        case events.Remembered():
            return remembered(event)
        case events.InboxOpen():
            return inbox(event)
        case events.Calling():
            return f"Calling {printable(event.name)}, {event.short}."
        case events.Kept():
            return kept(event)
        case events.KeptNoMore():
            return f"“{printable(event.title)}” is not served any more: {ENDS.get(event.reason, event.reason)}."
        case events.OnBehalf():
            return on_behalf(event)
        case events.HandedOver():
            return f"{printable(event.name)}, {event.short}, serves it from now on, until {day(event.until)}."
        case events.Called(ask=False):
            return called(event)  # else the question says it
        case _:
            return None


def kept(event: events.Kept) -> str:
    """What is kept for whom, and how far that is."""
    who = f"{printable(event.name)}, {event.short}"
    until = "" if event.until is None else f" until {day(event.until)}"
    what = f"{count(event.files, 'file', 'files')}, {size(event.bytes)}"
    return f"{event.id[:ID_SHOWN]}  {KEPT[State(event.state)]}{until}: “{printable(event.title)}”, {what}, for {who}"


def on_behalf(event: events.OnBehalf) -> str:
    """Whose it is, who serves it, and that this is proven."""
    name = f"{printable(event.name)}, " if event.name else ""
    return f"It is from {name}{event.short}, who lets {event.by_short} serve it until {day(event.until)}."


def day(seconds: float) -> str:
    """A time, by the clock of this machine."""
    return datetime.fromtimestamp(seconds, tz=UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def contact(known: events.Remembered) -> str:
    """Name, two words, what it may do, whom it could be taken for, and its id, which alone is proven."""
    marks = [STANDINGS[Standing(known.standing)], *lookalike(known.alike)]
    marks += ["mixes alphabets that look alike"] if known.mixed else []
    return f"{printable(known.name)}  {known.short}  [{'; '.join(marks)}]  {known.peer}"


def called(call: events.Called) -> str:
    """Who wants to send what."""
    who = f"{printable(call.name)}, {call.short} [{call.peer}]"
    warning = "".join(f" ({each})" for each in lookalike(call.alike))
    if call.text:
        return f"{who}{warning} sends a text of {size(call.bytes)}."
    folders = f", {count(call.folders, 'folder', 'folders')}" if call.folders else ""
    more = call.files + call.folders > len(call.names)
    names = ", ".join(printable(name) for name in call.names) + (" …" if more else "")
    what = f"{count(call.files, 'file', 'files')}{folders}, {size(call.bytes)}"
    return f"{who}{warning} sends {what}: {names}"


def remembered(known: events.Remembered) -> str | None:
    """That somebody is known from now on; each time it would be no news."""
    name = printable(known.name)
    if known.standing == Standing.MET.value:
        text = f"Remembered as “{name}”: after `pypeer contacts add` at both sides you can send without a code."
        return text if known.new else None
    return f"Known as “{name}”, who {STANDINGS[Standing(known.standing)]}."


def inbox(box: events.InboxOpen) -> str:
    """Who can call."""
    who = count(box.contacts, "contact", "contacts")
    none = ": `pypeer contacts add NAME` makes one of somebody you have met" if not box.contacts else ""
    return f"Waiting for what {who} may send to you, {box.short}, into {printable(box.into)}{none}."
