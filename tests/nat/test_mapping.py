"""Ports of a real router: miniupnpd on the router of a home, asked by a client as pypeer asks."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.nat import netns
from tests.nat.enter import FOLDER, ROOT
from tests.nat.lab import Lab
from tests.nat.places import Client, Place
from tests.nat.plan import LAN_PREFIX, SERVER_V4
from tests.nat.reflector import Reflector, receive, reflector, udp_socket
from tests.nat.sites import BY_NAME

PORT: Final = 5555
PUBLIC: Final = "5.9.0.1"
"""What the daemon is told to tell: it takes the laboratory's addresses for reserved ones, and would give no port."""

TABLES: Final = """
table inet filter {
  chain miniupnpd {
  }
  chain prerouting_miniupnpd {
  }
  chain postrouting_miniupnpd {
  }
  chain forward {
    type filter hook forward priority 10; policy accept;
    jump miniupnpd
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    jump prerouting_miniupnpd
  }
  chain postrouting {
    type nat hook postrouting priority srcnat - 1; policy accept;
    jump postrouting_miniupnpd
  }
}
"""
"""What the daemon fills (nft_init.sh of its package, but that the laboratory has a firewall of its own)."""

SETTINGS: Final = """
ext_ifname=wan
ext_ip={public}
listening_ip={inner}
http_port=5000
enable_natpmp={pmp}
enable_upnp=yes
secure_mode=yes
min_lifetime=60
max_lifetime=86400
uuid=00000000-0000-4000-8000-000000000000
allow 1024-65535 {network}.0/24 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
"""

ASK: Final = """
import asyncio, json, sys
from pypeer.connect.mapping.leases import Leases
from pypeer.connect.mapping.wire import Protocol

async def main():
    found = asyncio.get_running_loop().create_future()
    leases = Leases(lambda *mapped: found.set_result(mapped))
    for protocol in (Protocol.UDP,):
        leases.want((sys.argv[1], int(sys.argv[2])), protocol)
    print(json.dumps((await asyncio.wait_for(found, 60))[2]), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    await leases.wait_closed()
    print("back", flush=True)

asyncio.run(main())
"""
"""A link of pypeer, as far as routers see it."""


@contextmanager
def miniupnpd(place: Place, pmp: bool) -> Iterator[None]:
    """The daemon on a home's router."""
    router = place.home(0)
    netns.nft(router, TABLES)
    settings = Path(FOLDER) / "miniupnpd.conf"
    answers = "yes" if pmp else "no"
    settings.write_text(SETTINGS.format(public=PUBLIC, inner=place.inner, network=LAN_PREFIX, pmp=answers))
    command = netns.command_in(router, "miniupnpd", "-d", "-f", str(settings), "-P", f"{FOLDER}/miniupnpd.pid")
    with (Path(FOLDER) / "miniupnpd.log").open("wb") as log:
        daemon = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        daemon.kill()
        daemon.wait()


@contextmanager
def asking(client: Client) -> Iterator[tuple[str, int]]:
    """A public address for PORT, held while the block lasts, and given back."""
    command = netns.command_in(client.netns, sys.executable, "-c", ASK, client.v4 or "", str(PORT))
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert process.stdout is not None
    told = process.stdout.readline()
    assert told, process.communicate()[1] + (Path(FOLDER) / "miniupnpd.log").read_text()[-3000:]
    yield tuple(json.loads(told))
    out, errors = process.communicate("\n", timeout=60)
    assert out == "back\n", errors


def comes_in(probe: socket.socket, server: Reflector, public: tuple[str, int]) -> bool:
    """Whether a stranger's packet to the public port arrives."""
    server.sockets[1][1].sendto(b"stranger", public)
    return receive(probe) is not None


@pytest.mark.skipif(shutil.which("miniupnpd") is None, reason="Debian package miniupnpd")
@pytest.mark.parametrize("pmp", [True, False], ids=["PCP", "UPnP"])
def test_a_real_router_gives_a_port_and_gets_it_back(pmp: bool) -> None:
    with Lab() as lab, reflector(SERVER_V4) as server:
        place = lab.add(BY_NAME["port-restricted"])
        client = place.clients[0]
        with miniupnpd(place, pmp), udp_socket(client.netns, client.v4 or "", PORT) as probe:
            with asking(client) as (host, port):
                assert host == PUBLIC
                assert comes_in(probe, server, (place.public, port))
            server.sockets[1][1].close()
            server.sockets[1][1] = udp_socket("server", SERVER_V4[1])  # the stranger before may still be known
            assert not comes_in(probe, server, (place.public, port))
