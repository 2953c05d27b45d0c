"""Whatever a fetch is doing when it is killed, or the power fails, or the sender goes: run again, it goes on.

The real store on a real disk; between it and the disk is a layer that kills at the n-th system call. All that is
random comes from one seed, which a failure shows.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks, effects, merkle, storing
from pypeer.transfer.names import map_entries
from pypeer.transfer.store import DiskStore
from pypeer.transfer.targets import Targets
from tests.support.engine import World
from tests.support.faults import Faults, Killed
from tests.vectors.stream import stream

SEEDS: Final = range(150)
"""Stories for each kind of end; each has one to four ends before the fetch comes to its own."""

SIZES: Final = {"a": 900_000, "b/c": 530_000, "b/d/e": 262_145, "f": 0, "g": 200_000}
SMALL: Final = {f"s/{number:02}": 40 * number for number in range(24)}

Contents = dict[str, bytes]
FILES: Final[Contents] = {path: stream(size, path.encode()) for path, size in {**SIZES, **SMALL}.items()}


@dataclass
class Sender:
    """Files and their times, which may change between two runs."""

    files: Contents
    times: dict[str, int] = field(default_factory=dict)
    top: str = "tree"

    def entries(self) -> list[Entry]:
        folders = ("", "/b", "/b/d", "/empty", "/s")
        listed = [Entry(path=f"{self.top}{path}", folder=True, mtime=1_000) for path in folders]
        return listed + [
            Entry(path=f"{self.top}/{path}", size=len(data), mtime=self.times.get(path, 2_000))
            for path, data in self.files.items()
        ]

    def contents(self) -> dict[int, bytes]:
        first = len(self.entries()) - len(self.files)
        return {first + number: data for number, data in enumerate(self.files.values())}


class DiskWorld(World):
    """Sender and receiver without I/O, but for the receiver's disk."""

    def __init__(self, sender: Sender, into: Path, chance: random.Random) -> None:
        super().__init__(sender.entries(), sender.contents())
        self.store = DiskStore(Targets(into, self.entries, map_entries(self.entries)))
        self.chance = chance
        self.results: list[storing.StoreResult] = []

    def live(self, steps: int | None = None) -> None:
        """Let things happen in any order; for so many steps."""
        self.connect()
        while (choices := self.choices()) and steps != 0:
            self.now += 0.01
            self.chance.choice(choices)()
            steps = None if steps is None else steps - 1

    def _step(self) -> None:
        if not isinstance(self.steps[0], effects.Prepare):
            super()._step()
            return
        self.steps.popleft()
        self.at_receiver(self.receiver.prepared(self.store.prepare(), self.now, self.store.left_out))

    def _store(self) -> None:
        batch = [self.todo.popleft() for _ in range(min(len(self.todo), self.chance.randint(1, 12)))]
        for each in batch:
            if isinstance(each, storing.Store):
                assert merkle.chunk_hash(each.data, self.entries[each.file].size) == each.hash
        for result in self.store.perform(batch):
            self.results.append(result)
            self.at_receiver(self.receiver.stored(result, self.now))


def new_sender() -> Sender:
    return Sender(dict(FILES))


def shown(into: Path) -> Contents:
    """Files under final names."""
    found = (path for path in into.rglob("*") if path.is_file() and ".byway-" not in str(path))
    return {path.relative_to(into).as_posix(): path.read_bytes() for path in found}


def kept(world: DiskWorld) -> set[tuple[str, int]]:
    """What may not be asked for again: chunks that are stored, and files that have their names."""
    found: set[tuple[str, int]] = set()
    for result in world.results:
        match result:
            case storing.Stored(file, chunk):
                found.add((world.entries[file].path, chunk))
            case storing.Finished(file):
                entry = world.entries[file]
                found |= {(entry.path, chunk) for chunk in range(chunks.chunk_count(entry.size))}
            case _:
                pass
    return found


def asked(world: DiskWorld) -> set[tuple[str, int]]:
    return {(world.entries[file].path, chunk) for file, chunk in world.asked}


def finish(sender: Sender, into: Path, chance: random.Random) -> DiskWorld:
    """The last run, which nothing disturbs, and what has to be true then."""
    world = DiskWorld(sender, into, chance)
    world.live()
    world.store.release()
    assert isinstance(world.receiver_end, effects.Outcome), world.receiver_end
    assert world.receiver_end.failed == 0
    assert [path.name for path in into.iterdir()] == ["tree"]
    assert shown(into) == {f"tree/{path}": data for path, data in sender.files.items()}
    assert (into / "tree/empty").is_dir()
    return world


@pytest.fixture
def calls(tmp_path: Path) -> int:
    """How many calls an undisturbed fetch makes."""
    with pytest.MonkeyPatch.context() as patch:
        faults = Faults(patch, random.Random(0))
        finish(new_sender(), tmp_path / "counting", random.Random(0))
        return faults.calls


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as context:
        yield context


def is_over(world: DiskWorld, sender: Sender, into: Path) -> bool:
    """Whether the run came to its end; it did too if all that it lacked was to say so: its journal is gone."""
    whole = shown(into) == {f"tree/{path}": data for path, data in sender.files.items()}
    return world.receiver_end is not None or (whole and not any(into.glob(".byway-*/journal")))


def killed_run(sender: Sender, into: Path, chance: random.Random, faults: Faults, calls: int) -> DiskWorld:
    """A run that dies at any call, or comes to its end before."""
    faults.start(chance.randint(1, calls))
    world = DiskWorld(sender, into, chance)
    try:
        world.live()
        world.store.release()
    except Killed:
        pass
    faults.bury()
    return world


def test_killed_at_any_call(tmp_path: Path, patch: pytest.MonkeyPatch, calls: int) -> None:
    deaths: Counter[bool] = Counter()
    for seed in SEEDS:
        chance, into, sender = random.Random(seed), tmp_path / str(seed), new_sender()
        faults = Faults(patch, chance)
        mine: set[tuple[str, int]] = set()
        for _ in range(chance.randint(1, 4)):
            world = killed_run(sender, into, chance, faults, calls)
            assert not asked(world) & mine, f"seed {seed}: fetched again"
            mine |= kept(world)
            deaths[world.receiver_end is None] += 1
            assert shown(into).items() <= {f"tree/{path}": data for path, data in sender.files.items()}.items(), seed
            if is_over(world, sender, into):
                break
        else:
            assert not asked(finish(sender, into, chance)) & mine, f"seed {seed}: fetched again"
        patch.undo()
    assert deaths[True] > len(SEEDS)


def test_the_power_fails_at_any_call(tmp_path: Path, patch: pytest.MonkeyPatch, calls: int) -> None:
    for seed in SEEDS:
        chance, into, sender = random.Random(seed), tmp_path / str(seed), new_sender()
        faults = Faults(patch, chance)
        named: set[str] = set()
        for _ in range(chance.randint(1, 4)):
            world = killed_run(sender, into, chance, faults, calls)
            assert not {path for path, _ in asked(world)} & named, f"seed {seed}: a whole file is fetched again"
            named |= {world.entries[each.file].path for each in world.results if isinstance(each, storing.Finished)}
            if into.exists():
                faults.cut_power(into)
                expected = {f"tree/{path}": data for path, data in sender.files.items()}
                assert shown(into).items() <= expected.items(), f"seed {seed}: half a file has its name"
            if is_over(world, sender, into):
                break
        else:
            finish(sender, into, chance)
        patch.undo()


def test_the_sender_goes_at_any_moment(tmp_path: Path) -> None:
    """What it has sent is kept; nothing is under a final name that is not whole."""
    for seed in SEEDS[:100]:
        chance, into, sender = random.Random(seed), tmp_path / str(seed), new_sender()
        mine: set[tuple[str, int]] = set()
        for _ in range(chance.randint(1, 4)):
            world = DiskWorld(sender, into, chance)
            world.live(chance.randint(1, 400))
            assert not asked(world) & mine, f"seed {seed}: fetched again"
            mine |= kept(world)
            world.store.release()
            if world.receiver_end is not None:
                break
        else:
            assert not asked(finish(sender, into, chance)) & mine, f"seed {seed}: fetched again"


@pytest.mark.parametrize("seen", [True, False])
def test_files_that_change_between_the_runs(tmp_path: Path, patch: pytest.MonkeyPatch, calls: int, seen: bool) -> None:
    """The result is what is offered last, under the names of the offer, also where the old one had its name."""
    for seed in SEEDS[:100]:
        chance, into, sender = random.Random(seed), tmp_path / str(seed), new_sender()
        faults = Faults(patch, chance)
        for number in range(chance.randint(1, 4)):
            if is_over(killed_run(sender, into, chance, faults, calls), sender, into):
                break
            for path in chance.sample(sorted(sender.files), 8):
                sender.files[path] = chance.randbytes(len(sender.files[path]))
                if seen:
                    sender.times[path] = 3_000 + number
        else:
            finish(sender, into, chance)
        patch.undo()


def test_files_that_are_renamed_between_the_runs_are_recognised(tmp_path: Path) -> None:
    """In the same offer, and in another of other names; what has come is not asked for again."""
    recognised = 0
    for seed in SEEDS[:100]:
        chance, into, sender = random.Random(seed), tmp_path / str(seed), new_sender()
        sender.times = {path: 10_000 + number for number, path in enumerate(sender.files)}
        first = DiskWorld(sender, into, chance)
        first.live(chance.randint(40, 110))
        first.store.release()
        if first.receiver_end is not None:
            continue
        stored = {each for each in first.results if isinstance(each, storing.Stored)}
        finished = {each.file for each in first.results if isinstance(each, storing.Finished)}
        had = {
            (first.entries[each.file].size, each.chunk)
            for each in stored
            if chunks.chunk_count(first.entries[each.file].size) > 1 and each.file not in finished
        }
        renamed = Sender(
            {f"new/{path}": data for path, data in sender.files.items()},
            {f"new/{path}": time for path, time in sender.times.items()},
            top="other" if seed % 2 else "tree",
        )
        again = DiskWorld(renamed, into, chance)
        again.live()
        again.store.release()
        assert isinstance(again.receiver_end, effects.Outcome)
        assert not {(again.entries[file].size, chunk) for file, chunk in again.asked} & had
        top = into / renamed.top / "new"
        assert {path: (top / path).read_bytes() for path in sender.files} == sender.files
        recognised += again.store.adopted
    assert recognised > 20
