"""The page says which servers could not help, and why: a relay that refuses, and one that is full."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.real import MIB, Site, cut, download, isolated, look_at, random_file, share_files
from tests.integration.test_stun import free_ports
from tests.support.commands import Server, running_server

FULL: Final = 4042
"""Close code of the relay inside a WebSocket (signaling.protocol.codes)."""

NO_PATH_MS: Final = 120_000
"""Three attempts of 15 s, the waits between them, and as much for a busy machine."""

REFUSE: Final = """(code) => {
  window.WebSocket = class extends WebSocket {
    constructor(...settings) {
      super(...settings);
      const refuse = () => setTimeout(() => this.onclose({ code }));
      if (String(settings[0]).endsWith("/relay")) this.addEventListener("open", refuse);
    }
  };
}"""
"""Whoever opens the relay from now on hears that it is closed."""

SERVERS: Final = "Servers that could not help"


@pytest.fixture
def refusing(tmp_path: Path) -> Iterator[int]:
    """The port of a relay that shares no secret with anybody."""
    port, _ = free_ports()
    options = ("--turn-port", str(port), "--stun-alt-port", "0", "--turn-secret", "its own")
    with running_server(tmp_path / "other", *options):
        yield port


@pytest.fixture
def server(tmp_path: Path, refusing: int) -> Iterator[Server]:
    """A server that names that relay, and has no other."""
    options = (f"--turn-server=turn:127.0.0.1:{refusing}?transport=udp", "--turn-server-secret=another")
    with running_server(tmp_path / "server", "--turn-port=0", *options) as server:
        yield server


def told(page: Page) -> list[str]:
    """What the page says of servers, once it says something."""
    found = page.get_by_role("list", name=SERVERS)
    expect(found).to_be_visible(timeout=NO_PATH_MS)
    return found.get_by_role("listitem").all_inner_texts()


def test_a_relay_of_turn_that_refuses_is_in_the_details(
    browser: Browser, server: Server, refusing: int, tmp_path: Path
) -> None:
    site = Site(browser, server.url)
    with site.open("?relay-only") as sender, site.open("?relay-only") as receiver:
        code = share_files(sender, random_file(tmp_path / "large.bin", 64 * MIB))
        sender.get_by_label("All together at most").select_option("1 MB/s")
        download(receiver, code)
        for page in (sender, receiver):
            page.locator("details.path summary").click()
            assert told(page) == [
                f"The relay 127.0.0.1, port {refusing}, cannot be used over UDP: the relay does not accept the "
                "credentials: they are wrong, or their time is over."
            ]


@pytest.mark.slow
@isolated
def test_a_relay_inside_the_websocket_that_is_full_says_so(browser: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path / "server", "--turn-port=0") as server, cut():
        site = Site(browser, server.url)
        with site.open() as sender, site.open() as receiver:
            receiver.evaluate(REFUSE, FULL)
            look_at(receiver, share_files(sender, random_file(tmp_path / "small.bin", 1000)))
            receiver.get_by_role("button", name="Download").click()
            assert told(receiver) == ["The relay of the server cannot be used: it carries as much as it may."]
