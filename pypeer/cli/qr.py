"""A link as a QR code for the terminal."""

import io

import segno


def terminal_qr(link: str) -> str:
    """Half-block characters, dark on light as scanners want it, quiet zone included."""
    out = io.StringIO()
    segno.make(link, error="m", micro=False).terminal(out, compact=True)
    return out.getvalue().rstrip("\n")
