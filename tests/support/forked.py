"""`python -m pypeer` and `python -m signaling` without their start: forks of a process that has loaded both.

To load all that a command needs takes a second of a processor, far longer than most of what tests do with it. So one
process loads it once, and forks for each command that is asked for: that is a process of its own as before, with its
own arguments, environment, standard streams, signals and sockets, and it ends as Python ends. Between the two is
another, which waits for it and tells how it ended.
"""

import atexit
import ctypes
import functools
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any, Final

from aiohttp import connector

from pypeer.quiet import end_silently_on_interrupt, interrupts_as_usual

ROOT: Final = Path(__file__).resolve().parents[2]

LOADED: Final = ("pypeer", "signaling")
"""The packages that are loaded beforehand, with all their modules."""

REQUEST_BYTES: Final = 2**17
"""Longest request, which is arguments and an environment: Linux lets more than that be sent at once."""

STREAMS: Final = 3
"""Standard input, output and errors, as which a command has the first descriptors of a request. The next is where is
told how it goes."""

NAMESPACES_MAX: Final = 3
"""Descriptors after these: where it is to run, if not where all was loaded."""

NEWS_BYTES: Final = 64
"""More than a number has digits: a process id, or an exit status."""

Socket = functools.partial(socket.socketpair, socket.AF_UNIX, socket.SOCK_SEQPACKET)
"""Two ends between which messages stay whole."""

_libc = ctypes.CDLL(None, use_errno=True)


class Forked:
    """A process that runs `python -m MODULE ARGUMENTS` in the tree under test; to be used like `subprocess.Popen`."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        env: Mapping[str, str],
        streams: Sequence[int] = (),
        cwd: Path = ROOT,
        namespaces: Sequence[int] = (),
    ) -> None:
        """Start it, in these namespaces. Without `streams` what it prints is read from `stdout` and `stderr`."""
        self.returncode: int | None = None
        self.stdout: IO[str] | None = None
        self.stderr: IO[str] | None = None
        self._news, theirs = Socket()
        request = {"module": module, "arguments": list(arguments), "env": dict(env), "cwd": str(cwd)}
        with theirs, open(os.devnull, "rb") as nothing, ExitStack() as stack:
            if not streams:
                self.stdout, out = _pipe()
                self.stderr, errors = _pipe()
                streams = [nothing.fileno(), *(stack.enter_context(each).fileno() for each in (out, errors))]
            descriptors = [*streams, theirs.fileno(), *namespaces]
            socket.send_fds(loaded(), [json.dumps(request).encode()], descriptors)
        self.pid = int(self._news.recv(NEWS_BYTES))

    def poll(self) -> int | None:
        """How it ended, if it has."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, once it has; raises `subprocess.TimeoutExpired`."""
        if self.returncode is None:
            self._news.settimeout(timeout)
            try:
                self.returncode = int(self._news.recv(NEWS_BYTES))
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0) from None
            self._news.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """All that it has yet to print, output and errors, once it has ended; raises `subprocess.TimeoutExpired`."""
        texts = ["", ""]

        def read(number: int, stream: IO[str]) -> None:
            with stream:
                texts[number] = stream.read()

        streams = [stream for stream in (self.stdout, self.stderr) if stream is not None and not stream.closed]
        readers = [threading.Thread(target=read, args=each, daemon=True) for each in enumerate(streams)]
        for reader in readers:
            reader.start()
        self.wait(timeout)
        for reader in readers:
            reader.join(timeout)
            if reader.is_alive():
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return texts[0], texts[1]

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def _pipe() -> tuple[IO[str], IO[bytes]]:
    """What can be read, and where to write."""
    reading, writing = os.pipe()
    return open(reading, encoding="utf-8"), open(writing, "wb")


@functools.cache
def loaded() -> socket.socket:
    """Where to ask the process that has loaded all, which starts at the first call; a fork asks the same one."""
    ours, theirs = Socket()
    command = [sys.executable, "-W", "error", "-m", __name__, str(theirs.fileno())]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with theirs:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def load() -> None:
    """All modules of the packages, but for what begins to run, and what needs packages that are not here."""
    for name in LOADED:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.endswith("__main__"):
                with suppress(ModuleNotFoundError):
                    importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


def serve(requests: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Fork for each request. Returns in the fork, with what it asks for and its descriptors."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how those ended that wait
    while True:
        told, descriptors, _, _ = socket.recv_fds(requests, REQUEST_BYTES, STREAMS + 1 + NAMESPACES_MAX)
        if not told:
            sys.exit()  # who asked has ended
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            interrupts_as_usual()
            watch(descriptors)
            return json.loads(told), descriptors
        for descriptor in descriptors:
            os.close(descriptor)


def watch(descriptors: Sequence[int]) -> None:
    """Fork once more, where it is wanted: the fork goes on, and this process tells how it ended."""
    news = socket.socket(fileno=descriptors[STREAMS])
    for namespace in descriptors[STREAMS + 1 :]:
        if _libc.setns(namespace, 0) != 0:
            raise OSError(ctypes.get_errno(), "cannot get into a namespace")
    if (pid := os.fork()) == 0:
        news.send(str(os.getpid()).encode())  # as it is known there
        news.detach()
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keyboard's goes to all
    for descriptor in descriptors[:STREAMS]:
        os.close(descriptor)
    with suppress(BrokenPipeError):
        news.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
    os._exit(0)


def become(request: Mapping[str, Any], descriptors: Sequence[int]) -> None:
    """Be the process that was asked for, from its beginning to its end."""
    for number, descriptor in enumerate(descriptors[:STREAMS]):
        os.dup2(descriptor, number)
    for descriptor in descriptors:
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    if "SSL_CERT_FILE" in os.environ:  # aiohttp has read the certificates of the machine when it was loaded
        importlib.reload(connector)
    sys.argv[1:] = request["arguments"]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    end_silently_on_interrupt()  # the keyboard's SIGINT goes to all
    load()
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        asked = serve(requests)
    become(*asked)
