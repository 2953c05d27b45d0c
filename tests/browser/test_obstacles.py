"""Where the page cannot work it says why, and how to mend that: the real script, where something is missing."""

from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.interface import CHROMIUM, CHROMIUM_ARGS, build, served

NAME = "byway.test"
"""Any name but localhost: plain http to it is no secure context, even if it leads to this machine."""

NO_WEBRTC = "delete window.RTCPeerConnection"
NO_ED25519 = "crypto.subtle.generateKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))"
NO_SOCKETS = "delete window.WebSocket"


@pytest.mark.parametrize(
    ("host", "lacking", "title", "advice"),
    [
        (NAME, "", "This page needs a secure address", "http://localhost works too"),
        ("127.0.0.1", NO_WEBRTC, "This browser cannot connect to others", "allow it for this page"),
        ("127.0.0.1", NO_ED25519, "This browser is too old for its key", "Update it"),
        ("127.0.0.1", NO_SOCKETS, "Byway could not start", "private window"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, host: str, lacking: str, title: str, advice: str) -> None:
    build(tmp_path, "src/main.ts")
    with served(tmp_path) as address, sync_playwright() as playwright:
        mapped = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_ARGS, mapped])
        page = browser.new_page()
        page.add_init_script(lacking)
        page.goto(address.replace("127.0.0.1", host))
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect(page.get_by_text(advice)).to_be_visible()
        browser.close()
