"""Only some of an offer, and into folders where something is already."""

from pathlib import Path

import pytest

from pypeer import events
from pypeer.errors import ChoiceError, DeclinedError
from pypeer.protocol import frames
from pypeer.transfer.choosing import Choice, Existing
from pypeer.transfer.effects import Outcome
from pypeer.transfer.sources import scan
from tests.support.memory_link import MemoryLink
from tests.support.transfers import make, start, transfer

SKIP, OVERWRITE = Choice(existing=Existing.SKIP), Choice(existing=Existing.OVERWRITE)


def found(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = make(tmp_path / "tree", {"a.jpg": b"a" * 300_000, "sub/b.jpg": b"b", "sub/c.raw": b"c", "empty": b""})
    (tree / "nothing").mkdir()
    return tree


async def test_only_what_is_chosen_arrives(tree: Path, into: Path) -> None:
    choice = Choice(("*.jpg", "empty"))
    sent, got = await transfer(tree, into=into, choice=choice)
    assert (sent, got) == (Outcome(3, 300_001, 0), Outcome(3, 300_001, 0, (str(into / "tree"),)))
    assert found(into) == {"tree/a.jpg": b"a" * 300_000, "tree/sub/b.jpg": b"b", "tree/empty": b""}
    assert not (into / "tree/nothing").exists()


async def test_a_choice_of_nothing_is_told_and_the_sender_hears_no(tree: Path, into: Path) -> None:
    sent, got = await transfer(tree, into=into, choice=Choice(("*.png",)))
    assert (type(sent), type(got)) == (DeclinedError, ChoiceError)
    assert not into.exists()


async def test_what_is_there_is_overwritten_unless_it_is_the_same(tree: Path, into: Path) -> None:
    make(into, {"tree/a.jpg": b"a" * 300_000, "tree/sub/b.jpg": b"x", "tree/sub/mine": b"mine"})
    before = (into / "tree/a.jpg").stat().st_ino
    run = start(await scan([tree]), into, choice=OVERWRITE)
    assert (await run.run())[1] == Outcome(4, 300_002, 0, (str(into / "tree"),))
    files = {"a.jpg": b"a" * 300_000, "sub/b.jpg": b"b", "sub/c.raw": b"c", "empty": b"", "sub/mine": b"mine"}
    assert found(into / "tree") == files
    assert (into / "tree/a.jpg").stat().st_ino == before
    assert [path.name for path in into.iterdir()] == ["tree"]


async def test_what_is_there_is_skipped(tree: Path, into: Path) -> None:
    make(into, {"tree/a.jpg": b"mine", "tree/sub/mine": b"mine"})
    (into / "tree/empty").symlink_to("nowhere")
    run = start(await scan([tree]), into, choice=SKIP)
    assert (await run.run())[1] == Outcome(2, 2, 0, (str(into / "tree"),))
    assert found(into / "tree") == {"a.jpg": b"mine", "sub/b.jpg": b"b", "sub/c.raw": b"c", "sub/mine": b"mine"}
    message = "left as they are, because they are here already: 2 of 4 files"
    assert run.of("receiver", events.Skipped) == [events.Skipped(message=message)]
    assert (await transfer(tree, into=into, choice=SKIP))[1] == Outcome(0, 0, 0, (str(into / "tree"),))


async def test_the_same_file_is_not_fetched_again(tree: Path, into: Path) -> None:
    for _ in range(2):
        assert (await transfer(tree / "a.jpg", into=into))[1] == Outcome(1, 300_000, 0, (str(into / "a.jpg"),))
    assert list(found(into)) == ["a.jpg"]
    (into / "a.jpg").write_bytes(b"x" * 300_000)
    assert (await transfer(tree / "a.jpg", into=into))[1] == Outcome(1, 300_000, 0, (str(into / "a (1).jpg"),))
    assert found(into) == {"a.jpg": b"x" * 300_000, "a (1).jpg": b"a" * 300_000}


@pytest.mark.parametrize("choice", [SKIP, OVERWRITE])
async def test_nothing_gets_out_of_the_folder_by_a_link(tree: Path, into: Path, tmp_path: Path, choice: Choice) -> None:
    outside = make(tmp_path / "outside", {"b.jpg": b"outside", "d": b"d"})
    make(into, {"tree/here": b""})
    (into / "tree/sub").symlink_to(outside)
    run = start(await scan([tree]), into, choice=choice)
    _, got = await run.run()
    assert isinstance(got, Outcome)
    assert got.failed > 0
    assert found(outside) == {"b.jpg": b"outside", "d": b"d"}


async def test_a_folder_in_the_place_of_a_file_is_not_removed(tree: Path, into: Path) -> None:
    make(into, {"tree/a.jpg/in": b"in"})
    _, got = await transfer(tree, into=into, choice=OVERWRITE)
    assert isinstance(got, Outcome)
    assert (got.files, got.failed) == (3, 1)
    assert found(into / "tree")["a.jpg/in"] == b"in"


async def test_what_is_to_come_first_is_asked_for_first(tmp_path: Path, into: Path) -> None:
    tree = make(tmp_path / "tree", {name: name.encode() * 900_000 for name in "abcd"})
    asked: list[int] = []

    def note(_: MemoryLink, right: MemoryLink) -> None:
        send = right.send

        def noting(frame: bytes, rest: bytes | memoryview = b"") -> None:
            what = frames.decode(frame)
            if isinstance(what, frames.Request):
                asked.append(what.file)
            send(frame, rest)

        right.send = noting  # type: ignore[method-assign]

    run = start(await scan([tree]), into, choice=Choice(first=("c", "b")))
    run.prepare = note
    sent, _ = await run.run()
    assert isinstance(sent, Outcome)
    names = [run.receiver._receiver.entries[file].path.rpartition("/")[2] for file in dict.fromkeys(asked)]
    assert names == ["c", "b", "a", "d"]
