"""Which tests run where: the jobs of each lane, who takes the next one, and what is told at the end. Pure."""

import re
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pytest

NOTHING: Final = pytest.ExitCode.NO_TESTS_COLLECTED
"""A job in which no test is asked for (`-k`) does not fail the run, if another has some."""

FAULTS: Final = ("FAILED ", "ERROR ", "SKIPPED ")
"""How pytest's summary (`-ra`) begins the line of a test that may be why a job failed; in CI a skipped one is."""

SUMMARY: Final = re.compile(r"=+ short test summary info =+")

REASON_CHARS: Final = 300
"""Of a reason: enough to know what failed; the whole of it is above."""

LAST_LINES: Final = 5
"""Of a job that failed without naming a test: it broke off, and its last words say why."""

COUNT: Final = re.compile(r"(\d+) (passed|failed|error|skipped|xfailed)")


@dataclass(frozen=True, slots=True)
class Job:
    """Files that one pytest runs in a network of its own."""

    name: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """How a job ended: pytest's exit status and output, and how long it took."""

    job: Job
    code: int
    lines: Sequence[str]
    seconds: float

    @property
    def has_failed(self) -> bool:
        """Whether the run fails for it."""
        return self.code not in (0, NOTHING)


def deal(lane: str, files: Mapping[str, int], together: int) -> deque[Job]:
    """Jobs of at most so many files, about as long as each other, the longest first.

    `files` has how long each takes, by whatever measure.
    """
    ordered = sorted(files, key=lambda name: (-files[name], name))
    count = -(-len(ordered) // together)
    return deque(Job(f"{lane}-{number}", tuple(ordered[number::count])) for number in range(count))


@dataclass(slots=True)
class Rota:
    """The jobs that nobody has begun. Who has none left helps the lane that has most.

    The longest is always begun first: begun last, it would go on alone when all the others have ended.
    """

    lanes: dict[str, deque[Job]]
    done: list[Done] = field(default_factory=list)

    def take(self, lane: str) -> Job | None:
        """The next job of a lane: its own first one, or another's; None if all are taken."""
        jobs = self.lanes[lane] or max(self.lanes.values(), key=len)
        return jobs.popleft() if jobs else None

    @property
    def code(self) -> int:
        """The exit status of all: that of a job that failed, or 0, or that there was nothing to do."""
        codes = [each.code for each in self.done]
        return next((each.code for each in self.done if each.has_failed), min(codes, default=int(NOTHING)))


def faults(done: Done) -> list[str]:
    """Each test for which a job failed, with its reason, a line each."""
    if not done.has_failed:
        return []
    return named(done.lines) or [
        f"{done.job.name} ended with {done.code}:",
        *(line.rstrip() for line in done.lines[-LAST_LINES:]),
    ]


def named(lines: Sequence[str]) -> list[str]:
    """The tests that the last summary of this output names; of a reason of many lines the first."""
    headings = [number for number, line in enumerate(lines) if SUMMARY.match(line)]
    after = lines[headings[-1] :] if headings else ()
    return [line.rstrip()[:REASON_CHARS] for line in after if line.startswith(FAULTS)]


def closing(done: Sequence[Done], slowest: int = 5) -> list[str]:
    """The last lines of a run: what took longest, how many tests there were, and at the very end what failed."""
    counts: Counter[str] = Counter()
    for each in done:
        counts.update({what: int(number) for number, what in COUNT.findall(each.lines[-1] if each.lines else "")})
    longest = sorted(done, key=lambda each: -each.seconds)[:slowest]
    told = [f"{each.seconds:5.0f} s  {' '.join(each.job.paths)}"[:REASON_CHARS] for each in longest]
    told.append(", ".join(f"{number} {what}" for what, number in counts.items()) or "no tests")
    return told + [line for each in done for line in faults(each)]
