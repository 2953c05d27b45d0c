"""The page at /: its template, its assets under names that change with their content, and its service worker."""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, select_autoescape

from signaling import __version__
from signaling.settings import Settings

FOLDER: Final = Path(__file__).resolve().parent.parent / "page"
"""Where the build puts the page."""

WORKER: Final = "sw.js"
"""The service worker; it needs a name that never changes, at the root, to serve all of the page."""

TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Media types, not left to the machine's own table: a script of the wrong type is not run."""

FOR_EVER: Final = "public, max-age=31536000, immutable"
REVALIDATE: Final = "no-cache"

NOT_BUILT: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Byway</title>"
    "<h1>The page is not built</h1><p>The server runs, and <code>pypeer</code> can use it. To build the page, run "
    "<code>make run</code> in the source tree, or install the released package, which contains it.</p></html>\n"
)


@dataclass(frozen=True, slots=True)
class Page:
    """The page as it is served: text of /, and the files under /assets/ by the name in the URL."""

    html: str
    assets: dict[str, Path]
    worker: Path | None

    @property
    def etag(self) -> str:
        """Identifies the text of /."""
        return hashlib.sha256(self.html.encode()).hexdigest()[:32]


def load(settings: Settings, folder: Path) -> Page:
    """Read and render the page, or a stand-in if it is not built."""
    manifest = folder / "assets" / "manifest.json"
    if not manifest.is_file():
        return Page(NOT_BUILT, {}, None)
    names: dict[str, str] = json.loads(manifest.read_text())
    files = {hashed: folder / "assets" / hashed for hashed in names.values()}
    loader = FileSystemLoader(folder / "templates")
    template = Environment(loader=loader, autoescape=select_autoescape()).get_template("index.html")
    html = template.render(
        assets={name: f"/assets/{hashed}" for name, hashed in names.items()},
        integrity={name: _integrity(files[hashed]) for name, hashed in names.items()},
        version=__version__,
        server_name="Byway",
        public_url=settings.public_url,
    )
    return Page(html, files, files.get(names.get(WORKER, "")))


def add_routes(app: web.Application, page: Page) -> None:
    """Serve it. Nothing here changes anything: who views or previews a link uses nothing up."""

    async def index(request: web.Request) -> web.StreamResponse:
        response = web.Response(text=page.html, content_type="text/html", headers={"Cache-Control": REVALIDATE})
        response.etag = page.etag
        known = request.if_none_match or ()
        return _not_modified(response) if page.etag in [tag.value for tag in known] else response

    async def asset(request: web.Request) -> web.StreamResponse:
        path = page.assets.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        return _file(path, {"Cache-Control": FOR_EVER})

    async def worker(_: web.Request) -> web.StreamResponse:
        if page.worker is None:
            raise web.HTTPNotFound
        return _file(page.worker, {"Cache-Control": REVALIDATE, "Service-Worker-Allowed": "/"})

    app.router.add_get("/", index)
    app.router.add_get("/assets/{name}", asset)
    app.router.add_get(f"/{WORKER}", worker)


def _file(path: Path, headers: dict[str, str]) -> web.FileResponse:
    return web.FileResponse(
        path, headers=headers | {"Content-Type": TYPES.get(path.suffix, "application/octet-stream")}
    )


def _not_modified(response: web.Response) -> web.Response:
    return web.Response(status=304, headers={name: response.headers[name] for name in ("ETag", "Cache-Control")})


def _integrity(path: Path) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()
