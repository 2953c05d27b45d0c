"""Events in words."""

from pypeer import events
from pypeer.events import Event
from pypeer.links.link import Scope

SCOPES = {
    Scope.MACHINE: "directly, on this machine",
    Scope.NETWORK: "directly, in the same network",
    Scope.INTERNET: "directly, over the Internet",
    Scope.RELAY: "through a relay",
}

UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")


def size(count: float) -> str:
    """A number of bytes for people."""
    power = 0
    while count >= 1024 and power < len(UNITS) - 1:
        count /= 1024
        power += 1
    return f"{count:.0f} {UNITS[power]}" if power == 0 else f"{count:.1f} {UNITS[power]}"


def count(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many}"


def describe(event: Event) -> str | None:
    """One line for an event, or None if it is not worth one."""
    match event:
        case events.Skipped():
            return f"Left out: {printable(event.message)}."
        case events.Joined():
            name = f" ({printable(event.name)})" if event.name else ""
            return f"Met {event.short}{name}."
        case events.Guessed():
            return f"Someone tried wrong words; {count(event.left, 'attempt is', 'attempts are')} left."
        case events.Offered(text=True):
            return f"A text of {size(event.bytes)}."
        case events.Offered():
            return f"{printable(event.title) or 'Offer'}: {contents(event)}."
        case events.PathChanged():
            return f"Connected {SCOPES[event.scope]} ({event.way})."
        case events.Reconnecting():
            return "The connection broke; looking for another way."
        case events.Paused():
            return "Paused." if event.by == "me" else "The other side paused."
        case events.Resumed():
            return "Going on."
        case events.FileFailed():
            return f"{printable(event.path)}: {event.message}"
        case events.Done():
            return done(event)
        case events.Failed():
            return f"Failed: {event.message}" if event.session else None
        case events.Closed():
            return closed(event.reason)
        case _:
            return None


def duration(seconds: float) -> str:
    """A time for people, in its two largest units."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def progress(event: events.Progress) -> str:
    """How far, how fast, how long."""
    rate = f", {size(event.rate)}/s" if event.rate is not None else ""
    left = f", {duration(event.left)} left" if event.left is not None else ""
    return f"{size(event.bytes)} of {size(event.total)}{rate}{left}"


def contents(event: events.Offered) -> str:
    """What an offer holds."""
    folders = f", {count(event.folders, 'folder', 'folders')}" if event.folders else ""
    return f"{count(event.files, 'file', 'files')}{folders}, {size(event.bytes)}"


def done(event: events.Done) -> str:
    """The end of a transfer."""
    rate = f", {size(event.bytes / event.seconds)}/s" if event.seconds > 0 else ""
    failed = f" {count(event.failed, 'file', 'files')} could not be transferred." if event.failed else ""
    where = f" Saved: {', '.join(printable(path) for path in event.into)}." if event.into else ""
    return f"Done: {count(event.files, 'file', 'files')}, {size(event.bytes)}{rate}, all verified.{failed}{where}"


def closed(reason: str) -> str:
    """Why a code ended."""
    reasons = {
        "used": "The code has been used and is closed.",
        "expired": "The code has expired.",
        "burned": "The words were guessed wrong three times, so the code is closed. Send again to get a new one.",
        "stopped": "The code is closed.",
        "lost": "The server lost the code.",
    }
    return reasons.get(reason, reason)


def printable(text: str) -> str:
    """Text of the other side without anything that could steer a terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
