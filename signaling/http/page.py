"""The page at /: its template, its assets under names that change with their content, and its service workers."""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, select_autoescape

from signaling import __version__
from signaling.http.languages import preferred
from signaling.settings import Settings

FOLDER: Final = Path(__file__).resolve().parent.parent / "page"
"""Where the build puts the page."""

WORKERS: Final = ("sw.js", "shell.js")
"""The service workers, of downloads and of the page itself; they need names that never change, at the root, to serve
all of the page."""

SHARE: Final = "/share"
"""Where systems hand over what is shared with the page as an installed app (`share_target` in its manifest). The
page's service worker takes it before it leaves the browser; it comes here only from a browser that has lost that
worker, and is not read."""

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

LANGUAGE: Final = "en"
"""What is spoken to those whose languages the page does not know."""

ASKED: Final = "lang"
"""An address may ask for a language, whatever the browser wishes: `/?lang=de`."""

NOT_BUILT: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Byway</title>"
    "<h1>The page is not built</h1><p>The server runs, and <code>pypeer</code> can use it. To build the page, run "
    "<code>make run</code> in the source tree, or install the released package, which contains it.</p></html>\n"
)


@dataclass(frozen=True, slots=True)
class Page:
    """The page as it is served: text of / in each language, and the files under /assets/ by the name in the URL."""

    html: dict[str, str]
    assets: dict[str, Path]
    workers: dict[str, Path]

    def language(self, request: web.Request) -> str:
        """The language to answer in: what the address asks for, or else what the browser wishes."""
        asked = request.query.get(ASKED, "")
        if asked in self.html:
            return asked
        return preferred(request.headers.get("Accept-Language", ""), self.html, LANGUAGE)


def _etag(html: str) -> str:
    """Identifies the text of /."""
    return hashlib.sha256(html.encode()).hexdigest()[:32]


def load(settings: Settings, folder: Path) -> Page:
    """Read and render the page, or a stand-in if it is not built."""
    manifest = folder / "assets" / "manifest.json"
    if not manifest.is_file():
        return Page({LANGUAGE: NOT_BUILT}, {}, {})
    names: dict[str, str] = json.loads(manifest.read_text())
    files = {hashed: folder / "assets" / hashed for hashed in names.values()}
    loader = FileSystemLoader(folder / "templates")
    template = Environment(loader=loader, autoescape=select_autoescape()).get_template("index.html")
    common: dict[str, Any] = {
        "assets": {name: f"/assets/{hashed}" for name, hashed in names.items()},
        "integrity": {name: _integrity(files[hashed]) for name, hashed in names.items()},
        "version": __version__,
        "server_name": "Byway",
        "public_url": settings.public_url,
    }
    languages = _languages(folder)
    common["languages"] = list(languages)
    html = {language: template.render(common, language=language, **each) for language, each in languages.items()}
    return Page(html, files, {name: files[names[name]] for name in WORKERS if name in names})


def _languages(folder: Path) -> dict[str, dict[str, Any]]:
    """What the build took from the catalogue for the template: by language, its `direction` and `texts`."""
    languages: dict[str, dict[str, Any]] = json.loads((folder / "languages.json").read_text("utf-8"))
    return languages


def add_routes(app: web.Application, page: Page) -> None:
    """Serve it. Nothing here changes anything: who views or previews a link uses nothing up."""

    async def index(request: web.Request) -> web.StreamResponse:
        language = page.language(request)
        html = page.html[language]
        headers = {"Cache-Control": REVALIDATE, "Content-Language": language, "Vary": "Accept-Language"}
        response = web.Response(text=html, content_type="text/html", headers=headers)
        response.etag = etag = _etag(html)
        known = request.if_none_match or ()
        return _not_modified(response) if etag in [tag.value for tag in known] else response

    async def asset(request: web.Request) -> web.StreamResponse:
        path = page.assets.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        return _file(path, {"Cache-Control": FOR_EVER})

    async def worker(request: web.Request) -> web.StreamResponse:
        path = page.workers.get(request.path.removeprefix("/"))
        if path is None:
            raise web.HTTPNotFound
        return _file(path, {"Cache-Control": REVALIDATE, "Service-Worker-Allowed": "/"})

    app.router.add_get("/", index)
    app.router.add_get("/assets/{name}", asset)
    app.router.add_post(SHARE, _unread)
    for name in WORKERS:
        app.router.add_get(f"/{name}", worker)


async def _unread(_: web.Request) -> web.StreamResponse:
    """The page, which has to be given it once more; the connection ends, so that no more of it comes."""
    response = web.Response(status=303, headers={"Location": "/#send", "Cache-Control": "no-store"})
    response.force_close()
    return response


def _file(path: Path, headers: dict[str, str]) -> web.FileResponse:
    return web.FileResponse(
        path, headers=headers | {"Content-Type": TYPES.get(path.suffix, "application/octet-stream")}
    )


def _not_modified(response: web.Response) -> web.Response:
    kept = ("ETag", "Cache-Control", "Content-Language", "Vary")
    return web.Response(status=304, headers={name: response.headers[name] for name in kept})


def _integrity(path: Path) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()
