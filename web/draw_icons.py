"""Draw the icons of the installed app from src/icons/icon.svg: `python web/draw_icons.py`, when that drawing changes.

Systems want pictures of fixed sizes; a maskable one fills its square, and what matters is within the middle four fifths
(W3C App Manifest, "Icon masks"), since each system cuts it in a shape of its own. They are checked in, so that a build
needs no browser.
"""

import re
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

ICONS: Final = Path(__file__).resolve().parent / "src" / "icons"
CHROMIUM: Final = "/usr/bin/chromium"
SIZES: Final = (192, 512)

SHRUNK: Final = 0.82
"""The drawing's farthest point is 13.3 of 16 from the middle; within the mask it may be 12.8."""


def masked(drawing: str) -> str:
    """The same drawing over the whole square, smaller."""
    square = re.sub(r'(<rect [^>]*) rx="8"', r"\1", drawing)
    head, plate, rest = re.split(r"(<rect [^>]*/>)", square)
    inner, _, end = rest.rpartition("</svg>")
    move = 16 * (1 - SHRUNK)
    return f'{head}{plate}<g transform="translate({move} {move}) scale({SHRUNK})">{inner}</g></svg>{end}'


def main() -> None:
    """Write all of them."""
    drawing = (ICONS / "icon.svg").read_text()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, svg in (("icon", drawing), ("maskable", masked(drawing))):
            for size in SIZES:
                page = browser.new_page(viewport={"width": size, "height": size})
                sized = svg.replace('width="512" height="512"', f'width="{size}" height="{size}"')
                page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{sized}")
                page.screenshot(path=str(ICONS / f"{name}-{size}.png"), omit_background=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
