"""The root of all events, and how they become lines of JSON."""

import json

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", omit_defaults=True):
    """Root of all events. `session` tells receivers of one code apart; it is empty where there is only one."""

    session: str = ""


_encoder = msgspec.json.Encoder()


def to_json(event: Event) -> str:
    """One line of JSON. Paths that are no UTF-8 have escaped surrogates, as `os.fsdecode` makes them."""
    try:
        return _encoder.encode(event).decode()
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(event))
