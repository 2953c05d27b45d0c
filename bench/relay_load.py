"""Load for a TURN server, in a process of its own: `python -m bench.relay_load PORT PID`, for bench.relay.

With port 0 the same load goes from socket to socket, without a server: what the load itself can do.
"""

import json
import os
import select
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Final

from bench.processes import MIB
from bench.relay_flows import HOST, PAYLOAD_BYTES, Flow, between_clients, direct, to_peer

BATCH, WINDOW = 16, 64
"""Datagrams sent at once, and under way, of the one flow: less than the smallest buffer on the way."""

SMALL_BYTES, SMALL_COUNT = 100, 3000
"""Datagrams whose time is taken, one after the other."""

RATE_MIB: Final = 30
"""Equal load at which processor time is compared: below what the slowest carries."""

PAIRS, PAIR_WINDOW, PAIR_PATIENCE_S = 200, 2, 0.1
"""At once, with so many datagrams under way each; without any news for so long they count as lost."""

SECONDS: Final = 3.0
"""Of each measurement."""

LOOK_S: Final = 0.02
"""How often to look for flows without news: not each time, or looking would be the most of the load."""


def capacity(flow: Flow) -> float:
    """MiB a second, as fast as it goes."""
    before, began = flow.arrived, time.perf_counter()
    while (now := time.perf_counter()) < began + SECONDS:
        if flow.under_way + BATCH <= WINDOW:
            flow.send(BATCH)
        if not flow.receive():
            flow.under_way = 0
    return (flow.arrived - before) * PAYLOAD_BYTES / MIB / (now - began)


def cost(flow: Flow, process: int) -> float:
    """Seconds of processor that the server takes for a GiB at RATE_MIB."""
    pause = BATCH * PAYLOAD_BYTES / (RATE_MIB * MIB)
    before, used, due = flow.arrived, cpu_s(process), time.perf_counter()
    end = due + SECONDS
    flow.sink.setblocking(False)
    while due < end:
        while flow.receive() or time.perf_counter() < due:
            pass
        flow.send(BATCH)
        due += pause
    flow.sink.setblocking(True)
    while flow.receive():
        pass
    return (cpu_s(process) - used) / ((flow.arrived - before) * PAYLOAD_BYTES / MIB / 1024)


def latencies(flow: Flow) -> tuple[float, float]:
    """Median and 99th percentile, in microseconds, from one end to the other."""
    times = []
    small = flow.datagram[:2] + SMALL_BYTES.to_bytes(2, "big") + bytes(SMALL_BYTES)
    for _ in range(SMALL_COUNT):
        began = time.perf_counter()
        flow.source.send(small)
        if flow.receive():
            times.append((time.perf_counter() - began) * 1e6)
    return median(times), quantiles(times, n=100)[98]


def fairness(flows: Sequence[Flow], process: int) -> dict[str, float]:
    """MiB a second of all together, the slowest's share of the mean, what was lost, in percent, and what it costs."""
    ready = select.epoll()
    by_file = {flow.sink.fileno(): flow for flow in flows}
    for flow in flows:
        flow.sink.setblocking(False)
        ready.register(flow.sink, select.EPOLLIN)
    used, began, look = cpu_s(process), time.perf_counter(), 0.0
    while (now := time.perf_counter()) < began + SECONDS:
        for file, _ in ready.poll(LOOK_S):
            _more(by_file[file], now)
        if now > look:
            look = now + LOOK_S
            _wake(flows, now)
    arrived = [flow.arrived for flow in flows]
    mib, took = sum(arrived) * PAYLOAD_BYTES / MIB, now - began
    cost_s = (cpu_s(process) - used) / (mib / 1024)
    fair = {"together": mib / took, "cost_together": cost_s, "slowest": min(arrived) / mean(arrived)}
    return fair | {"lost_together": _lost(flows)}


def _more(flow: Flow, now: float) -> None:
    """Take what has come, and send as much."""
    while flow.receive():
        flow.heard = now
    flow.send(PAIR_WINDOW - flow.under_way)


def _wake(flows: Sequence[Flow], now: float) -> None:
    """Send again where nothing has come for long."""
    for flow in flows:
        if now - flow.heard > PAIR_PATIENCE_S:
            flow.under_way, flow.heard = 0, now
            flow.send(PAIR_WINDOW)


def _lost(flows: Sequence[Flow]) -> float:
    """What was sent and has not come, in percent."""
    time.sleep(0.2)
    for flow in flows:
        flow.sink.setblocking(False)
        while flow.receive():
            pass
        flow.sink.setblocking(True)
    sent, arrived = sum(flow.sent for flow in flows), sum(flow.arrived for flow in flows)
    return max(0.0, 100 * (sent - arrived) / sent)


def cpu_s(process: int) -> float:
    """Seconds of processor that all threads of a process have used; nothing for none."""
    if not process:
        return 0.0
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(pair: Flow, outside: Flow, many: Callable[[], Sequence[Flow]], process: int) -> dict[str, float]:
    """All of it."""
    bare, relayed = latencies(direct()), latencies(pair)
    found = {"direct": bare[0], "median": relayed[0] - bare[0], "p99": relayed[1] - bare[1]}
    for name, flow in (("pair", pair), ("peer", outside)):
        found[name] = capacity(flow)
        _lost([flow])
        flow.sent = flow.arrived = flow.under_way = 0
        found[f"cost_{name}"] = cost(flow, process)
        found[f"lost_{name}"] = _lost([flow])
    return found | fairness(many(), process)


def main() -> None:
    """Measure and print."""
    server, process = (HOST, int(sys.argv[1])), int(sys.argv[2])
    if not server[1]:
        found = measure(direct(), direct(), lambda: [direct() for _ in range(PAIRS)], process)
    else:
        pair, outside = between_clients(server), to_peer(server)
        found = measure(pair, outside, lambda: [between_clients(server, f"p{n}") for n in range(PAIRS)], process)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
