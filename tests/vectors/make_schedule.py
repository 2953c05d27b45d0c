"""Make tests/vectors/schedule.json, in which order chunks are asked for: `python -m tests.vectors.make_schedule`.

`files` are numbers of chunks; each step is what is done, and after `take` it says which chunks were taken.
"""

import json
import random
from pathlib import Path
from typing import Any

from pypeer.transfer.schedule import Schedule

FILE = Path(__file__).with_name("schedule.json")

SEED = 7
CASES = 12
STEPS = 40


def build() -> list[dict[str, Any]]:
    """All vectors of this file."""
    rng = random.Random(SEED)
    return [case(rng) for _ in range(CASES)]


def case(rng: random.Random) -> dict[str, Any]:
    """One story of one schedule."""
    files = [rng.randrange(6) for _ in range(rng.randrange(1, 6))]
    schedule = Schedule()
    steps: list[dict[str, Any]] = []
    taken: list[tuple[int, int]] = []
    for file, count in enumerate(files):
        schedule.add(file, 0, count)
    for _ in range(STEPS):
        file = rng.randrange(len(files))
        match rng.choice(("take", "take", "take", "back", "prefer", "drop")):
            case "take":
                found = schedule.peek()
                if found is not None:
                    schedule.take()
                    taken.append(found)
                steps.append({"do": "take", "says": found and list(found)})
            case "back" if taken:
                file, chunk = taken.pop(rng.randrange(len(taken)))
                schedule.give_back(file, chunk)
                steps.append({"do": "back", "file": file, "chunk": chunk})
            case "prefer":
                files_first = rng.sample(range(len(files)), rng.randrange(len(files) + 1))
                schedule.prefer(files_first)
                steps.append({"do": "prefer", "files": files_first})
            case "drop" if rng.random() < 0.2:
                schedule.drop(file)
                steps.append({"do": "drop", "file": file})
            case _:
                pass
    return {"files": files, "steps": steps}


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
