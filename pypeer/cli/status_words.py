"""What runs in the background, in words. Pure; times are seconds since 1970."""

import shlex
from pathlib import Path

from pypeer.background.record import Kind, Record, Session
from pypeer.cli.words import count, duration, printable, size


def goes_on(record: Record) -> str:
    """What is said when the command leaves it alone."""
    ends = f"`pypeer stop {printable(shlex.quote(record.handle))}` ends it"
    return f"It goes on in the background: `pypeer status` shows it, {ends}."


def status(record: Record, now: float) -> str:
    """A command, and a line for each peer that is receiving, or sending."""
    text = {Kind.SEND: _sent, Kind.INBOX: _inbox, Kind.SHARE: _library}[record.kind](record, now)
    return "\n".join([text, *(_session(each) for each in record.sessions.values() if not each.ended)])


def _sent(record: Record, now: float) -> str:
    what = ", ".join(printable(Path(path).name or path) for path in record.paths) or "a text"
    left = f"expires in {duration(max(0.0, record.expires - now))}" if not record.closed else f"code {record.closed}"
    receivers = count(record.delivered, "receiver has", "receivers have")
    return f"{record.code}  {what}  ({receivers} all, {left}, {_where(record, now)})"


def _inbox(record: Record, now: float) -> str:
    contacts = getattr(record.opened, "contacts", 0)
    taken = f"{record.delivered:,} received, {count(contacts, 'contact', 'contacts')} may send"
    return f"inbox  {_paths(record)}  ({taken}, {_where(record, now)})"


def _library(record: Record, now: float) -> str:
    whom = record.counted.space if record.counted is not None else ""
    files = f"{count(record.found, 'file', 'files')} for {f'“{printable(whom)}”' if whom else 'everybody'}"
    return (
        f"“{printable(record.handle)}”  {_paths(record)}  ({files}, {record.delivered:,} served, {_where(record, now)})"
    )


def _paths(record: Record) -> str:
    return ", ".join(printable(path) for path in record.paths)


def _where(record: Record, now: float) -> str:
    return f"running for {duration(max(0.0, now - record.started))} at {printable(record.server)}"


def _session(session: Session) -> str:
    rate = f", {size(session.rate)}/s" if session.rate is not None else ""
    way = f" ({session.way})" if session.way else ""
    return f"    {session.short}{way}: {size(session.bytes)} of {size(session.total)}{rate}"
