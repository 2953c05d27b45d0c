"""Send-to-get of real commands and pages, beside raw data channels in the same run: `python -m bench.transfer`.

Prints a table: seconds, MiB/s, the ratio to the raw channel of the same kind, and the peak memory of each side. Between
pypeer's bare channel and a transfer over it stands the channel with what every receiver must do besides: both ends
hash, the receiver compares and writes (bench/raw_stored.py). A line below the table has the ratios of these three: what
hashes and the disk cost, what pypeer costs beyond them, and both together.
"""

import argparse
import json
import os
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from bench import chaos, pages
from bench.channel import BARE, CHANNEL, FLOWED, STORED, beside, raw_link, raw_stored
from bench.processes import MIB, ROOT, Used, finish, free_port, make_file, now, pipe, start
from bench.rows import Row, in_background, last_event, table


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


def pypeer_to_pypeer(mib: int, server: str, folder: Path, *options: str, name: str = "pypeer to pypeer") -> Row:
    """The two commands, from the start of `get` until it has ended."""
    source = make_file(folder / "source.bin", mib * MIB)
    sender = start("-m", "pypeer", "send", str(source), "--once", "--json", "--server", server, *options)
    code = json.loads(pipe(sender.stdout).readline())["code"]
    reading = in_background(sender)
    began = now()
    into = str(folder / "got")
    receiver = start("-m", "pypeer", "get", code, "-o", into, "--json", "--server", server, *options)
    last = last_event(receiver)
    got = finish(receiver)
    seconds = now() - began
    reading.join()
    sent = finish(sender)
    if last["event"] != "done" or (folder / "got" / source.name).stat().st_size != mib * MIB:
        raise SystemExit(f"the transfer failed: {last}")
    peaks, cpu_s = (sent.peak_mib, got.peak_mib), (sent.cpu_s, got.cpu_s)
    return Row(name, mib, seconds, peaks, cpu_s, float(str(last["seconds"])))


def serve(folder: Path, *options: str, tree: Path = ROOT) -> tuple[subprocess.Popen[str], str]:
    """A real server on a free port, of this tree or of another."""
    port = free_port()
    command = ("-m", "signaling", "--host", "127.0.0.1", "--port", str(port), *options)
    server = start(*command, cwd=tree, env={"BYWAY_LOG_LEVEL": "warning", "PYTHONPATH": str(tree)})
    for line in pipe(server.stdout):
        if "http" in line:
            break
    return server, f"http://127.0.0.1:{port}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="size for pypeer to pypeer")
    parser.add_argument("--raw-mib", type=int, default=256, help="size for the raw channels")
    parser.add_argument("--page-mib", type=int, default=200, help="size for the pairs with a page; 0 leaves them out")
    parser.add_argument("--folder", type=Path, help="where the files are; a disk of its own, or memory")
    parser.add_argument("--chaos", action="store_true", help="links that differ, vanish and come back, instead")
    parser.add_argument("--chaos-mib", type=int, default=100, help="size for those")
    options = parser.parse_args()
    if options.chaos:
        chaos.main(options.chaos_mib)
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        os.environ["BYWAY_HOME"] = str(folder / "home")
        server, url = serve(folder)
        try:
            raw, own, stored = raw_aiortc(options.raw_mib), raw_link(options.mib), raw_stored(options.mib, folder)
            rows = [raw, own, stored, pypeer_to_pypeer(options.mib, url, folder, "--no-tcp", name=CHANNEL)]
            flowed = replace(rows[-1], name=FLOWED, seconds=rows[-1].flowed_s)
            rows += [flowed, pypeer_to_pypeer(options.mib, url, folder)]
            yardsticks = dict.fromkeys((BARE, "page to pypeer", "pypeer to page"), raw)
            yardsticks |= dict.fromkeys((STORED, CHANNEL, FLOWED), own)
            if options.page_mib:
                page_rows, yardsticks["page to page"] = pages.measure(url, folder, options.page_mib)
                yardsticks[pages.PAGES_FLOWED] = yardsticks["page to page"]
                rows += [yardsticks["page to page"], *page_rows]
        finally:
            finish(server, stop=True)
    print(table(rows, yardsticks))
    print(beside(own, stored, flowed))


if __name__ == "__main__":
    main()
