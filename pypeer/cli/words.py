"""Events in words."""

from typing import Final

from pypeer import events
from pypeer.events import Event
from pypeer.links.link import Scope
from pypeer.protocol.report import ConnectionReport, Reason

SCOPES = {
    Scope.MACHINE: "directly, on this machine",
    Scope.NETWORK: "directly, in the same network",
    Scope.INTERNET: "directly, over the Internet",
    Scope.RELAY: "through a relay",
}

REASONS: Final[dict[Reason, str]] = {
    Reason.DIFFERENT_NETWORKS: "Each side is behind a router (NAT) of its own.",
    Reason.RELAY_ONLY: "Direct ways are forbidden here (--relay-only), and no relay could be used.",
    Reason.NO_CANDIDATES_THERE: "The other side named no address: it has gone, or the server cannot be reached, "
    "or its browser keeps them back.",
    Reason.NO_COMMON_FAMILY: "One side has only IPv4, the other only IPv6.",
    Reason.UDP_BLOCKED_HERE: "The network here lets no UDP out; try another, or ask whoever runs it to allow UDP.",
    Reason.UDP_BLOCKED_THERE: "The network of the other side lets no UDP out; it should try another.",
    Reason.VARIES_HERE: "The router (NAT) here uses another port for each destination; try another network.",
    Reason.VARIES_THERE: "The router (NAT) of the other side uses another port for each destination; "
    "it should try another network.",
    Reason.NO_HAIRPIN: "Both sides are behind one router, which does not lead its own devices to each other; "
    "join the same network.",
    Reason.FILTERED: "Both sides sent, and nothing came through: a firewall drops it.",
    Reason.NO_RELAY: "There is no relay to fall back to.",
    Reason.PROXY_REFUSES: "The proxy set here lets no connection to the other side out.",
}
"""Why an attempt to connect failed, as one sentence."""

SENTENCES: Final = 2
"""Reasons told at most, the most telling first: `pypeer doctor` and --verbose have the rest."""

DECLINED: Final = {
    "no": "Declined.",
    "unanswered": "Declined, because nobody answered.",
    "nobody": "Declined, because nobody is here to be asked: `pypeer contacts allow NAME` takes everything of one.",
}
"""Why something was not given, or not taken."""

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
        case events.Noted():
            return f"Note: {printable(event.message)}."
        case events.Joined():
            name = f" ({printable(event.name)})" if event.name else ""
            return f"Met {event.short}{name}."
        case events.Guessed():
            return f"Someone tried wrong words; {count(event.left, 'attempt is', 'attempts are')} left."
        case events.Waiting():
            return f"{event.short} is asked; that may take up to {duration(event.seconds)}."
        case events.Offered(text=True):
            return f"A text of {size(event.bytes)}."
        case events.Offered():
            return f"{printable(event.title) or 'Offer'}: {contents(event)}."
        case events.SourceJoined():
            others = f", one of {event.sources} senders now" if event.sources > 1 else ""
            return f"Fetching from {event.short}{others}."
        case events.SourceDropped():
            who = f"from {event.short}" if event.short else "from one of the senders"
            return f"Nothing more comes {who}: {printable(event.message)}"
        case events.PathChanged():
            return f"Connected {SCOPES[event.scope]} ({event.way})."
        case events.Report():
            return not_connected(event.report)
        case events.Reconnecting():
            return "The connection broke; looking for another way."
        case events.Paused():
            return "Paused." if event.by == "me" else "The other side paused."
        case events.Resumed():
            return "Going on."
        case events.FileFailed():
            return f"{printable(event.path)}: {printable(event.message)}"
        case events.Done():
            return done(event)
        case events.Failed():
            return f"Failed: {printable(event.message)}" if event.session else None
        case events.Closed():
            return closed(event.reason)
        case events.LibraryOpen():
            where = f"the space “{printable(event.space)}”" if event.space else "the directory"
            return f"“{printable(event.name)}” is in {where}, as {event.short} ({event.peer})."
        case events.Announced():
            return announced(event)
        case events.Wished():
            return wished(event)
        case events.Declined():
            return DECLINED.get(event.reason, "Declined.")
        case events.Invited():
            return f"{event.short} invites you to the space “{printable(event.space)}”."
        case events.Member():
            return f"{event.short} is in the space “{printable(event.space)}” now."
        case events.Withdrawn():
            return "The library is not in the directory any more."
        case _:
            return None


def not_connected(report: ConnectionReport) -> str | None:
    """Why an attempt failed; None for one that did not, for the path says how."""
    if report.outcome != "failed":
        return None
    if Reason.PROXY_REFUSES in report.reasons and report.relays:
        return report.relays[0].text
    told = [REASONS[reason] for reason in report.reasons[:SENTENCES]] or [each.text for each in report.relays[:1]]
    return " ".join(told or ["No way to the other side opened."])


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
    senders = f", from {event.sources} senders" if event.sources > 1 else ""
    return f"{size(event.bytes)} of {size(event.total)}{rate}{left}{senders}"


def contents(event: events.Offered) -> str:
    """What an offer holds."""
    if event.text:
        return f"a text of {size(event.bytes)}"
    folders = f", {count(event.folders, 'folder', 'folders')}" if event.folders else ""
    return f"{count(event.files, 'file', 'files')}{folders}, {size(event.bytes)}"


def done(event: events.Done) -> str:
    """The end of a transfer."""
    came = event.bytes if event.fetched is None else event.fetched
    rate = f", {size(came / event.seconds)}/s" if event.seconds > 0 and came else ""
    failed = f" {count(event.failed, 'file', 'files')} could not be transferred." if event.failed else ""
    where = f" Saved: {', '.join(printable(path) for path in event.into)}." if event.into else ""
    here = f" Only {size(came)} had to come, the rest was here." if came < event.bytes else ""
    return f"Done: {count(event.files, 'file', 'files')}, {size(event.bytes)}{rate}, all verified.{here}{failed}{where}"


def counted(event: events.Counted) -> str:
    """What would be published, and to whom."""
    what = f"{count(event.files, 'file', 'files')}, {size(event.bytes)}"
    name = f"{printable(event.folders)} as “{printable(event.name)}”"
    whom = f"the members of the space “{printable(event.space)}”" if event.space else "everybody"
    return f"{what} of {name} to {whom} at {printable(event.server)}"


def announced(event: events.Announced) -> str | None:
    """That all can be found, or what cannot; on the way there it is not worth a line."""
    if event.left:
        files = count(event.left, "file", "files")
        return f"The server takes no more: {files} of {event.total:,} cannot be found by others."
    return f"Others find {count(event.files, 'file', 'files')}." if event.whole else None


def wished(event: events.Wished) -> str:
    """Who asks for what, and why."""
    what = f"the folder {printable(event.folder)}" if event.folder else printable(event.title)
    why = f" They say: {printable(event.why)}" if event.why else ""
    files = f"{count(event.files, 'file', 'files')}, {size(event.bytes)}"
    return f"{who(event)} asks for {what}: {files}.{why}"


def lookalike(alike: tuple[str, ...]) -> list[str]:
    """A warning, if the name looks like others."""
    return [f"LOOKS LIKE {', '.join(printable(name) for name in alike)}, and is somebody else"] if alike else []


def who(event: events.Wished) -> str:
    """A peer by its short name, what it calls itself, and its id, which alone is proven."""
    name = f" ({printable(event.name)})" if event.name else ""
    warning = "".join(f" ({each})" for each in lookalike(event.alike))
    return f"{event.short}{name} [{event.peer}]{warning}"


def closed(reason: str) -> str:
    """Why a code ended."""
    reasons = {
        "used": "The code has been used and is closed.",
        "expired": "The code has expired.",
        "moved": "The code is served elsewhere now.",
        "burned": "The words were guessed wrong three times, so the code is closed. Send again to get a new one.",
        "stopped": "The code is closed.",
        "lost": "The server lost the code.",
    }
    return reasons.get(reason, reason)


def printable(text: str) -> str:
    """A line of the other side without anything that could steer a terminal, or deceive a reader."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def readable(text: str) -> str:
    """A text of the other side likewise; its lines, tabs and joined letters stay."""
    kept = "\n\t\u200c\u200d"
    unix = text.replace("\r\n", "\n")
    return "".join(character if character.isprintable() or character in kept else "\ufffd" for character in unix)
