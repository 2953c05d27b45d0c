"""Make tests/vectors/roads.json: what the policy of roads does in many stories: `python -m tests.vectors.make_roads`.

Each story is a list of steps; a step says when it is, what happens, what is done, what carries the session then, and
when time has to pass next. Some are told by hand, the others are walks at random, always the same ones.
"""

import json
import random
from pathlib import Path
from typing import Any, Final

from pypeer.connect.lanes import Action, Event, GiveUp, Leave, Lost, Road, Try, Use
from pypeer.connect.roads import Roads
from pypeer.secure.keys import Role

FILE = Path(__file__).with_name("roads.json")

DELAY_S: Final = 0.25
"""Pause after a failure, the double after the next, and so on; no chance in it here."""

WALKS: Final = 24
STEPS: Final = 30
"""Enough that every event comes in every state of every road, for both roles."""

WORDS: Final[dict[type[Action], str]] = {Try: "try", Use: "use", Leave: "leave", Lost: "lost", GiveUp: "give-up"}

HAPPENING: Final = ("opened", "failed", "silent", "back", "lost", "used")

TOLD: Final[dict[str, tuple[str, bool, list[tuple[float, str]]]]] = {
    "a direct way opens at once": ("A", True, [(0, "begin"), (0.2, "ice opened")]),
    "the relay opens first, and is left": (
        "A",
        True,
        [(0, "begin"), (1, "tick"), (1.2, "relay opened"), (1.5, "ice opened"), (1.7, "idle relay")],
    ),
    "no datagram gets through, so the relay does not wait": (
        "A",
        True,
        [(0, "begin"), (0.3, "barred"), (0.4, "barred"), (0.6, "relay opened"), (5.6, "tick")],
    ),
    "what is barred waits all the same after a failure": (
        "A",
        True,
        [(0, "begin"), (0.3, "barred"), (0.4, "relay failed"), (0.41, "ice failed"), (0.42, "barred"), (0.9, "tick")],
    ),
    "who is barred without a relay goes on": ("A", False, [(0, "begin"), (0.3, "barred"), (3, "ice opened")]),
    "B tries nothing, barred or not": ("B", True, [(0, "begin"), (0.3, "barred"), (0.6, "relay opened")]),
    "B follows A to the relay": (
        "B",
        True,
        [(0, "begin"), (0.2, "ice opened"), (9, "relay opened"), (9.1, "relay used"), (10, "ice opened")],
    ),
    "B gives up when A does not come back": (
        "B",
        True,
        [(0, "begin"), (0.2, "ice opened"), (9, "ice lost"), (129, "tick")],
    ),
    "three attempts are all without a relay": (
        "A",
        False,
        [(0, "begin"), (3, "ice failed"), (3.5, "tick"), (6, "ice failed"), (7, "tick"), (9, "ice failed")],
    ),
    "three attempts on each road are all": (
        "A",
        True,
        [
            *((0, "begin"), (1, "tick"), (1.1, "relay failed"), (3, "ice failed"), (3.5, "tick"), (4, "relay failed")),
            *((6, "ice failed"), (7.5, "tick"), (8, "relay failed"), (9, "ice failed")),
        ],
    ),
    "a relay is left later and later": (
        "A",
        True,
        [
            *((0, "begin"), (1, "tick"), (1.2, "relay opened"), (3, "ice failed"), (8, "tick")),
            *((11, "ice failed"), (26, "tick"), (29, "ice failed"), (89, "tick"), (92, "ice failed")),
        ],
    ),
    "TCP opens first, and ICE stands by": (
        "A",
        True,
        [
            (0, "begin"),
            (0.15, "tcp opened"),
            (0.2, "ice opened"),
            (60, "tcp lost"),
            (60.25, "tick"),
            (61, "tcp opened"),
        ],
    ),
    "TCP that is silent is left for ICE": (
        "B",
        True,
        [(0, "begin"), (0.2, "ice opened"), (0.3, "tcp opened"), (60, "tcp silent"), (61, "tcp opened")],
    ),
    "TCP alone that is silent waits for the relay, or comes back": (
        "A",
        True,
        [
            *((0, "begin"), (0.2, "tcp opened"), (3, "ice failed"), (60, "tcp silent"), (61, "tcp back")),
            *((70, "tcp silent"), (70.2, "relay opened"), (75.2, "tick"), (75.4, "tcp opened"), (75.5, "idle relay")),
        ],
    ),
    "TCP that fails beside ICE is not tried again": (
        "A",
        True,
        [(0, "begin"), (0.2, "ice opened"), (6, "tcp failed"), (90, "ice lost"), (90.25, "tick")],
    ),
    "TCP and ICE are tried together to leave the relay": (
        "A",
        True,
        [
            *((0, "begin"), (0.4, "barred"), (0.6, "relay opened"), (3, "ice failed"), (6, "tcp failed"), (8, "tick")),
            *((8.3, "tcp opened"), (8.4, "idle relay")),
        ],
    ),
    "B does not follow A to the relay that opened first": (
        "B",
        True,
        [(0, "begin"), (1, "ice opened"), (1.01, "relay opened"), (1.02, "relay used"), (4.01, "tick")],
    ),
}


def build() -> list[dict[str, Any]]:
    """All vectors of this file."""
    told = [_story(what, role, can_relay, steps) for what, (role, can_relay, steps) in TOLD.items()]
    return [*told, *(_walk(number) for number in range(WALKS)), *(_walk(number, "TCP ") for number in range(WALKS))]


def _walk(number: int, prefix: str = "") -> dict[str, Any]:
    """Anything may happen at any time."""
    chance = random.Random(number)
    things = [f"{road.value} {event}" for road in Road for event in HAPPENING] + ["tick"] * 4 + ["barred", "idle relay"]
    steps, at = [(0.0, "begin")], 0.0
    for _ in range(STEPS):
        at = round(at + chance.choice((0.125, 0.5, 2.0, 6.0)), 3)
        steps.append((at, chance.choice(things)))
    if number % 4 == 3:
        steps.insert(STEPS // 2, (steps[STEPS // 2 - 1][0], "unpaired"))
    return _story(f"{prefix}walk {number}", "AB"[number % 2], number % 3 != 2, steps)


def _story(what: str, role: str, can_relay: bool, steps: list[tuple[float, str]]) -> dict[str, Any]:
    can_tcp = what.startswith("TCP")
    roads = Roads(Role[role], can_relay, lambda failures: DELAY_S * 2**failures, can_tcp)
    told = [_step(roads, at, thing) for at, thing in steps]
    return {"what": what, "role": role, "relay": can_relay, "tcp": can_tcp, "steps": told}


def _step(roads: Roads, at: float, thing: str) -> dict[str, Any]:
    actions = [_word(action) for action in perform(roads, at, thing)]
    carrying = roads.carrying.value if roads.carrying is not None else None
    return {"at": at, "happens": thing, "does": actions, "carrying": carrying, "deadline": roads.deadline}


def _word(action: Action) -> str:
    word = WORDS[type(action)]
    return f"{word} {action.road.value}" if isinstance(action, Try | Use | Leave) else word


def perform(roads: Roads, at: float, thing: str) -> list[Action]:
    """Let one thing happen."""
    match thing.split():
        case ["begin"]:
            return roads.begin(at)
        case ["barred"]:
            return roads.barred(at)
        case ["unpaired"]:
            return roads.unpaired()
        case ["tick"]:
            return roads.tick(at)
        case ["idle", road]:
            return roads.idle(Road(road))
        case [road, event]:
            return roads.happened(Road(road), Event(event), at)
        case _:
            raise ValueError(thing)


def dump(stories: list[dict[str, Any]]) -> str:
    """A step a line."""
    return "[\n" + ",\n".join(_dump(story) for story in stories) + "\n]\n"


def _dump(story: dict[str, Any]) -> str:
    steps = ",\n".join("  " + json.dumps(step) for step in story["steps"])
    head = json.dumps({key: value for key, value in story.items() if key != "steps"})
    return f'{head[:-1]}, "steps": [\n{steps}\n ]}}'


if __name__ == "__main__":
    FILE.write_text(dump(build()), "utf-8")
