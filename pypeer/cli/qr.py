"""A link as a QR code for the terminal."""

import io
from typing import Final

import segno

WHITE_ON_BLACK: Final = "\x1b[97;40m"
"""The light modules are what is drawn, so these colours make them light, and the dark ones dark, whatever colours the
terminal has: many scanners do not read an inverted code. `click.echo` leaves them out where there is no terminal."""

RESET: Final = "\x1b[0m"


def terminal_qr(link: str) -> str:
    """Half-block characters, dark on light as scanners want it, quiet zone included."""
    out = io.StringIO()
    segno.make(link, error="m", micro=False).terminal(out, compact=True)
    return "\n".join(f"{WHITE_ON_BLACK}{line}{RESET}" for line in out.getvalue().splitlines())
