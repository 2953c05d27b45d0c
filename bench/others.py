"""Other programs that carry files between two machines, as whole commands: magic-wormhole, rsync, scp.

None is a dependency. rsync and scp are Debian's (`apt-get install rsync openssh-server`); magic-wormhole with its two
servers, magic-wormhole-mailbox-server and magic-wormhole-transit-relay, is PyPI's, in a virtual environment of its own
whose `bin` is on the PATH. Whichever is missing is told, and left out. Servers live for one row, on the sender's
address, with keys and settings that are thrown away.
"""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bench.line import Ends
from bench.processes import Used, finish, now, pipe, start
from bench.rows import Row

WORMHOLE: Final = "magic-wormhole"
RSYNC: Final = "rsync --daemon"
SCP: Final = "scp"

NEEDS: Final = {
    WORMHOLE: ("wormhole", "twist"),
    RSYNC: ("rsync",),
    SCP: ("scp", "/usr/sbin/sshd", "ssh-keygen"),
}

MAILBOX_PORT, TRANSIT_PORT, RSYNC_PORT, SSH_PORT = 4000, 4001, 8873, 8822
READY_S: Final = 20.0
"""A server that does not listen by then will not."""

PATIENCE_S: Final = 180.0
"""A command that takes longer is ended: scp needs several round trips for each of many files."""

CODE: Final = "7-guitarist-revenge"


class FailedError(Exception):
    """A program did not do what it was asked; the text says which, and what it said."""


class SlowError(Exception):
    """A program has taken too long."""


def missing(name: str) -> str | None:
    """What is not installed for a row; None if all is."""
    lacking = [tool for tool in NEEDS[name] if shutil.which(tool) is None]
    return ", ".join(lacking) or None


def measure(name: str, ends: Ends, source: Path, mib: int, folder: Path) -> Row:
    """One row: from the start of the receiver's command until it has ended; raises FailedError or SlowError."""
    run: Callable[[Ends, Path, int, Path], Row] = {WORMHOLE: _wormhole, RSYNC: _rsync, SCP: _scp}[name]
    (folder / "got").mkdir()
    return run(ends, source, mib, folder)


def _wormhole(ends: Ends, source: Path, mib: int, folder: Path) -> Row:
    """Directly, which is checked; a folder travels as a ZIP that both sides make room for."""
    servers = (
        ("wormhole-mailbox", f"--port=tcp:{MAILBOX_PORT}:interface={ends.address}", "--channel-db=:memory:"),
        ("transitrelay", f"--port=tcp:{TRANSIT_PORT}:interface={ends.address}"),
    )
    common = (
        f"--relay-url=ws://{ends.address}:{MAILBOX_PORT}/v1",
        f"--transit-helper=tcp:{ends.address}:{TRANSIT_PORT}",
    )
    with contextlib.ExitStack() as stack:
        for server, port in zip(servers, (MAILBOX_PORT, TRANSIT_PORT), strict=True):
            stack.enter_context(_serving(ends, ("twist", *server), port, folder))
        line = (*common, "send", "--hide-progress", "--code", CODE, str(source))
        log = (folder / "wormhole.log").open("w+")
        sender = start(*line, by=(*ends.near, "wormhole"), env={"PYTHONPATH": ""}, cwd=folder, errors=log)
        _until(lambda: "wormhole receive" in (folder / "wormhole.log").read_text(), sender, folder, "wormhole")
        receive = ("wormhole", *common, "receive", "--accept-file", "--hide-progress", CODE)
        seconds, got = _timed((*ends.far, *receive), folder)
        sent = finish(sender)
        said = (folder / "wormhole.log").read_text()
        if "Sending (->" not in said and "Sending (<-" not in said:
            raise FailedError(f"{WORMHOLE} took a relay: {said}")
    return Row(WORMHOLE, mib, seconds, (sent.peak_mib, got.peak_mib), (sent.cpu_s, got.cpu_s))


def _rsync(ends: Ends, source: Path, mib: int, folder: Path) -> Row:
    """From its daemon, which neither encrypts nor compresses."""
    config = folder / "rsyncd.conf"
    owner = "uid = 0\ngid = 0\n" if os.geteuid() == 0 else ""
    config.write_text(f"use chroot = no\nreverse lookup = no\n{owner}[share]\npath = {source.parent}\n")
    daemon = ("rsync", "--daemon", "--no-detach", f"--config={config}")
    with _serving(ends, (*daemon, f"--port={RSYNC_PORT}", f"--address={ends.address}"), RSYNC_PORT, folder):
        asked = f"rsync://{ends.address}:{RSYNC_PORT}/share/{source.name}"
        seconds, got = _timed((*ends.far, "rsync", "-a", asked, f"{folder}/got/"), folder)
    return Row(RSYNC, mib, seconds, (0.0, got.peak_mib), (0.0, got.cpu_s))


def _scp(ends: Ends, source: Path, mib: int, folder: Path) -> Row:
    """From an sshd with a key for this row."""
    for name in ("host", "user"):
        key = folder / name
        if not key.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    config = folder / "sshd_config"
    config.write_text(
        f"HostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"PermitRootLogin yes\nListenAddress {ends.address}\nPort {SSH_PORT}\nSubsystem sftp internal-sftp\n"
    )
    with _serving(ends, ("/usr/sbin/sshd", "-D", "-e", "-f", str(config)), SSH_PORT, folder):
        options = ("-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={folder}/known", "-o", "LogLevel=ERROR")
        asked = f"{getpass.getuser()}@{ends.address}:{source}"
        line = ("scp", "-q", "-r", "-F", "none", "-i", str(folder / "user"), "-P", str(SSH_PORT), *options)
        seconds, got = _timed((*ends.far, *line, asked, f"{folder}/got/"), folder)
    return Row(SCP, mib, seconds, (0.0, got.peak_mib), (0.0, got.cpu_s))


def _timed(line: tuple[str, ...], folder: Path) -> tuple[float, Used]:
    """A command from its start to its end."""
    began = now()
    with (folder / "client.log").open("w+") as log:
        process = start(*line[1:], by=line[:1], cwd=folder / "got", env={"PYTHONPATH": ""}, errors=log)
        end = threading.Timer(PATIENCE_S, process.kill)
        end.start()
        pipe(process.stdout).read()
        end.cancel()
        used = finish(process)
        seconds = now() - began
        log.seek(0)
        if seconds >= PATIENCE_S:
            raise SlowError(f"it had not ended after {PATIENCE_S:.0f} s")
        if process.returncode != 0:
            raise FailedError(f"{' '.join(line)}: {log.read().strip()}")
    return seconds, used


@contextlib.contextmanager
def _serving(ends: Ends, line: tuple[str, ...], port: int, folder: Path) -> Iterator[None]:
    """A server on the sender's side, while the block lasts."""
    command = [*ends.near, *line]
    with (folder / "server.log").open("w+") as log:
        server = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            probe = [
                *ends.near,
                "python3",
                "-c",
                f"import socket; socket.create_connection(('{ends.address}', {port}))",
            ]
            _until(lambda: _listens(ends, port, probe), server, folder, line[0])
            yield
        finally:
            server.terminate()
            server.wait()


def _listens(ends: Ends, port: int, probe: list[str]) -> bool:
    if ends.near:
        return subprocess.run(probe, capture_output=True).returncode == 0
    with contextlib.suppress(OSError):
        socket.create_connection((ends.address, port)).close()
        return True
    return False


def _until(
    ready: Callable[[], bool], process: "subprocess.Popen[bytes] | subprocess.Popen[str]", folder: Path, what: str
) -> None:
    end = time.monotonic() + READY_S
    while not ready():
        if time.monotonic() > end or process.poll() is not None:
            logs = "\n".join(each.read_text() for each in folder.glob("*.log"))
            raise FailedError(f"{what} does not start: {logs}")
        time.sleep(0.1)
