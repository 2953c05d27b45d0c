"""The report for people, as lines of text. Pure."""

import textwrap
from collections.abc import Iterable
from typing import Final

from pypeer.doctor import drawing, texts, words
from pypeer.doctor.advice import Use
from pypeer.doctor.diagnosis import Diagnosis
from pypeer.doctor.findings import Findings, Status
from pypeer.doctor.networks import Verdict

WIDTH: Final = 80
"""Columns, as terminals have by default."""

LABEL: Final = 14
"""Columns of the labels of facts."""

PARTNER: Final = 41
CELL: Final = 17
"""Columns of the table of partners."""

UNICODE_MARKS: Final = {"yes": "✓", "some": "~", "no": "✗", "unknown": "?", "none": " "}
ASCII_MARKS: Final = {"yes": "+", "some": "~", "no": "x", "unknown": "?", "none": " "}

USE_MARKS: Final[dict[Use, str]] = {
    Use.YES: "yes",
    Use.SOME: "some",
    Use.NO: "no",
    Use.UNKNOWN: "unknown",
    Use.OFF: "no",
}

VERDICT_MARKS: Final[dict[Verdict, str]] = {
    Verdict.DIRECT: "yes",
    Verdict.PUNCHED: "yes",
    Verdict.PREDICTED: "some",
    Verdict.RELAYED: "some",
    Verdict.NONE: "no",
    Verdict.UNKNOWN: "unknown",
}

STATUS_MARKS: Final[dict[Status, str]] = {
    Status.WORKS: "yes",
    Status.BLOCKED: "no",
    Status.ABSENT: "none",
    Status.UNTESTED: "unknown",
}


class Page:
    """Writes the report; without `unicode` in ASCII only."""

    def __init__(self, unicode: bool) -> None:
        self._marks = UNICODE_MARKS if unicode else ASCII_MARKS
        self._style = drawing.UNICODE if unicode else drawing.ASCII

    def lines(self, diagnosis: Diagnosis) -> list[str]:
        """All of it."""
        findings = diagnosis.findings
        headline, explanation = words.headline(diagnosis.kind, findings)
        return [
            *drawing.drawing(findings, self._style),
            "",
            headline,
            *textwrap.wrap(explanation, WIDTH),
            *self._section("What was found", self._facts(findings)),
            *(self._outlook(diagnosis) if _is_known(findings) else []),
            *self._section("What to change", self._advice(diagnosis)),
        ]

    def _outlook(self, diagnosis: Diagnosis) -> list[str]:
        return [
            *self._section("Ways to connect", self._ways(diagnosis)),
            *self._section("With whom you can connect", self._partners(diagnosis)),
        ]

    def _section(self, title: str, lines: Iterable[str]) -> list[str]:
        return ["", title, *(f"  {line}" for line in lines)]

    def _fact(self, mark: str, label: str, text: str) -> list[str]:
        first = f"{self._marks[mark]} {label:{LABEL}} "
        return _hanging(first, text)

    def _facts(self, findings: Findings) -> list[str]:
        found = self._fact("yes" if findings.signaling.works else "no", "Server", words.signaling(findings.signaling))
        for interface in findings.machine.interfaces:
            hosts = [f"{host.address} ({texts.KINDS[host.kind]})" for host in interface.addresses]
            found += self._fact("none", words.printable(interface.name)[:LABEL], ", ".join(hosts))
        for proxy in findings.machine.proxies:
            found += self._fact("none", proxy.variable, words.printable(proxy.value))
        for udp in findings.udp:
            found += self._fact(STATUS_MARKS[udp.status], f"UDP over IPv{udp.family}", words.udp(udp))
            for label, text in words.details(udp):
                found += self._fact("none", f"  {label}", text)
        for tcp in (each for each in findings.tcp if each.status is Status.WORKS):
            found += self._fact("yes", f"TCP over IPv{tcp.family}", words.tcp(tcp))
            for label, text in words.tcp_details(tcp):
                found += self._fact("none", f"  {label}", text)
        for relay in findings.relays:
            found += self._fact("yes" if relay.works else "no", "Relay", words.printable(words.relay(relay)))
        return found

    def _ways(self, diagnosis: Diagnosis) -> list[str]:
        return [line for rung in diagnosis.rungs for line in self._fact(USE_MARKS[rung.use], *words.way(rung))]

    def _partners(self, diagnosis: Diagnosis) -> list[str]:
        """The second column only where IPv6 makes a difference."""
        six = any(each.ipv6 is not each.verdict for each in diagnosis.prospects)
        table = [f"{'':{PARTNER + 3}}{'without IPv6':{CELL}}if they have IPv6"] if six else []
        table.append(f"{self._marks['yes']} {'somebody in your own network':{PARTNER}} directly")
        for each in diagnosis.prospects:
            cells = [texts.VERDICTS[verdict] for verdict in ((each.verdict, each.ipv6) if six else (each.verdict,))]
            line = "".join(f"{cell:{CELL}}" for cell in cells).rstrip()
            table.append(f"{self._marks[VERDICT_MARKS[each.verdict]]} {texts.PARTNERS[each.partner]:{PARTNER}} {line}")
        return table

    def _advice(self, diagnosis: Diagnosis) -> list[str]:
        return [line for each in diagnosis.advice for line in _hanging("- ", texts.ADVICE[each])]


def _is_known(findings: Findings) -> bool:
    """Whether there is anything to tell of other networks."""
    return findings.signaling.works or any(udp.status is Status.WORKS for udp in findings.udp)


def _hanging(first: str, text: str) -> list[str]:
    """Wrapped, with all lines after the first below its text."""
    return textwrap.wrap(text, WIDTH - 2, initial_indent=first, subsequent_indent=" " * len(first))
