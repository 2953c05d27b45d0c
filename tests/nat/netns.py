"""Network namespaces by name, and what is done inside them without starting a program in each."""

import contextlib
import ctypes
import os
import socket
import struct
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.support.forked import Forked

NAMES: Final = Path("/run/netns")
CLONE_NEWNET: Final = 0x40000000
"""From linux/sched.h."""

HERE: Final = ("/proc/self/ns/pid", "/proc/self/ns/mnt")
"""What a process has to share with a laboratory beside one of its networks."""

_libc = ctypes.CDLL(None, use_errno=True)


class LabError(Exception):
    """The laboratory cannot be built; the message says which command failed and why."""


@contextlib.contextmanager
def inside(name: str) -> Iterator[None]:
    """Let this thread work in a namespace. Sockets made there stay there. Never await in the block."""
    with open("/proc/thread-self/ns/net", "rb") as here, open(NAMES / name, "rb") as there:
        _set(there.fileno())
        try:
            yield
        finally:
            _set(here.fileno())


def _set(descriptor: int) -> None:
    if _libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise LabError(f"setns: {os.strerror(ctypes.get_errno())}")


def run(command: list[str], text: str = "") -> str:
    """Run a command that must work; gives its output."""
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise LabError(f"{' '.join(command)}: {done.stderr.strip()}\n{text}")
    return done.stdout


def ip(lines: Iterable[str], name: str | None = None) -> None:
    """Run `ip` commands, all in one process, in this namespace or in a named one."""
    run(["ip", *(("-n", name) if name else ()), "-batch", "-"], "\n".join(lines) + "\n")


def nft(name: str, rules: str) -> None:
    """Load rules into a namespace."""
    with inside(name):
        run(["nft", "-f", "-"], rules)


def sysctl(name: str, **values: int) -> None:
    """Set values below /proc/sys/net; `__` stands for a slash."""
    with inside(name):
        for key, value in values.items():
            Path("/proc/sys/net", key.replace("__", "/")).write_text(str(value))


def command_in(name: str, *command: str) -> list[str]:
    """The command line that runs a command in a namespace."""
    return ["nsenter", f"--net={NAMES / name}", "--", *command]


def forked(
    name: str, module: str, arguments: Sequence[str], env: Mapping[str, str], streams: Sequence[int] = ()
) -> Forked:
    """A process that runs `python -m MODULE ARGUMENTS` in a namespace, among the processes and files of here."""
    with contextlib.ExitStack() as stack:
        where = [stack.enter_context(open(each, "rb")).fileno() for each in (*HERE, NAMES / name)]
        return Forked(module, arguments, env, streams, namespaces=where)


def flush_connections(name: str) -> None:
    """Forget all connections that a router tracks, mappings included (ctnetlink, as `conntrack -F` does)."""
    kind = (_NFNL_SUBSYS_CTNETLINK << 8) | _IPCTNL_MSG_CT_DELETE
    body = struct.pack("=BBH", socket.AF_UNSPEC, 0, 0)
    header = struct.pack("=IHHII", 16 + len(body), kind, _NLM_F_REQUEST | _NLM_F_ACK, 1, 0)
    with inside(name), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER) as netlink:
        netlink.settimeout(5)
        netlink.send(header + body)
        answer = netlink.recv(4096)
    if (error := struct.unpack_from("=i", answer, 16)[0]) != 0:
        raise LabError(f"cannot flush connections: {os.strerror(-error)}")


_NETLINK_NETFILTER: Final = 12
_NFNL_SUBSYS_CTNETLINK: Final = 1
_IPCTNL_MSG_CT_DELETE: Final = 2
_NLM_F_REQUEST: Final = 1
_NLM_F_ACK: Final = 4
"""From linux/netlink.h and linux/netfilter/nfnetlink*.h."""
