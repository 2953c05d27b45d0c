"""Make tests/vectors/transfer.json, whole sessions frame by frame: `python -m tests.vectors.make_sessions`.

Made by the two cores of `pypeer`; another implementation in the place of either, given the frames of the other, must
answer with these, but for the `client` of `hello`, the time in between, and when `progress` is told.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from tests.support.engine import Wire, World
from tests.vectors.stream import stream

FILE = Path(__file__).with_name("transfer.json")
SIZES = {"tree/a.txt": 5, "tree/b.txt": 0, "tree/c.txt": 40}


class Recorded(World):
    """Writes down every frame as it arrives, link by link."""

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__(entries, {i: stream(entry.size) for i, entry in enumerate(entries) if not entry.folder})
        self.links: list[list[dict[str, str]]] = []

    def connect(self, frame_bytes: int = 65536) -> None:
        """A new link, and a new page."""
        self.links.append([])
        super().connect(frame_bytes)

    def _deliver_to_sender(self, wire: Wire) -> None:
        self.links[-1].append({"from": "R", "hex": wire.to_sender[0].hex()})
        super()._deliver_to_sender(wire)

    def _deliver_to_receiver(self, wire: Wire) -> None:
        self.links[-1].append({"from": "S", "hex": wire.to_receiver[0].hex()})
        super()._deliver_to_receiver(wire)


def session(about: str, break_after: int | None = None, lost: int | None = None, accept: bool = True) -> dict[str, Any]:
    """One session; its first link may break, a file be lost, or its person decline."""
    entries = [Entry(path="tree", folder=True), *(Entry(path=p, size=s, mtime=1) for p, s in SIZES.items())]
    world = Recorded(entries)
    world.accept = accept
    world.lost = {} if lost is None else {lost: EndCode.VANISHED}
    world.connect()
    while choices := world.choices():
        choices[0]()
        if len(world.links) == 1 and len(world.links[0]) == break_after:
            world.connect()
    return {"about": about, "entries": json.loads(msgspec.json.encode(entries)), "links": world.links}


def build() -> list[dict[str, Any]]:
    """All sessions of this file; the content of each file is the stream of the other vectors, cut to its size."""
    return [
        session("all goes well"),
        session("the link breaks between the chunks", break_after=10),
        session("a file is lost at the sender", lost=3),
        session("declined", accept=False),
    ]


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
