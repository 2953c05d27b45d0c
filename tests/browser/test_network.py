"""What the page finds out about real networks, and says: on this machine alone, with STUN servers, with no way out."""

import json
import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.real import RECORD, Site, cut, isolated, look_at, random_file, share_files
from tests.browser.stun import stun_server
from tests.isolated import ADDRESSES
from tests.support.commands import running_server

CHECK_MS = 30_000
"""A check waits 12 s at most; the rest is for a busy machine."""

NO_PATH_MS = 120_000
"""Three attempts of 15 s, the waits between them, and as much for a busy machine."""


WHEN_TOLD = """() => {
  window.told = null;
  const look = () => {
    if (window.told !== null || !document.body.innerText.includes("found no way. Trying again")) return;
    window.told = window.connections.map(({ connectionState }) => connectionState);
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
"""Notes how the peer connections stand when the page first says that there is no way."""


def answer(page: Page, name: str) -> str:
    """What the check says about something."""
    row = page.locator(".answers > div").filter(has=page.locator("dt", has_text=name))
    return row.locator("dd").inner_text()


def take(page: Page, code: str) -> None:
    """Agree to an offer: from then on the two look for a path."""
    look_at(page, code)
    page.get_by_role("button", name="Download").click()


def test_on_the_machine_of_the_server_the_check_says_what_it_does_not_know(browser: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path) as server, Site(browser, server.url).open("#check") as page:
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_text("Not everything can be measured here", timeout=CHECK_MS)
        assert answer(page, "Server (WebSocket)") == "connected"
        assert answer(page, "Router (NAT)") == "not known"
        assert answer(page, "Across the same network") == "open"
        assert answer(page, "Someone behind a usual home router") == "cannot be said"
        expect(page.get_by_text("The server named no STUN server to ask")).to_be_visible()


@isolated
@pytest.mark.parametrize(
    ("steps", "title", "router"),
    [
        ((0, 0), "Direct connections work here", "keeps one port for everybody"),
        ((0, 2), "Direct connections are hard here", "another port for each destination, counting up"),
        ((0, 2000), "Direct connections are hard here", "another port for each destination, at random"),
    ],
    ids=["independent", "sequential", "random"],
)
def test_with_stun_servers_the_check_tells_what_the_router_does(
    browser: Browser, tmp_path: Path, steps: tuple[int, ...], title: str, router: str
) -> None:
    host = ADDRESSES[0].partition("/")[0]
    with ExitStack() as stack:
        urls = [stack.enter_context(stun_server(host, step)) for step in steps]
        server = stack.enter_context(running_server(tmp_path, *(f"--ice-server={url}" for url in urls)))
        with Site(browser, server.url).open("#check") as page:
            expect(page.get_by_role("heading", level=1)).to_have_text(title, timeout=CHECK_MS)
            assert answer(page, "UDP to the outside") == "gets through"
            assert answer(page, "Router (NAT)") == router
            assert answer(page, "Seen from outside as") == host


@pytest.mark.slow
@isolated
def test_a_firewall_that_lets_no_datagram_out_is_found(browser: Browser, tmp_path: Path) -> None:
    options = ("--ice-server=stun:192.0.2.1:3478", "--ice-server=stun:192.0.2.2:3478")
    with running_server(tmp_path, *options) as server, Site(browser, server.url).open("#check") as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("A firewall stands in the way", timeout=CHECK_MS)
        assert answer(page, "UDP to the outside") == "blocked"
        expect(page.get_by_text("ask whoever runs this one to allow outgoing UDP")).to_be_visible()


@pytest.mark.slow
@isolated
def test_where_no_way_opens_both_sides_say_why(browser: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path, "--relay-off") as server, cut():
        site = Site(browser, server.url)
        with site.open() as sender, site.open() as receiver:
            for page in (sender, receiver):
                page.evaluate(RECORD)
                page.evaluate(WHEN_TOLD)
            take(receiver, share_files(sender, random_file(tmp_path / "small.bin", 1000)))
            for page in (receiver, sender):
                page.wait_for_function("() => window.told !== null", timeout=NO_PATH_MS)
            [state] = receiver.evaluate("() => window.told")
            assert state in ("new", "connecting"), "told while the browser still tries"
            for page in (receiver, sender):
                why = page.get_by_role("list", name="What stood in the way")
                expect(why).to_contain_text("a firewall drops it", timeout=NO_PATH_MS)
                expect(page.get_by_role("list", name="What would help")).to_contain_text("relay (TURN)")


@isolated
def test_both_sides_know_both_nats_and_the_server_how_long_it_took(browser: Browser, tmp_path: Path) -> None:
    host = ADDRESSES[0].partition("/")[0]
    sent: list[dict[str, Any]] = []
    with ExitStack() as stack:
        urls = [stack.enter_context(stun_server(host, step)) for step in (0, 2000)]
        server = stack.enter_context(running_server(tmp_path / "server", *(f"--ice-server={url}" for url in urls)))
        site = Site(browser, server.url)
        sender, receiver = stack.enter_context(site.open()), stack.enter_context(site.open())
        receiver.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(json.loads(frame))))
        receiver.reload()
        take(receiver, share_files(sender, random_file(tmp_path / "small.bin", 1000)))
        for page in (receiver, sender):
            page.locator("details.path summary").click()
            facts = page.locator(".path-more .facts > div")
            for end in ("Network here", "Network there"):
                expect(facts.filter(has_text=end)).to_contain_text("at random")
        [report] = [message for message in sent if message["t"] == "report"]
        # Which of the two the browser takes first, its own address or what these servers make up of it, is chance.
        assert report["outcome"] in ("direct", "punched")
        assert {"described", "checked", "secured", "opened"} <= report["phases"].keys()
        assert report["phases"]["described"] <= report["phases"]["opened"] < 30


def test_a_page_can_be_kept_to_relays(browser: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path / "server") as server:
        site = Site(browser, server.url)
        with site.open() as sender, site.open("?relay-only") as receiver:
            receiver.evaluate(RECORD)
            take(receiver, share_files(sender, random_file(tmp_path / "small.bin", 1000)))
            receiver.wait_for_function("() => window.connections.length === 1")
            policy = receiver.evaluate("() => window.connections[0].getConfiguration().iceTransportPolicy")
            assert policy == "relay"
            receiver.get_by_role("button", name=re.compile("^Cancel")).click()
            receiver.get_by_role("button", name="Byway, start page").click()
            share_files(receiver, random_file(tmp_path / "other.bin", 1000))
            assert "relay-only" not in receiver.get_by_label("Link", exact=True).input_value()
