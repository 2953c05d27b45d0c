"""Send-to-get of real commands and pages, beside raw data channels in the same run: `python -m bench.transfer`.

Prints a table: seconds, MiB/s, the ratio to the raw channel of the same kind, and the peak memory of each side.
"""

import argparse
import json
import os
import socket
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from bench.processes import MIB, Used, finish, make_file, now, pipe, start


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; memory in MiB, sender first."""

    name: str
    mib: int
    seconds: float
    peaks: tuple[float, float]

    @property
    def rate(self) -> float:
        """MiB a second."""
        return self.mib / self.seconds


def raw_aiortc(mib: int) -> Row:
    """Two processes, one bare data channel."""
    sender = start("-m", "bench.raw_aiortc", "send", str(mib * MIB))
    receiver = start("-m", "bench.raw_aiortc", "receive", str(mib * MIB))
    pass_line(sender, receiver)
    pass_line(receiver, sender)
    seconds = float(json.loads(pipe(receiver.stdout).readline())["seconds"])
    used = [end(process) for process in (sender, receiver)]
    return Row("raw aiortc channel", mib, seconds, (used[0].peak_mib, used[1].peak_mib))


def pass_line(source: subprocess.Popen[str], target: subprocess.Popen[str]) -> None:
    """Carry one line from one process to the other."""
    pipe(target.stdin).write(pipe(source.stdout).readline())
    pipe(target.stdin).flush()


def end(process: subprocess.Popen[str]) -> Used:
    """Let a raw side end by itself."""
    pipe(process.stdin).write("\n")
    return finish(process)


def pypeer_to_pypeer(mib: int, server: str, folder: Path) -> Row:
    """The two commands, from the start of `get` until it has ended."""
    source = make_file(folder / "source.bin", mib * MIB)
    sender = start("-m", "pypeer", "send", str(source), "--once", "--json", "--server", server)
    code = json.loads(pipe(sender.stdout).readline())["code"]
    reading = threading.Thread(target=last_event, args=(sender,))
    reading.start()
    began = now()
    receiver = start("-m", "pypeer", "get", code, "-o", str(folder / "got"), "--json", "--server", server)
    last = last_event(receiver)
    got = finish(receiver)
    seconds = now() - began
    reading.join()
    sent = finish(sender)
    if last["event"] != "done" or (folder / "got" / source.name).stat().st_size != mib * MIB:
        raise SystemExit(f"the transfer failed: {last}")
    return Row("pypeer to pypeer", mib, seconds, (sent.peak_mib, got.peak_mib))


def last_event(process: subprocess.Popen[str]) -> dict[str, object]:
    """Read all events; the last one."""
    last: dict[str, object] = {"event": "none"}
    for line in pipe(process.stdout):
        last = json.loads(line)
    return last


def serve(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A real server on a free port."""
    port = free_port()
    server = start("-m", "signaling", "--host", "127.0.0.1", "--port", str(port), env={"BYWAY_LOG_LEVEL": "warning"})
    for line in pipe(server.stdout):
        if "http" in line:
            break
    return server, f"http://127.0.0.1:{port}"


def free_port() -> int:
    """A port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def table(rows: list[Row], yardsticks: dict[str, Row]) -> str:
    """The rows as text, each with its ratio to its yardstick."""
    lines = [f"{'what':24} {'MiB':>6} {'s':>7} {'MiB/s':>7} {'ratio':>6} {'sender':>8} {'receiver':>9}"]
    for row in rows:
        yardstick = yardsticks.get(row.name)
        ratio = f"{row.rate / yardstick.rate:6.2f}" if yardstick else f"{'':6}"
        peaks = f"{row.peaks[0]:8.0f} {row.peaks[1]:9.0f}"
        lines.append(f"{row.name:24} {row.mib:6} {row.seconds:7.1f} {row.rate:7.1f} {ratio} {peaks}")
    return "\n".join([*lines, "ratio: to the raw channel of the same run; sender, receiver: peak memory in MiB"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="size for pypeer to pypeer")
    parser.add_argument("--raw-mib", type=int, default=256, help="size for the raw channels")
    parser.add_argument("--page-mib", type=int, default=200, help="size for the pairs with a page; 0 leaves them out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["BYWAY_HOME"] = str(folder / "home")
        server, url = serve(folder)
        try:
            raw = raw_aiortc(options.raw_mib)
            rows = [raw, pypeer_to_pypeer(options.mib, url, folder)]
            yardsticks = {"pypeer to pypeer": raw}
        finally:
            finish(server, stop=True)
    print(table(rows, yardsticks))


if __name__ == "__main__":
    main()
