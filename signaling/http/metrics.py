"""What /metrics tells an operator, in the format of Prometheus. No label can take values that clients make up."""

from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from signaling.core.effects import Count, Observe, Tally
from signaling.core.reports import PHASES
from signaling.engine.base import Totals
from signaling.protocol.codes import CloseCode
from signaling.relay.stun import ANSWERED, Verdict
from signaling.relay.turn.kinds import Refusal, Stats, Transport

PLAIN_CLOSES: Final = frozenset({1000, 1001, 1005, 1006, 1007, 1009})
"""Close codes of RFC 6455 that are counted under their own number; others that clients send are `other`."""

SHARED: Final = ("libraries", "shared_files", "shared_folders", "flagged")
"""Of the directory."""

GAUGES: Final = ("open_connections", "sessions", "locators", "reserved_locators", "pairs", *SHARED)
"""What there is now."""

CONNECT_S: Final = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 30)
"""Upper ends of the buckets: fine where it goes well, which takes a few round trips; coarse from where a person begins
to doubt (5 s) to where browsers give up a silent STUN server (10 s) and ICE itself (15 to 30 s)."""


HANDLE_S: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5)
"""Upper ends of the buckets: fine where messages should be, coarse from where others notice that they wait for one."""


class RelayCollector(Collector):
    """What a relay has counted: it does so with each datagram, for which the counters of Prometheus are too slow."""

    def __init__(self, stats: Stats) -> None:
        self._stats = stats

    def collect(self) -> Iterable[Metric]:
        """See Prometheus."""
        stats = self._stats
        data = CounterMetricFamily("byway_relay_bytes", "Bytes of payload relayed", labels=("to",))
        data.add_metric(("peers",), stats.to_peers)
        data.add_metric(("clients",), stats.to_clients)
        data.add_metric(("members",), stats.to_members)
        made = CounterMetricFamily("byway_relay_allocations", "Allocations by transport", labels=("transport",))
        for transport in Transport:
            made.add_metric((transport.name.lower(),), stats.allocated[transport])
        refusals = CounterMetricFamily(
            "byway_relay_refusals", "Requests refused, and data not relayed, by reason", labels=("reason",)
        )
        for reason in Refusal:
            refusals.add_metric((reason.value,), stats.refusals[reason])
        pairs = CounterMetricFamily("byway_relay_pairs", "Pairs that relayed more than checks", value=stats.pairs)
        now = GaugeMetricFamily("byway_relay_open_allocations", "Allocations there are now", value=stats.allocations)
        return data, made, refusals, pairs, now


class Metrics:
    """Counters and gauges of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        counter, gauge = self._counter, self._gauge
        self._tallies = {
            Tally.MESSAGES: counter("messages", "Messages of clients by type", "type"),
            Tally.ERRORS: counter("errors", "Errors told to clients by code", "code"),
            Tally.PAIRS: counter("pairs_met", "Pairs that met"),
            Tally.REPORTS: counter("reports", "How pairs got connected, as they reported it", "outcome"),
            Tally.SIGN_INS: counter("sign_ins", "Sign-ins", "kind"),
            Tally.CALLS: counter("calls", "Calls of contacts by outcome", "outcome"),
            Tally.FLAGS: counter(
                "flags", "Files and libraries that the operator was told of by what is wrong", "fault"
            ),
            Tally.SEARCHES: counter("searches", "Searches in the directory by outcome", "outcome"),
        }
        self.connections = counter("connections", "WebSockets accepted")
        self.rejections = counter("rejections", "WebSockets refused by reason", "reason")
        self.overflows = counter("outbox_overflows", "Connections closed because they did not read")
        self.faults = counter("faults", "Failures of the server itself")
        self._connect = Histogram(
            "byway_connect_seconds",
            "When each phase of connecting ended, in seconds since both peers knew each other, as they reported it",
            ("phase",),
            buckets=CONNECT_S,
            registry=self.registry,
        )
        self._handling = Histogram(
            "byway_handling_seconds",
            "How long a message of a client took to be handled, by its type, without what it waited for before",
            ("type",),
            buckets=HANDLE_S,
            registry=self.registry,
        )
        self._phases = {phase: self._connect.labels(phase) for phase in PHASES}
        answers = counter(
            "stun_answers", "STUN requests answered: plain ones, and those of behaviour discovery", "kind"
        )
        refusals = counter("stun_refusals", "UDP datagrams not answered, or with an error, by reason", "reason")
        self._stun = {each: (answers if each in ANSWERED else refusals).labels(each.value) for each in Verdict}
        self._closes = counter("closes", "WebSockets closed by close code", "code")
        self._current = {name: gauge(name, f"{name.replace('_', ' ').capitalize()} there are now") for name in GAUGES}

    def count(self, count: Count) -> None:
        """Something that the core counts happened."""
        counter = self._tallies[count.tally]
        (counter.labels(count.label) if count.label else counter).inc()

    def handled(self, kind: str, seconds: float) -> None:
        """A message of a client is done with."""
        self._handling.labels(kind).observe(seconds)

    def observe(self, observed: Observe) -> None:
        """A pair told how fast it got connected."""
        self._phases[observed.phase].observe(observed.seconds)

    def stun(self, verdict: Verdict) -> None:
        """A datagram arrived."""
        self._stun[verdict].inc()

    def relay(self, stats: Stats) -> None:
        """There is a relay, which keeps its own counts."""
        self.registry.register(RelayCollector(stats))

    def closed(self, code: int) -> None:
        """A connection closed with this code."""
        known = code in PLAIN_CLOSES or code in CloseCode.__members__.values()
        self._closes.labels(str(code) if known else "other").inc()

    def render(self, connections: int, sessions: int, totals: Totals, shared: tuple[int, ...]) -> bytes:
        """The text of /metrics, with what there is now; of the directory: what SHARED names."""
        values = (connections, sessions, totals.locators, totals.reserved, totals.pairs, *shared)
        for gauge, value in zip(self._current.values(), values, strict=True):
            gauge.set(value)
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"byway_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"byway_{name}", text, registry=self.registry)
