"""The page as an application: it opens without its server, takes new builds, and takes what is shared with it."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.real import Site, download, share_files
from tests.support.commands import ROOT, Server

PATIENCE_MS: Final = 60_000

KEPT: Final = """async () => {
  await navigator.serviceWorker.ready;
  const { serviceWorker } = navigator;
  if (serviceWorker.controller === null)
    await new Promise((resolve) => serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
}"""
"""Waits until the worker has kept the page and serves it."""

MAIN: Final = "() => document.querySelector('script[type=module]').src.split('/').at(-1)"

SHARE: Final = """async () => {
  const form = new FormData();
  form.append("title", "From the camera");
  form.append("files", new File(["a picture"], "IMG 1.jpg", { type: "image/jpeg" }));
  form.append("files", new File(["another"], "IMG 2.jpg", { type: "image/jpeg" }));
  return (await fetch("/share", { method: "POST", body: form, redirect: "manual" })).type;
}"""
"""What the system does when a person shares pictures with the installed app, as far as the worker sees it."""


SPOKEN: Final = (("de", "ltr", "Empfangen"), ("ar", "rtl", "استلام"), ("en", "ltr", "Receive"))
"""How the installed app is described: the language, which way it goes, and the name of a shortcut."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that may come and go."""
    server = Server(tmp_path / "server")
    yield server
    server.stop()


@contextmanager
def kept(browser: Browser, server: Server) -> Iterator[Page]:
    """The page, once its browser has it; without a server, the console has errors."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.url)
    expect(page.get_by_text("Online", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    page.evaluate(KEPT)
    yield page
    context.close()


def renewed(tmp_path: Path) -> Path:
    """Another build of the page, in a tree of its own: its main script has other content, and so another name."""
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "signaling", tree / "signaling")
    assets = tree / "signaling" / "page" / "assets"
    manifest = json.loads((assets / "manifest.json").read_text())
    old = manifest["main.js"]
    (assets / "main-NEWER.js").write_text((assets / old).read_text() + "\nwindow.isNewer = true;\n")
    (assets / old).unlink()
    shell = (assets / manifest["shell.js"]).read_text().replace(old, "main-NEWER.js")
    build = re.search(r"byway-shell-", shell)
    assert build is not None
    (assets / "shell-NEWER.js").write_text(re.sub(r'"[0-9a-f]{16}"', '"ffffffffffffffff"', shell))
    manifest |= {"main.js": "main-NEWER.js", "shell.js": "shell-NEWER.js"}
    (assets / "manifest.json").write_text(json.dumps(manifest))
    return tree


def test_the_page_opens_without_its_server_and_finds_it_again(browser: Browser, server: Server, tmp_path: Path) -> None:
    with kept(browser, server) as page:
        server.stop()
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Send files straight to someone")
        expect(page.get_by_text("The server cannot be reached.").first).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_role("link", name="Transfers").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Transfers")
        again = Server(tmp_path / "again", port=server.port)
        try:
            expect(page.get_by_text("Online", exact=True)).to_be_visible(timeout=PATIENCE_MS)
            expect(page.get_by_role("region", name="The server cannot be reached.")).to_be_hidden()
        finally:
            again.stop()


def test_a_new_build_is_offered_when_nothing_runs_and_taken_as_a_whole(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hi")
    with kept(browser, server) as page:
        share_files(page, note)
        old = page.evaluate(MAIN)
        server.stop()
        newer = Server(tmp_path / "newer", port=server.port, tree=renewed(tmp_path))
        try:
            expect(page.get_by_text("Online", exact=True)).to_be_visible(timeout=PATIENCE_MS)
            page.wait_for_function("async () => (await caches.keys()).includes('byway-shell-ffffffffffffffff')")
            offer = page.get_by_role("region", name="There is a new version of this page.")
            expect(offer).to_be_hidden()
            page.get_by_role("button", name="Stop sharing").click()
            expect(offer).to_be_visible(timeout=PATIENCE_MS)
            offer.get_by_role("button", name="Reload the page").click()
            page.wait_for_function("() => window.isNewer")
            assert page.evaluate(MAIN) == "main-NEWER.js" != old
            expect(page.get_by_text("Online", exact=True)).to_be_visible(timeout=PATIENCE_MS)
            expect(offer).to_be_hidden()
        finally:
            newer.stop()
        page.reload()
        page.wait_for_function("() => window.isNewer")
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_what_is_shared_with_the_app_is_looked_at_first_and_never_gets_to_the_server(
    browser: Browser, server: Server
) -> None:
    with kept(browser, server) as page:
        server.stop()
        assert page.evaluate(SHARE) == "opaqueredirect"
        page.goto(f"{server.url}#send")
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("What you are about to share")
        expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(2)
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Send")


def test_a_browser_finds_nothing_that_keeps_it_from_installing_the_app(browser: Browser, server: Server) -> None:
    with kept(browser, server) as page:
        devtools = page.context.new_cdp_session(page)
        manifest: dict[str, Any] = devtools.send("Page.getAppManifest")
        assert manifest["errors"] == []
        wrong = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
        # A test has a profile of its own, like a private window.
        assert [each["errorId"] for each in wrong if each["errorId"] != "in-incognito"] == []
        told = json.loads(manifest["data"])
        for icon in told["icons"]:
            answer = page.request.get(f"{server.url}assets/{icon['src']}")
            assert answer.headers["content-type"] == icon["type"]
            if icon["sizes"] != "any":
                width, height = (int.from_bytes(answer.body()[at : at + 4], "big") for at in (16, 20))
                assert f"{width}x{height}" == icon["sizes"]
        for language, direction, receive in SPOKEN:
            page.locator(".language-menu").select_option(language)
            expect(page.locator("html")).to_have_attribute("lang", language)
            address = page.locator("link[rel=manifest]").get_attribute("href")
            spoken = page.request.get(f"{server.url.rstrip('/')}{address}").json()
            assert (spoken["lang"], spoken["dir"], spoken["shortcuts"][1]["name"]) == (language, direction, receive)
            assert {name: spoken[name] for name in ("id", "icons")} == {name: told[name] for name in ("id", "icons")}


def test_downloads_stream_beside_the_worker_that_keeps_the_page(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hi" * 1000)
    site = Site(browser, server.url)
    with site.open() as sender, site.open() as receiver:
        receiver.evaluate(KEPT)
        got = download(receiver, share_files(sender, note))
        assert Path(got.path()).read_text() == note.read_text()
        scopes = receiver.evaluate(
            "async () => (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => new URL(scope).pathname)"
        )
        assert sorted(scopes) == ["/", "/download/"]
