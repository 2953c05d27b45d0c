"""Standard input is sent, and one file goes to standard output; across links that deliver out of order."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from pypeer.errors import TransferError
from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks, merkle
from pypeer.transfer.choosing import Choice
from pypeer.transfer.effects import Outcome
from pypeer.transfer.piping import PipeStore
from pypeer.transfer.sources import scan
from pypeer.transfer.storing import Broken, Finish, Finished, Stale, Store, Stored
from tests.support.commands import running_server
from tests.support.transfers import Run, start
from tests.vectors.stream import stream

SIZE = 5 * 256 * 1024 + 7
DATA = stream(SIZE)


def test_a_pipe_from_end_to_end(tmp_path: Path) -> None:
    with running_server(tmp_path / "server") as server:
        environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "home"), "BYWAY_SERVER": server.url}
        pypeer = [sys.executable, "-m", "pypeer"]
        sender = subprocess.Popen(
            [*pypeer, "send", "-", "--once"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert sender.stdin is not None
        assert sender.stdout is not None
        sender.stdin.write(DATA)
        sender.stdin.close()
        code = sender.stdout.readline().decode().removeprefix("Code: ").strip()
        got = subprocess.run([*pypeer, "get", code, "-o", "-"], env=environment, capture_output=True, timeout=60)
        assert (got.returncode, got.stdout == DATA) == (0, True), got.stderr.decode()
        assert sender.wait(30) == 0
        sender.stdout.close()


def store(out: BytesIO) -> PipeStore:
    return PipeStore([Entry(path="f", size=SIZE)], frozenset(), out)


def chunk(number: int) -> Store:
    size = chunks.chunk_bytes(SIZE)
    data = bytearray(DATA[number * size : (number + 1) * size])
    return Store(0, number, data, merkle.chunk_hash(data, SIZE))


def test_chunks_in_any_order_come_out_in_theirs() -> None:
    out = BytesIO()
    pipe = store(out)
    assert pipe.prepare() == {}
    for number in (1, 3, 0, 5, 4):
        assert pipe.perform([chunk(number)]) == [Stored(0, number)]
    assert out.getvalue() == DATA[: 2 * chunks.chunk_bytes(SIZE)]
    pipe.perform([chunk(2)])
    assert out.getvalue() == DATA
    (root,) = pipe.perform([Finish(0, b"?" * 32)])
    assert root == Stale(0, resumed=False)
    pipe.release()


def test_a_reader_that_goes_ends_it() -> None:
    read, write = os.pipe()
    os.close(read)
    with open(write, "wb", buffering=0) as out:
        (result,) = PipeStore([Entry(path="f", size=SIZE)], frozenset(), out).perform([chunk(0)])
        assert isinstance(result, Broken)


def test_an_empty_file_is_whole() -> None:
    pipe = PipeStore([Entry(path="e", size=0)], frozenset(), BytesIO())
    assert pipe.perform([Finish(0, merkle.MISSING_LEAF)]) == [Finished(0)]


async def test_several_files_do_not_fit_and_one_of_them_does(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a").write_bytes(DATA)
    (folder / "b").write_bytes(b"b")
    out = BytesIO()
    _, got = await piped(folder, out)
    assert isinstance(got, TransferError)
    assert "this offer has 2" in str(got)
    assert out.getvalue() == b""
    assert await piped(folder, out, "a") == [Outcome(1, SIZE, 0), Outcome(1, SIZE, 0)]
    assert out.getvalue() == DATA


async def piped(folder: Path, out: BytesIO, *patterns: str) -> list[object]:
    run: Run = start(await scan([folder]), out, choice=Choice(patterns))
    return list(await run.run())


@pytest.mark.parametrize("arguments", [("get", "1-a-b", "-o", "-", "--json")])
def test_what_does_not_go_together_is_wrong_usage(arguments: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", "pypeer", *arguments], capture_output=True, text=True)
    assert done.returncode == 2
    assert "not for both" in done.stderr
