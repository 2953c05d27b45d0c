"""Jobs of the test run, and what is told of them at its end."""

from collections import deque
from pathlib import Path
from typing import Final

from tests.lanes import LONGEST, TOGETHER
from tests.rota import LAST_LINES, NOTHING, Done, Job, Rota, closing, deal, faults

HEADING: Final = "=========== short test summary info ===========\n"


def done(code: int, *lines: str, name: str = "unit-0", seconds: float = 1.0) -> Done:
    return Done(Job(name, (f"{name}.py",)), code, lines, seconds)


def test_every_file_is_in_one_job_and_no_job_has_too_many() -> None:
    files = {f"test_{number}.py": number * 37 % 11 for number in range(23)}
    jobs = deal("unit", files, 4)
    assert sorted(path for job in jobs for path in job.paths) == sorted(files)
    assert {len(job.paths) for job in jobs} <= {3, 4}
    assert len({job.name for job in jobs}) == len(jobs)


def test_every_file_there_is_has_a_lane_and_those_that_take_longest_are_there() -> None:
    root = Path(__file__).parents[2]
    found = {str(path.relative_to(root)) for path in (root / "tests").rglob("test_*.py")}
    assert {Path(path).parts[1] for path in found} == set(TOGETHER)
    assert set(LONGEST) <= found


def test_long_files_come_first_and_not_together() -> None:
    jobs = deal("nat", {"a": 1, "b": 9, "c": 5, "d": 8}, 2)
    assert [job.paths for job in jobs] == [("b", "c"), ("d", "a")]
    assert deal("nat", {}, 2) == deque()


def test_who_has_no_job_left_takes_the_longest_of_who_has_most() -> None:
    rota = Rota(
        {"nat": deal("nat", {"n": 1}, 1), "unit": deal("unit", {"a": 1, "b": 2, "c": 3}, 1), "page": deque()},
    )
    taken = [rota.take(lane) for lane in ("nat", "nat", "unit", "page", "unit", "nat")]
    assert [job and job.paths for job in taken] == [("n",), ("c",), ("b",), ("a",), None, None]


def test_a_run_fails_for_one_job_and_not_for_one_without_tests() -> None:
    assert Rota({}, [done(0), done(NOTHING)]).code == 0
    assert Rota({}, [done(0), done(2), done(1)]).code == 2
    assert Rota({}, [done(NOTHING)]).code == NOTHING
    assert Rota({}).code == NOTHING


def test_each_test_that_failed_is_told_in_one_line() -> None:
    lines = (
        "E   FAILED is a word of this test's own\n",
        HEADING,
        "FAILED tests/a.py::test_a - assert 1 == 2\n",
        "  and more of the reason\n",
        "ERROR tests/a.py::test_b - " + "long" * 100 + "\n",
        "SKIPPED [1] tests/a.py:3: not installed\n",
        "===== 1 failed, 1 skipped in 3.20s =====\n",
    )
    told = faults(done(1, *lines))
    assert [line.partition(" - ")[0] for line in told] == [
        "FAILED tests/a.py::test_a",
        "ERROR tests/a.py::test_b",
        "SKIPPED [1] tests/a.py:3: not installed",
    ]
    assert max(map(len, told)) == 300
    assert faults(done(0, *lines)) == []


def test_the_last_words_of_a_job_that_broke_off_are_told() -> None:
    told = faults(done(3, *(f"line {number}\n" for number in range(9))))
    assert told == ["unit-0 ended with 3:", *(f"line {number}" for number in range(9 - LAST_LINES, 9))]
    assert faults(done(-9)) == ["unit-0 ended with -9:"]


def test_what_failed_in_any_job_is_at_the_very_end() -> None:
    failed = done(1, HEADING, "FAILED a - no\n", "== 1 failed, 2 passed in 1s ==\n", name="nat-0", seconds=9)
    told = closing([failed, done(0, "== 3 passed in 1s ==\n"), done(0, "")], slowest=2)
    assert told == ["    9 s  nat-0.py", "    1 s  unit-0.py", "1 failed, 5 passed", "FAILED a - no"]
    assert closing([]) == ["no tests"]
