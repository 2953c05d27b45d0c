"""What is kept for somebody, as it is told of."""

from pypeer.delegates.record import Record
from pypeer.events import Kept


def told(record: Record, files: int, size: int) -> Kept:
    """A record as an event."""
    return Kept(
        id=record.id,
        peer=record.peer,
        short=record.short,
        name=record.name,
        state=record.state.value,
        files=files,
        bytes=size,
        title=record.title,
        until=record.expires,
    )
