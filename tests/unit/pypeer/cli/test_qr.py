"""QR codes in the terminal."""

import segno

from pypeer.cli.qr import RESET, WHITE_ON_BLACK, terminal_qr

LINK = "http://localhost:8080/#7-guitar-sunset"
DARK = {" ": (1, 1), "\u2580": (0, 1), "\u2584": (1, 0), "\u2588": (0, 0)}
"""Whether the upper and the lower module of a character are dark."""


def test_what_is_drawn_is_the_link_in_colours_of_its_own() -> None:
    lines = terminal_qr(LINK).splitlines()
    assert all(line.startswith(WHITE_ON_BLACK) and line.endswith(RESET) for line in lines)
    drawn = [line.removeprefix(WHITE_ON_BLACK).removesuffix(RESET) for line in lines]
    rows = [[DARK[character][half] for character in line] for line in drawn for half in (0, 1)]
    wanted = [list(row) for row in segno.make(LINK, error="m", micro=False).matrix_iter(border=4)]
    assert rows[: len(wanted)] == wanted, "quiet zone included"
