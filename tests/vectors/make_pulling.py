"""Make tests/vectors/pulling.json, what is asked for on which link: `python -m tests.vectors.make_pulling`.

Made by the scheduling of `pypeer` over simulated links. Another implementation that is told the same at the same times
must say the same frames: each step is what happens, and `says` what is said then, as [link, frame, request, chunk].
"""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pypeer.protocol import frames
from pypeer.transfer.storing import Store
from tests.support import roads

FILE = Path(__file__).with_name("pulling.json")
CHUNK = 262_144


class Recorded(roads.Roads):
    """Writes down what happens, and what is said."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.steps: list[dict[str, Any]] = []

    def open(self, mbit: float, delay: float, rank: int = 0, source: int = 0, frame: int = roads.FRAME) -> int:
        """A link opens."""
        more = {"source": source} if source else {}
        self._note("open", link=len(self.roads), rank=rank, **more)
        return super().open(mbit, delay, rank, source, frame)

    def close(self, number: int) -> None:
        """A link closes; asking comes after it."""
        self._note("close", link=number)
        super().close(number)

    def reopen(self) -> None:
        """Another link."""
        self.open(50.0, 0.03)

    def excuse(self) -> None:
        """Somebody paused up to now."""
        self._note("excuse")
        self.fetch.excuse(self.now)

    def _note(self, what: str, **more: int) -> None:
        self.steps.append({"at": self.now, "what": what, **more, "says": []})

    def _pump(self) -> None:
        self._note("pump")
        super()._pump()
        if not self.steps[-1]["says"]:
            self.steps[-1].pop("says")

    def _said(self, road: roads.Road, frame: frames.Frame) -> None:
        link = road.flow.link
        if isinstance(frame, frames.Request):
            self.steps[-1]["says"].append([link, "request", frame.request, frame.chunk])
        elif isinstance(frame, frames.Stop):
            self.steps[-1]["says"].append([link, "stop", frame.request])
        super()._said(road, frame)

    def _arrive(self, road: roads.Road, frame: frames.Data | frames.End) -> None:
        heard = road.flow.link in self.flows and not road.mute
        if heard and isinstance(frame, frames.Data):
            self._note("data", link=road.flow.link, request=frame.request, size=len(frame.payload))
        elif heard and frame.request not in road.stopped:
            self._note("end", link=road.flow.link, request=frame.request)
        super()._arrive(road, frame)

    def _store(self, effect: Store) -> None:
        self._note("stored", chunk=effect.chunk)
        super()._store(effect)


Road = tuple[float, float, int] | tuple[float, float, int, int]
"""A link: Mbit/s, seconds there and back, rank, and its source if that is not the first."""


def scenario(about: str, chunks: int, links: Sequence[Road], then: Callable[[Recorded], None]) -> dict[str, Any]:
    """One fetch from its beginning to its end."""
    here = Recorded(chunks * CHUNK - 1000)
    for link in links:
        here.open(*link)
    then(here)
    here.run()
    steps = [{key: value for key, value in step.items() if value != []} for step in here.steps]
    return {"about": about, "size": here.size, "steps": steps}


def _nothing(here: Recorded) -> None:
    """Just so."""


def _mute(number: int, since: float, until: float) -> Callable[[Recorded], None]:
    """A link falls silent, and speaks again."""

    def then(here: Recorded) -> None:
        here.after(since, partial(setattr, here.roads[number], "mute", True))
        here.after(until, partial(setattr, here.roads[number], "mute", False))

    return then


def _close(here: Recorded) -> None:
    here.after(0.5, partial(here.close, 0))
    here.after(0.9, here.reopen)


def _excuse(here: Recorded) -> None:
    here.after(0.2, here.excuse)


def build() -> list[dict[str, Any]]:
    """All scenarios of this file."""
    fast, slow = (20.0, 0.02, 0), (20.0, 0.05, 0)
    three = [(100.0, 0.01, 0), (20.0, 0.08, 0), (5.0, 0.2, 0)]
    relay = (40.0, 0.02, 2)
    other, nearer = (10.0, 0.08, 2, 1), (10.0, 0.03, 1, 1)
    return [
        scenario("three that differ; what comes last is asked for again", 24, three, _nothing),
        scenario("one falls silent and is tried again", 36, [fast, slow], _mute(0, 0.5, 2.0)),
        scenario("a relay helps while the better one is silent", 20, [fast, relay], _mute(0, 0.4, 2.0)),
        scenario("one closes, another opens", 24, [fast, (10, 0.05, 0)], _close),
        scenario("a pause is no stall", 12, [fast, (4, 0.05, 0)], _excuse),
        scenario("two senders, one of them over a relay, are used together", 30, [fast, other], _nothing),
        scenario("of each of two senders the better link", 30, [fast, relay, other, nearer], _nothing),
        scenario("one of two senders falls silent", 30, [fast, other], _mute(0, 0.4, 2.0)),
        scenario("one whose delay is measured anew after ten seconds", 50, [(8, 0.2, 0)], _nothing),
    ]


def dump(scenarios: list[dict[str, Any]]) -> str:
    """A step on a line."""
    parts = [
        f'{{"about": {json.dumps(one["about"])}, "size": {one["size"]}, "steps": [\n '
        + ",\n ".join(json.dumps(step) for step in one["steps"])
        + "\n]}"
        for one in scenarios
    ]
    return "[\n" + ",\n".join(parts) + "\n]\n"


if __name__ == "__main__":
    FILE.write_text(dump(build()), "utf-8")
