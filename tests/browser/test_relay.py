"""Chromium by way of the server's relay alone: page to page, over UDP, over TCP, and one of each."""

import time
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from signaling.relay.turn import credentials
from tests.integration.test_stun import free_ports
from tests.support.commands import Server, running_server

SECRET: Final = "north"
BYTES: Final = 4 * 1024 * 1024

CONNECT: Final = """async ({ server, offer }) => {
  const connection = window.connection = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: "relay" });
  const channel = window.channel = connection.createDataChannel("test", { negotiated: true, id: 0 });
  channel.binaryType = "arraybuffer";
  window.received = 0;
  channel.onmessage = ({ data }) => { window.received += data.byteLength; };
  if (offer) await connection.setRemoteDescription(offer);
  await connection.setLocalDescription();
  while (connection.iceGatheringState !== "complete") await new Promise((resolve) => setTimeout(resolve, 20));
  return connection.localDescription.toJSON();
}"""
"""Describes one side, with all its candidates."""

SEND: Final = """async (bytes) => {
  const { channel } = window;
  while (channel.readyState !== "open") await new Promise((resolve) => setTimeout(resolve, 20));
  const chunk = new Uint8Array(16384);
  for (let sent = 0; sent < bytes; sent += chunk.length) {
    while (channel.bufferedAmount > 262144) await new Promise((resolve) => setTimeout(resolve, 5));
    channel.send(chunk);
  }
}"""

PATH: Final = """async () => {
  const stats = [...(await window.connection.getStats()).values()];
  const transport = stats.find(({ type }) => type === "transport");
  const pair = stats.find(({ id }) => id === transport.selectedCandidatePairId);
  const local = stats.find(({ id }) => id === pair.localCandidateId);
  return [local.candidateType, local.relayProtocol];
}"""


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    """A server that may relay on loopback, and its port. Nothing else is allowed: both sides relay."""
    port, _ = free_ports()
    options = ("--turn-port", str(port), "--stun-alt-port", "0", "--turn-secret", SECRET)
    with running_server(tmp_path_factory.mktemp("server"), *options) as server:
        yield server, port


def page(browser: Browser, server: Server) -> Page:
    """A page of the server's origin."""
    made = browser.new_page()
    made.goto(f"{server.url}healthz")
    return made


def describe(page: Page, port: int, transport: str, member: str, offer: Any = None) -> Any:
    """The description of one member of a pair, whose only candidates are at the relay."""
    name, password = credentials.make(SECRET, "pair", member, time.time() + 60)
    urls = [f"turn:127.0.0.1:{port}?transport={transport}"]
    server = {"urls": urls, "username": name, "credential": password}
    found = page.evaluate(CONNECT, {"server": server, "offer": offer})
    assert "typ relay" in found["sdp"]
    assert "typ host" not in found["sdp"]
    return found


@pytest.mark.parametrize("transports", [("udp", "udp"), ("tcp", "tcp"), ("udp", "tcp")], ids="-".join)
def test_page_to_page(browser: Browser, relay: tuple[Server, int], transports: tuple[str, str]) -> None:
    server, port = relay
    one, other = page(browser, server), page(browser, server)
    offer = describe(one, port, transports[0], "a")
    answer = describe(other, port, transports[1], "b", offer)
    one.evaluate("(answer) => window.connection.setRemoteDescription(answer)", answer)
    one.evaluate(SEND, BYTES)
    other.wait_for_function("(bytes) => window.received === bytes", arg=BYTES)
    assert [each.evaluate(PATH) for each in (one, other)] == [["relay", transport] for transport in transports]
    server.until_metric("byway_relay_open_allocations", 2)
    for each in (one, other):
        each.evaluate("() => window.connection.close()")
        each.close()
    server.until_metric("byway_relay_open_allocations", 0)
