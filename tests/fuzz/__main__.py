"""`python -m tests.fuzz [--messages N] [--seed S] [--only NAME]`: prints what was sent, exceptions, and memory.

Exit status 1 if there was an exception, or memory did not level off. A million messages take some minutes.
"""

import argparse
import gc
import traceback
import tracemalloc
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from tests.fuzz.client import ClientFuzzer
from tests.fuzz.codec import CodecFuzzer
from tests.fuzz.server import ServerFuzzer

Fuzzer = ServerFuzzer | ClientFuzzer | CodecFuzzer
FUZZERS: Final[tuple[type[ServerFuzzer] | type[ClientFuzzer] | type[CodecFuzzer], ...]] = (
    ServerFuzzer,
    ClientFuzzer,
    CodecFuzzer,
)

LOOKS: Final = 10
"""How often memory is looked at."""

LEVEL_BYTES: Final = 128 * 1024
"""What memory may differ by between the middle and the end of a run: caches of bounded size are not filled in order.
A leak of one byte a message would be more in the second half of a run of a third of a million."""


@dataclass
class Report:
    """What a run has shown; memory in bytes since the first steps."""

    kinds: Counter[str] = field(default_factory=Counter)
    exceptions: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)

    @property
    def is_level(self) -> bool:
        """Whether memory did not grow in the second half."""
        return self.memory[-1] - self.memory[len(self.memory) // 2] < LEVEL_BYTES


def run(fuzzer: Fuzzer, messages: int) -> Report:
    """So many messages; what is no assertion of a fuzzer's own is counted, and the run goes on."""
    report = Report()
    for look in range(LOOKS + 1):
        for _ in range(messages // LOOKS if look else messages // 100):
            try:
                report.kinds[fuzzer.step()] += 1
            except Exception:
                report.exceptions.append(traceback.format_exc(limit=-6))
        fuzzer.check()
        if tracemalloc.is_tracing():
            gc.collect()
            report.memory.append(tracemalloc.get_traced_memory()[0])
    fuzzer.end()
    return report


def show(name: str, report: Report) -> None:
    """Print it."""
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in report.kinds.most_common())
    growth = " ".join(f"{(each - report.memory[0]) // 1024:+d}" for each in report.memory[1:])
    print(f"{name}: {report.kinds.total():,} steps, {len(report.exceptions)} exceptions")
    print(f"  {kinds}")
    print(f"  memory, KiB since the first hundredth: {growth}: {'level' if report.is_level else 'GROWS'}")
    print(*report.exceptions[:3], sep="\n", end="", flush=True)


def main() -> None:
    """Run all three, each with a third."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=[each.name for each in FUZZERS], help="its third, and leave the others out")
    options = parser.parse_args()
    tracemalloc.start()
    good = True
    for kind in FUZZERS:
        if options.only not in (None, kind.name):
            continue
        report = run(kind(options.seed), options.messages // len(FUZZERS))
        show(kind.name, report)
        good &= not report.exceptions and report.is_level
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
