"""A laboratory: the core of a small internet, and sites at its edge.

    client -- router [-- operator's router] -- pop -- exchange -- pop -- router -- client
                                                        |
                                                      server

The core is several hops deep, so that a packet with a small time to live opens its own side's routers and dies before
it reaches the other's (with 4: two routers of one's own, pop, exchange).
"""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final

from tests.nat import netns
from tests.nat.building import build_server, build_site, plug
from tests.nat.cables import Cables
from tests.nat.capture import Packet, capture
from tests.nat.enter import ROOT
from tests.nat.places import SERVER, Client, Place
from tests.nat.plan import LAN_PREFIX, SERVER_V4, SITES_MAX, SitePlan
from tests.nat.rules import ruleset
from tests.nat.shaper import Shape
from tests.nat.sites import Gateway, Site


def _others(name: str, pause: float, over: threading.Event) -> None:
    """The router's own packets are translated like its clients'."""
    with netns.inside(name):
        while not over.wait(pause):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.sendto(b"other", (SERVER_V4[0], DISCARD))


DISCARD: Final = 9
"""A port on which nobody answers."""

BLOCK: Final = "table inet outage {{\n  chain forward {{\n    type filter hook forward priority -10; {rule}\n  }}\n}}\n"

CLOSED: Final = (
    "table inet outage {{\n  chain input {{\n    type filter hook input priority -10;\n"
    "    meta l4proto {{ tcp, udp }} th dport {port} drop\n  }}\n}}\n"
)


class Lab:
    """A laboratory. With `shaped`, each site has a line whose `Shape` can be changed while it runs."""

    def __init__(self, shaped: bool = False) -> None:
        self.places: dict[str, Place] = {}
        self._cables = Cables() if shaped else None
        self._daemons: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Lab":
        build_server()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for daemon in self._daemons:
            daemon.kill()
            daemon.communicate()
        if self._cables is not None:
            self._cables.close()

    def add(self, site: Site, shape: Shape | None = None) -> Place:
        """Build one more site of a kind; its label is the kind and a number."""
        number = len(self.places) + 1
        if number > SITES_MAX:
            raise netns.LabError(f"a laboratory has at most {SITES_MAX} sites")
        count = sum(place.site.name == site.name for place in self.places.values())
        place = Place(site, f"{site.name}.{count + 1}", SitePlan(number))
        build_site(place, self._cables)
        self.places[place.label] = place
        if site.router.out.is_proxy:
            self._start_daemon(place, "tests.nat.proxy", site.router.out)
        if site.router.gateway is not Gateway.NONE:
            self._start_daemon(place, "tests.nat.gateway", site.router.gateway)
        if shape is not None:
            self.shape(place, shape)
        return place

    def _start_daemon(self, place: Place, module: str, *options: str) -> None:
        """Run a program on a home's router."""
        command = netns.command_in(place.home(0), sys.executable, "-m", module, *options, f"{LAN_PREFIX}.1")
        daemon = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self._daemons.append(daemon)
        if daemon.stdout is None or daemon.stdout.readline() != b"ready\n":
            raise netns.LabError(f"{module} did not start")

    def shape(self, place: Place, shape: Shape) -> None:
        """Change a site's line, both directions."""
        if self._cables is None:
            raise netns.LabError("this laboratory has no shaped lines: Lab(shaped=True)")
        self._cables.shape(place.pop, shape)

    def rate(self, place: Place, mbit: float, queue_kib: int) -> None:
        """Limit a site's line, both directions; a large queue that drops only when it is full is bufferbloat."""
        for name, device in ((place.edge, "wan"), (place.pop, "site")):
            limit = ["tbf", "rate", f"{mbit}mbit", "burst", "10kb", "limit", f"{queue_kib}kb"]
            netns.run(["tc", "-n", name, "qdisc", "replace", "dev", device, "root", *limit])

    def reboot_router(self, place: Place) -> str:
        """Restart a site's outermost router: it forgets all connections and comes back with another public address.

        Gives the new address. Clients inside are not told, as in life.
        """
        old = place.public
        place.life += 1
        address = [f"addr del {old}/29 dev wan", f"addr add {place.public}/29 dev wan"]
        netns.ip([*address, f"route add default via {place.plan.pop} dev wan"], place.edge)
        if not place.site.translated:
            netns.ip([f"route replace {place.plan.open_lan} via {place.public}"], place.pop)
        router = place.site.routers[-1]
        netns.nft(place.edge, f"flush ruleset\n{ruleset(router, place.inner, place.public)}")
        netns.flush_connections(place.edge)
        return place.public

    def move_client(self, client: Client, to: Place) -> None:
        """Let a client leave its network for another: one interface goes, another with another address comes."""
        netns.ip([f"link del {client.device}"], client.netns)
        to.admit(client)
        plug(client)

    def capture(self, at: Client | Place) -> AbstractContextManager[list[Packet]]:
        """Record what a client sends and gets, or what passes a site's line, while the block lasts."""
        return capture(at.netns, at.device) if isinstance(at, Client) else capture(at.edge, "wan")

    @contextlib.contextmanager
    def busy(self, place: Place, per_second: float) -> Iterator[None]:
        """Let others behind a site's outermost router open so many UDP mappings a second while the block lasts."""
        over = threading.Event()
        thread = threading.Thread(target=_others, args=(place.edge, 1 / per_second, over))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    @contextlib.contextmanager
    def block_udp(self, place: Place) -> Iterator[None]:
        """Let no UDP through a site's outermost router while the block lasts."""
        netns.nft(place.edge, BLOCK.format(rule="meta l4proto udp drop"))
        try:
            yield
        finally:
            netns.nft(place.edge, "delete table inet outage")

    @contextlib.contextmanager
    def police(self, place: Place, protocol: str, kib: int) -> Iterator[None]:
        """Drop what of TCP or UDP is more than so many KiB a second, either way, while the block lasts."""
        over = f"limit rate over {kib} kbytes/second burst 32 kbytes drop"
        rules = f"meta l4proto {protocol} iifname wan {over}\n    meta l4proto {protocol} oifname wan {over}"
        netns.nft(place.edge, BLOCK.format(rule=rules))
        try:
            yield
        finally:
            netns.nft(place.edge, "delete table inet outage")

    @contextlib.contextmanager
    def block_between(self, place: Place, other: Place) -> Iterator[None]:
        """Let nothing through between two sites while the block lasts; the server, and so its relay, stays in reach."""
        address = other.public
        rule = f"ip saddr {address} drop; ip daddr {address} drop"
        netns.nft(place.edge, BLOCK.format(rule=rule.replace("; ", "\n    ")))
        try:
            yield
        finally:
            netns.nft(place.edge, "delete table inet outage")

    @contextlib.contextmanager
    def close_port(self, port: int) -> Iterator[None]:
        """Let nothing in to a port of the server, TCP or UDP, while the block lasts."""
        netns.nft(SERVER, CLOSED.format(port=port))
        try:
            yield
        finally:
            netns.nft(SERVER, "delete table inet outage")

    @contextlib.contextmanager
    def cut(self, place: Place) -> Iterator[None]:
        """Let nothing through a site's outermost router while the block lasts."""
        netns.nft(place.edge, BLOCK.format(rule="policy drop;"))
        try:
            yield
        finally:
            netns.nft(place.edge, "delete table inet outage")
