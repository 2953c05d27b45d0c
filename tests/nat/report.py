"""The table of a matrix."""

import dataclasses
import json
from statistics import median
from typing import Any, Final

from tests.nat.expect import Expect
from tests.nat.pairs import SETTLED_S, Outcome, Rank

HEAD: Final = (
    "sender",
    "receiver",
    "ok",
    "way",
    "sender's candidate",
    "receiver's candidate",
    "first link",
    "direct",
    "total",
    "expected",
)
WIDTHS: Final = (23, 23, 4, 11, 26, 26, 12, 9, 8, 0)


SOON_S: Final = 2.0
"""A pair that can be direct is so within this, from when both sides know each other, at 50 ms between two sites."""

SOON_PARTS: Final = 0.95
"""... in so many of its tries: 19 of 20."""


class Report:
    """Rows as they come, and a summary."""

    def __init__(self, as_json: bool) -> None:
        self.outcomes: list[Outcome] = []
        self._as_json = as_json
        if not as_json:
            print(line(HEAD), flush=True)

    def add(self, outcome: Outcome) -> None:
        """One more row."""
        self.outcomes.append(outcome)
        print(as_json(outcome) if self._as_json else row(outcome), flush=True)

    def end(self) -> int:
        """Print the summary; 1 if anything was worse than expected, or relayed for too long.

        Of pairs that were tried more than once it is enough that most tries came out well in time.
        """
        tried = repeated(self.outcomes)
        if tried:
            print(json.dumps({"tries": tried}) if self._as_json else "\n".join(map(of_tries, tried)), flush=True)
        facts = summary(self.outcomes)
        print(json.dumps({"summary": facts}) if self._as_json else in_words(facts), flush=True)
        if tried:
            return int(any(not each["enough"] for each in tried))
        return int(any(outcome.surprise == "-" or outcome.lingers for outcome in self.outcomes))


def repeated(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    """Of each pair that was tried more than once: how often it was as good as it can be in time, and how soon."""
    by_pair: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_pair.setdefault(str(outcome.pair), []).append(outcome)
    return [_tries(name, tried) for name, tried in by_pair.items() if len(tried) > 1]


def _tries(name: str, tried: list[Outcome]) -> dict[str, Any]:
    is_direct = tried[0].pair.may_be_direct
    first = [each.first_ms / 1000 if each.ok and each.first_ms is not None else None for each in tried]
    times = [each.settled_s for each in tried] if is_direct else first
    known = sorted(at for at in times if at is not None)
    soon = sum(at < SOON_S for at in known)
    return {
        "pair": name,
        "wanted": "direct" if is_direct else "connected",
        "soon": soon,
        "tries": len(tried),
        "median_s": round(median(known), 2) if known else None,
        "worst_s": round(known[-1], 2) if len(known) == len(tried) else None,
        "enough": soon >= SOON_PARTS * len(tried),
    }


def of_tries(facts: dict[str, Any]) -> str:
    """One line for people."""
    worst = "never, at times" if facts["worst_s"] is None else f"{facts['worst_s']} s"
    mark = "" if facts["enough"] else "  too few"
    return (
        f"{facts['pair']:46} {facts['wanted']} within {SOON_S:g} s in {facts['soon']}/{facts['tries']}, "
        f"median {facts['median_s']} s, worst {worst}{mark}"
    )


def as_json(outcome: Outcome) -> str:
    """One line with all that is known."""
    derived = {"expected": outcome.pair.expected, "surprise": outcome.surprise, "lingers": outcome.lingers}
    return json.dumps({**dataclasses.asdict(outcome), **derived})


def row(outcome: Outcome) -> str:
    """One line of the table."""
    expected = f"{outcome.pair.expected} {outcome.surprise}"
    if outcome.error:
        told = f" after {outcome.error_s:.1f} s" if outcome.error_s is not None else ""
        expected += f" ({outcome.error}{told})"
    cells = (
        outcome.pair.sender,
        outcome.pair.receiver,
        "yes" if outcome.ok else "NO",
        outcome.way,
        outcome.local,
        outcome.remote,
        f"{outcome.first_ms:.0f} ms" if outcome.first_ms is not None else "",
        f"+{outcome.direct_s:.2f} s" if outcome.direct_s is not None else "",
        f"{outcome.total_s:.1f} s" if outcome.total_s is not None else "",
        expected,
    )
    return line(cells)


def line(cells: tuple[str, ...]) -> str:
    """Cells side by side."""
    return " ".join(f"{cell:{width}}" for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def summary(outcomes: list[Outcome]) -> dict[str, object]:
    """Counts by what was expected, and times."""
    facts: dict[str, object] = {}
    for expect in Expect:
        of = [outcome for outcome in outcomes if outcome.pair.expected is expect]
        if of:
            times = [outcome.first_ms for outcome in of if outcome.ok and outcome.first_ms is not None]
            ranks = {rank.name.lower(): sum(outcome.rank is rank for outcome in of) for rank in Rank}
            facts[expect] = {
                "pairs": len(of),
                **ranks,
                "median_ms": round(median(times)) if times else None,
                "slowest_ms": round(max(times)) if times else None,
            }
    settled = [outcome.direct_s for outcome in outcomes if outcome.direct_s is not None]
    facts["connected"] = sum(outcome.ok for outcome in outcomes)
    facts["pairs"] = len(outcomes)
    facts["slowest_direct_s"] = round(max(settled), 2) if settled else None
    facts["failed"] = [str(outcome.pair) for outcome in outcomes if not outcome.ok]
    facts["lingering"] = [str(outcome.pair) for outcome in outcomes if outcome.lingers]
    facts["worse"] = sum(outcome.surprise == "-" for outcome in outcomes)
    facts["better"] = sum(outcome.surprise == "+" for outcome in outcomes)
    return facts


def in_words(facts: dict[str, object]) -> str:
    """The summary for people."""
    lines = [""]
    for expect, counts in facts.items():
        if isinstance(counts, dict):
            times = f"median {counts['median_ms']} ms, slowest {counts['slowest_ms']} ms"
            lines.append(
                f"expected {expect:10} {counts['pairs']:4} pairs: {counts['direct']:4} direct, "
                f"{counts['relayed']:4} relayed, {counts['none']:4} not connected; {times}"
            )
    lines.append(
        f"{facts['connected']} of {facts['pairs']} connected; the slowest direct {facts['slowest_direct_s']} s after "
        f"its first link; {facts['worse']} worse than expected (-), {facts['better']} better (+)"
    )
    named = {"failed": "not connected", "lingering": f"could be direct, and was not within {SETTLED_S:.0f} s"}
    for fact, words in named.items():
        if pairs := facts[fact]:
            assert isinstance(pairs, list)
            lines.append(f"{words}: {', '.join(pairs)}")
    return "\n".join(lines)
