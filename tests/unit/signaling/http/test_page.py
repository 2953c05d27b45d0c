"""The page as it is served, from a small one that is built here."""

import asyncio
import base64
import gzip
import hashlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pytest_aiohttp import AiohttpClient

from signaling import __version__
from signaling.http.app import make_app
from signaling.settings import Settings

ASSETS = {
    "main.js": ("main-AB12.js", "console.log('hello')"),
    "main.css": ("main-CD34.css", "body { color: green }"),
    "sw.js": ("sw-EF56.js", "self.addEventListener('fetch', () => {})"),
    "shell.js": ("shell-GH78.js", "self.addEventListener('install', () => {})"),
    "manifest-en.webmanifest": ("manifest-en-1.webmanifest", "{}"),
}
TEMPLATE = (
    '<!doctype html><html lang="{{ language }}" dir="{{ direction }}"><title>{{ server_name }} {{ version }}</title>'
    "<p>{{ texts.page.description }}"
    "<link href=\"{{ assets['main.css'] }}\" integrity=\"{{ integrity['main.css'] }}\">"
    "{% for each in languages %}[{{ each }}]{% endfor %}"
    "{% if assets['missing'] %}never{% endif %}<a href=\"{{ public_url }}\">here</a>"
)
LANGUAGES = {
    "en": {"direction": "ltr", "texts": {"page": {"description": "Hello"}}},
    "ar": {"direction": "rtl", "texts": {"page": {"description": "مرحبًا"}}},
}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A page that is built."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "assets").mkdir()
    (tmp_path / "templates" / "index.html").write_text(TEMPLATE)
    for hashed, content in ASSETS.values():
        (tmp_path / "assets" / hashed).write_text(content)
    manifest = {name: hashed for name, (hashed, _) in ASSETS.items()}
    (tmp_path / "assets" / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "languages.json").write_text(json.dumps(LANGUAGES))
    (tmp_path / "assets" / "private.txt").write_text("not listed")
    return tmp_path


async def test_the_page_is_rendered_with_hashed_names_and_integrity(built: Path, aiohttp_client: AiohttpClient) -> None:
    client = await aiohttp_client(make_app(Settings(public_url='https://x.example/?"<'), page_folder=built))
    response = await client.get("/")
    text = await response.text()
    assert response.status == 200
    assert response.content_type == "text/html"
    assert response.headers["Cache-Control"] == "no-cache"
    digest = base64.b64encode(hashlib.sha384(ASSETS["main.css"][1].encode()).digest()).decode()
    assert f'href="/assets/main-CD34.css" integrity="sha384-{digest}"' in text
    assert f"Byway {__version__}" in text
    assert "never" not in text
    assert "[en][ar]" in text
    assert '"<' not in text.replace('"<a', "").replace('">', "")
    assert "&#34;&lt;" in text


async def test_who_has_the_page_is_told_that_it_is_the_same(built: Path, aiohttp_client: AiohttpClient) -> None:
    client = await aiohttp_client(make_app(Settings(), page_folder=built))
    etag = (await client.get("/")).headers["ETag"]
    again = await client.get("/", headers={"If-None-Match": etag})
    assert again.status == 304
    assert await again.read() == b""
    assert (await client.get("/", headers={"If-None-Match": '"other"'})).status == 200
    assert (await client.head("/")).status == 200


async def test_the_page_is_in_the_language_that_is_asked_for_or_wished(
    built: Path, aiohttp_client: AiohttpClient
) -> None:
    client = await aiohttp_client(make_app(Settings(), page_folder=built))
    wishes = {"Accept-Language": "fr, ar-EG;q=0.9, en;q=0.8"}
    arabic = await client.get("/", headers=wishes)
    assert '<html lang="ar" dir="rtl">' in (text := await arabic.text())
    assert "مرحبًا" in text
    assert arabic.headers["Content-Language"] == "ar"
    assert "Accept-Language" in arabic.headers["Vary"]
    english = await client.get("/?lang=en", headers=wishes)
    assert '<html lang="en" dir="ltr">' in await english.text()
    assert english.headers["ETag"] != arabic.headers["ETag"]
    for path, headers in (("/", {}), ("/?lang=xx", {}), ("/", {"Accept-Language": "xx"})):
        assert (await client.get(path, headers=headers)).headers["Content-Language"] == "en"
    same = await client.get("/", headers={**wishes, "If-None-Match": arabic.headers["ETag"]})
    assert (same.status, same.headers["Vary"]) == (304, arabic.headers["Vary"])
    assert (await client.get("/", headers={"If-None-Match": arabic.headers["ETag"]})).status == 200


async def test_assets_are_served_for_ever_and_by_listed_names_only(built: Path, aiohttp_client: AiohttpClient) -> None:
    client = await aiohttp_client(make_app(Settings(), page_folder=built))
    response = await client.get("/assets/main-AB12.js")
    assert await response.text() == ASSETS["main.js"][1]
    assert response.content_type == "text/javascript"
    assert re.search(r"max-age=\d{8}, immutable", response.headers["Cache-Control"])
    manifest = await client.get("/assets/manifest-en-1.webmanifest")
    assert manifest.content_type == "application/manifest+json"
    for path in ("main.js", "private.txt", "manifest.json", "..%2ftemplates%2findex.html", "%2e%2e/x"):
        assert (await client.get(f"/assets/{path}")).status == 404


async def test_a_compressed_asset_is_used_where_there_is_one(built: Path, aiohttp_client: AiohttpClient) -> None:
    compressed = gzip.compress(ASSETS["main.js"][1].encode())
    (built / "assets" / "main-AB12.js.gz").write_bytes(compressed)
    client = await aiohttp_client(make_app(Settings(), page_folder=built), auto_decompress=False)
    response = await client.get("/assets/main-AB12.js", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert await response.read() == compressed
    plain = await client.get("/assets/main-AB12.js", headers={"Accept-Encoding": "identity"})
    assert await plain.text() == ASSETS["main.js"][1]


@pytest.mark.parametrize("name", ["sw.js", "shell.js"])
async def test_a_service_worker_has_a_name_that_never_changes(
    name: str, built: Path, aiohttp_client: AiohttpClient
) -> None:
    client = await aiohttp_client(make_app(Settings(), page_folder=built))
    response = await client.get(f"/{name}")
    assert await response.text() == ASSETS[name][1]
    assert response.content_type == "text/javascript"
    assert response.headers["Service-Worker-Allowed"] == "/"
    assert response.headers["Cache-Control"] == "no-cache"
    assert "connect-src 'self'" in response.headers["Content-Security-Policy"]


async def test_what_is_shared_with_the_page_is_not_read_here(built: Path, aiohttp_client: AiohttpClient) -> None:
    client = await aiohttp_client(make_app(Settings(), page_folder=built))

    async def endless() -> AsyncIterator[bytes]:
        yield b"--part\r\n"
        await asyncio.Event().wait()

    response = await client.post("/share", data=endless(), allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "/#send")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Connection"] == "close"


async def test_a_page_that_is_not_built_says_how_to_build_it(tmp_path: Path, aiohttp_client: AiohttpClient) -> None:
    client = await aiohttp_client(make_app(Settings(), page_folder=tmp_path))
    response = await client.get("/")
    assert response.status == 200
    assert "make run" in await response.text()
    assert (await client.get("/sw.js")).status == 404
    assert (await client.get("/shell.js")).status == 404
