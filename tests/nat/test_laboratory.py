"""The laboratory itself: sites do what they should, lines are exact, nothing is left behind, several run at once."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

import pytest

from tests.nat import enter, netns
from tests.nat.capture import capture
from tests.nat.lab import Lab
from tests.nat.places import EXCHANGE, Client, Place
from tests.nat.plan import SERVER_V4, SERVER_V6
from tests.nat.probe import udp
from tests.nat.probing import probe
from tests.nat.reflector import Reflector, endpoint, reach, receive, reflector, udp_socket
from tests.nat.shaper import Shape
from tests.nat.sites import BEHAVIOUR, BY_NAME

UDP: Final = 17
"""As IP numbers it."""

PATIENCE_S: Final = 60.0
"""How long anything may take on a busy machine."""


def test_every_site_behaves_as_it_should() -> None:
    """Mapping, filtering, ports, hairpin, TCP, answers to strangers and lifetime, by the probe."""
    assert probe(list(BY_NAME)) == BEHAVIOUR


def two(lab: Lab, site: str = "public") -> tuple[Place, Place]:
    """Two sites of a kind."""
    return lab.add(BY_NAME[site]), lab.add(BY_NAME[site])


def ping(source: socket.socket, target: socket.socket) -> float | None:
    """Milliseconds that a datagram takes; None if it does not arrive."""
    began = time.perf_counter()
    source.sendto(b"ping", endpoint(target))
    return (time.perf_counter() - began) * 1000 if receive(target, 1.0) else None


def test_a_line_is_as_long_as_asked_for() -> None:
    """25 ms of delay, changed while it runs to 5 ms, are exact to about a millisecond; a busy machine only adds."""
    with Lab(shaped=True) as lab:
        near, far = (place.clients[0] for place in two(lab))
        with udp_socket(near.netns, near.v4 or "", 5000) as source, udp_socket(far.netns, far.v4 or "", 5000) as target:
            for delay in (25.0, 5.0):
                lab.shape(near.place, Shape(delay_ms=delay))
                ping(source, target)
                times = [each for _ in range(20) if (each := ping(source, target)) is not None]
                assert delay <= min(times) < delay + 1.5


def test_a_line_loses_what_it_should() -> None:
    """Of 1,000 packets through a line that loses one in five, some 200 are lost."""
    with Lab(shaped=True) as lab:
        near, far = (place.clients[0] for place in two(lab))
        lab.shape(near.place, Shape(loss=0.2))
        with udp_socket(near.netns, near.v4 or "", 5000) as source, udp_socket(far.netns, far.v4 or "", 5000) as target:
            arrived = sum(_arrives(source, target) for _ in range(1000))
        assert 700 < arrived < 900


def _arrives(source: socket.socket, target: socket.socket) -> bool:
    source.sendto(b"packet", endpoint(target))
    return receive(target, 0.01) is not None


def test_a_packet_with_a_small_time_to_live_dies_in_the_core() -> None:
    """With 4 it passes two routers of its own side and never comes to the other side's."""
    with Lab() as lab:
        near, far = lab.add(BY_NAME["cgnat"]), lab.add(BY_NAME["port-restricted"])
        client = near.clients[0]
        source = udp_socket(client.netns, client.v4 or "")
        with source, capture(near.edge, "wan") as out, capture(far.edge, "wan") as inward:
            source.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 4)
            source.sendto(b"sacrificed", (far.public, 4000))
            source.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 64)
            source.sendto(b"behind it", (far.public, 4000))
            end = time.monotonic() + PATIENCE_S
            while not any(b"behind it" in packet.payload for packet in inward) and time.monotonic() < end:
                time.sleep(0.01)
        assert [packet.payload[8:] for packet in inward if packet.protocol == UDP] == [b"behind it"]
        assert [packet.dst for packet in out if b"sacrificed" in packet.payload and packet.outgoing] == [far.public]


def test_a_router_that_reboots_forgets_and_has_another_address() -> None:
    """What was let in before no longer is; the client's next packet comes from the new address."""
    with Lab() as lab, reflector(SERVER_V4) as server:
        place = lab.add(BY_NAME["fullcone"])
        client = place.clients[0]
        with udp_socket(client.netns, client.v4 or "") as probe:
            before = reach(probe, server, 0, 0)
            address = lab.reboot_router(place)
            assert before is not None
            server.sockets[0][0].sendto(b"late", before)
            server.sockets[0][0].sendto(b"late", (address, before[1]))
            assert receive(probe) is None
            after = reach(probe, server, 0, 0)
            assert after == (address, before[1]) != before
        assert udp(client, server) == BEHAVIOUR["fullcone"].v4


def test_a_client_that_changes_networks_has_another_address() -> None:
    """From a home with a NAT to one with both families, and on to a public address."""
    with Lab() as lab, reflector(SERVER_V4) as server, reflector(SERVER_V6) as server6:
        client = lab.add(BY_NAME["port-restricted"]).clients[0]
        old = client.v4
        lab.move_client(client, lab.add(BY_NAME["dual"]))
        assert client.v4 != old
        assert (udp(client, server), udp(client, server6)) == (BEHAVIOUR["dual"].v4, BEHAVIOUR["dual"].v6)
        lab.move_client(client, lab.add(BY_NAME["public"]))
        assert udp(client, server) == BEHAVIOUR["public"].v4


def gap(client: Client, server: Reflector) -> int:
    """How far apart the ports are of what a client sends to two endpoints, one after the other."""
    ports = []
    with udp_socket(client.netns, client.v4 or "") as sender:
        for port in (0, 1):
            sender.sendto(b"busy", server.endpoint(0, port))
            seen = server.seen(0, port)
            assert seen is not None
            ports.append(seen[1])
            time.sleep(0.05)
    return ports[1] - ports[0]


def test_a_busy_router_has_other_ports_in_between() -> None:
    """One client's ports are no longer one after the other, once the others have begun."""
    with Lab() as lab, reflector(SERVER_V4) as server:
        place = lab.add(BY_NAME["symmetric-seq"])
        client = place.clients[0]
        assert udp(client, server) == BEHAVIOUR["symmetric-seq"].v4
        assert gap(client, server) == 1
        with lab.busy(place, 2000):
            assert any(gap(client, server) > 1 for _ in range(100))


@pytest.mark.parametrize("how", ["block_udp", "cut"])
def test_a_line_that_fails_comes_back(how: str) -> None:
    """Packets pass before and after, not in between."""
    with Lab() as lab, reflector(SERVER_V4) as server:
        place = lab.add(BY_NAME["port-restricted"])
        client = place.clients[0]
        with getattr(lab, how)(place):
            assert udp(client, server) is None
        assert udp(client, server) == BEHAVIOUR["port-restricted"].v4


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_of_a_laboratory_that_was_killed(how: signal.Signals) -> None:
    """Its processes and namespaces go with the process that started it; names and files never were outside."""
    mark = f"laboratory-{os.getpid()}"
    script = "import time; from tests.nat.lab import Lab; from tests.nat.sites import BY_NAME\n"
    script += "lab = Lab(shaped=True).__enter__(); lab.add(BY_NAME['proxy']); print('up', flush=True); time.sleep(99)"
    line = enter.command("-c", script, mark)
    started = subprocess.Popen(line, cwd=enter.ROOT, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "up\n"
    assert len(_processes(mark)) >= 2
    assert sorted(each.name for each in netns.NAMES.iterdir()) == []
    started.send_signal(how)
    started.communicate()
    end = time.monotonic() + PATIENCE_S
    while _processes(mark) and time.monotonic() < end:
        time.sleep(0.05)
    assert _processes(mark) == []


@pytest.mark.parametrize(
    ("inner", "how"), [(False, signal.SIGINT), (True, signal.SIGINT), (True, signal.SIGTERM)], ids=str
)
def test_a_command_in_the_background_of_a_script_is_ended_by_a_signal(inner: bool, how: signal.Signals) -> None:
    """To the process that was started, or to the first one inside, which is what a list of processes shows."""
    line = enter.command("-m", "tests.nat", "matrix", "--sites", "public", "--rtt", "0")
    background = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh", *line)
    pipe = subprocess.PIPE
    with subprocess.Popen(background, cwd=enter.ROOT, stdout=pipe, stderr=pipe, text=True) as started:
        assert started.stdout is not None
        assert started.stdout.readline().startswith("sender")
        [first] = Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().split()
        os.kill(int(first) if inner else started.pid, how)
        _, errors = started.communicate(timeout=PATIENCE_S)
    assert (started.returncode, errors) == (128 + (signal.SIGINT if inner else how), "")


def _processes(mark: str) -> list[str]:
    """Numbers of processes that have this in their command line."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in each.read_bytes():
                found.append(each.parent.name)
        except OSError:
            continue  # it has ended meanwhile
    return found


def test_several_laboratories_run_at_once() -> None:
    """With the same names and addresses, and each finds what it should."""
    line = enter.command("-m", "tests.nat", "probe", "--sites", "fullcone,symmetric-seq")
    running = [subprocess.Popen(line, cwd=enter.ROOT) for _ in range(3)]
    assert [each.wait() for each in running] == [0, 0, 0]


def test_the_core_knows_no_private_address() -> None:
    """What is private inside never shows at the exchange: translation is complete."""
    with Lab() as lab, reflector(SERVER_V4) as server, capture(EXCHANGE, "server") as packets:
        for name in ("port-restricted", "symmetric-seq", "cgnat", "fullcone"):
            udp(lab.add(BY_NAME[name]).clients[0], server)
    sources = {packet.src for packet in packets if packet.protocol == UDP}
    assert len(sources) > len(SERVER_V4)
    assert not {source for source in sources if source.startswith(("192.168.", "100.64.", "10."))}
