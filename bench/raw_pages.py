"""A bare data channel between two pages: what a transfer from page to page can reach at most.

The sender gives the same buffer to `send` again and again, as far ahead as Byway's page does
(web/src/connect/link.ts), in messages as long as its own; the receiver only counts. Each side is a page in a process of
its own, as two people are.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Final

from bench.processes import MIB
from tests.browser.real import Site

MESSAGE: Final = 256 * 1024
"""The longest that Chromium takes."""

MAKE: Final = """() => {
  const connection = (window.connection = new RTCPeerConnection());
  const channel = (window.channel = connection.createDataChannel("raw", { negotiated: true, id: 0 }));
  channel.binaryType = "arraybuffer";
  channel.bufferedAmountLowThreshold = 256 * 1024;
  window.opened = new Promise((resolve) => (channel.onopen = () => resolve(true)));
  window.gathered = new Promise((resolve) => {
    connection.onicegatheringstatechange = () => connection.iceGatheringState === "complete" && resolve(true);
  });
}"""

DESCRIBE: Final = """async (theirs) => {
  if (theirs !== null) await connection.setRemoteDescription(theirs);
  await connection.setLocalDescription();
  await gathered;
  return connection.localDescription.toJSON();
}"""

COUNT: Final = """(size) => {
  let got = 0, began = 0;
  window.done = new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      began ||= performance.now();
      got += data.byteLength;
      if (got >= size) resolve((performance.now() - began) / 1000);
    };
  });
}"""

SEND: Final = """async ([size, message]) => {
  const data = new Uint8Array(message);
  for (let sent = 0; sent < size; sent += message) {
    if (channel.bufferedAmount > 1024 * 1024) await new Promise((resolve) => (channel.onbufferedamountlow = resolve));
    channel.send(data);
  }
}"""


def seconds(site: Site, mib: int, meter: AbstractContextManager[object] | None = None) -> float:
    """How long so much takes, from the first message to the last; `meter` is open meanwhile."""
    with site.open() as sender, site.open() as receiver:
        for page in (sender, receiver):
            page.evaluate(MAKE)
        answer = receiver.evaluate(DESCRIBE, sender.evaluate(DESCRIBE, None))
        sender.evaluate("(answer) => connection.setRemoteDescription(answer)", answer)
        for page in (sender, receiver):
            page.evaluate("() => opened")
        receiver.evaluate(COUNT, mib * MIB)
        with meter or nullcontext():
            sender.evaluate(SEND, [mib * MIB, MESSAGE])
            return float(receiver.evaluate("() => done"))
