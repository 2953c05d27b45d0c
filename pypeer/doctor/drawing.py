"""The drawing: boxes from this machine to the Internet, one row for each version of IP that is of interest. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pypeer.doctor.addresses import inner_hops, kind_of
from pypeer.doctor.findings import AddressKind, Filtering, Findings, Mapping, Ports, Status, Udp


@dataclass(frozen=True, slots=True)
class Box:
    """Something on the way; `joint` is how it is joined to what is before it."""

    title: str
    lines: tuple[str, ...] = ()
    joint: str = "open"


@dataclass(frozen=True, slots=True)
class Style:
    """Characters: corners and edges of a box in the order of reading, its joints, and lines between boxes."""

    corners: tuple[str, str, str, str]
    edges: tuple[str, str]
    joints: tuple[str, str]
    lines: dict[str, str]


UNICODE: Final = Style(
    ("┌", "┐", "└", "┘"), ("─", "│"), ("├", "┤"), {"open": "──", "closed": "─\u2573─", "unknown": "─?─"}
)
ASCII: Final = Style(("+", "+", "+", "+"), ("-", "|"), ("|", "|"), {"open": "--", "closed": "-X-", "unknown": "-?-"})


def draw(boxes: Sequence[Box], style: Style) -> list[str]:
    """The lines of one row of boxes, all of the same height."""
    height = max(len(box.lines) for box in boxes) + 1
    drawn = [""] * (height + 2)
    for number, box in enumerate(boxes):
        joint = style.lines[box.joint] if number else ""
        rows = _box(box, height, style, bool(number), number < len(boxes) - 1)
        for index, row in enumerate(rows):
            drawn[index] += (joint if index == 1 else " " * len(joint)) + row
    return [line.rstrip() for line in drawn]


def _box(box: Box, height: int, style: Style, before: bool, after: bool) -> list[str]:
    texts = [box.title, *box.lines] + [""] * (height - 1 - len(box.lines))
    width = max(map(len, texts)) + 2
    (across, down), (out, into) = style.edges, style.joints
    rows = [f"{down} {text:{width - 2}} {down}" for text in texts]
    rows[0] = f"{into if before else down} {box.title:{width - 2}} {out if after else down}"
    top_left, top_right, low_left, low_right = style.corners
    return [f"{top_left}{across * width}{top_right}", *rows, f"{low_left}{across * width}{low_right}"]


def rows(findings: Findings) -> list[tuple[str, list[Box]]]:
    """The rows: a heading, and boxes. IPv6 only where this machine has it, IPv4 unless IPv6 is all there is."""
    v4, v6 = findings.of(4), findings.of(6)
    found = [("IPv6", boxes(v6, ()))] if v6.status in (Status.WORKS, Status.BLOCKED) else []
    if v4.status is not Status.ABSENT and (v4.status is not Status.UNTESTED or not found):
        found.insert(0, ("IPv4", boxes(v4, findings.route.hops, _first_private(findings))))
    return found or [("IPv4", boxes(v4, ()))]


def _first_private(findings: Findings) -> str:
    """An address to show where none was used."""
    hosts = [host.address for each in findings.machine.interfaces for host in each.addresses]
    return next((host for host in hosts if ":" not in host), "")


def boxes(udp: Udp, hops: Sequence[str], local: str = "") -> list[Box]:
    """From this machine to the Internet."""
    me = Box("This machine", tuple(filter(None, [udp.local or local])))
    match udp.status:
        case Status.WORKS if udp.inside:
            return [me, Box("Server", ("in your own", "network")), Box("Internet", ("not measured",), "unknown")]
        case Status.WORKS:
            return [me, *_between(udp, hops), Box("Internet", _seen(udp))]
        case Status.BLOCKED:
            return [me, Box("Firewall?", ("no UDP comes", "back")), Box("Internet", (), "closed")]
        case _:
            return [me, Box("Internet", ("not measured",), "unknown")]


def _seen(udp: Udp) -> tuple[str, ...]:
    if udp.mapping is Mapping.NONE:
        return ("sees the same", "address")
    return ("sees you as", *udp.public)


def _between(udp: Udp, hops: Sequence[str]) -> list[Box]:
    """Who translates and who filters. What they do together is told in the last box."""
    policy = (*_ports(udp), *_lets_in(udp))
    if udp.mapping is Mapping.NONE:
        return [] if udp.filtering is Filtering.ENDPOINT_INDEPENDENT else [Box("Firewall", policy)]
    inner = inner_hops(hops)
    found = [_translator(hop, number) for number, hop in enumerate(inner[:2])] or [Box("Router (NAT)")]
    if kind_of(udp.local) is AddressKind.SHARED:
        found = [Box("Provider's NAT", tuple(inner[:1]))]
    return [*found[:-1], Box(found[-1].title, (*found[-1].lines, *policy))]


def _translator(hop: str, number: int) -> Box:
    if kind_of(hop) is AddressKind.SHARED:
        return Box("Provider's NAT", (hop,))
    return Box("2nd router", (hop,)) if number else Box("Router (NAT)", (hop,))


def _ports(udp: Udp) -> tuple[str, ...]:
    match udp.mapping:
        case Mapping.NONE:
            return ()
        case Mapping.ENDPOINT_INDEPENDENT:
            return ("one port for all",)
        case Mapping.UNKNOWN:
            return ("ports: not known",)
        case _:
            how = {Ports.SEQUENTIAL: "counting up", Ports.RANDOM: "at random"}.get(udp.ports, "")
            return tuple(filter(None, ("a port for each", f"partner, {how}" if how else "partner")))


def _lets_in(udp: Udp) -> tuple[str, ...]:
    return {
        Filtering.ENDPOINT_INDEPENDENT: ("lets in everybody",),
        Filtering.ADDRESS_DEPENDENT: ("lets in hosts", "you sent to"),
        Filtering.ADDRESS_AND_PORT_DEPENDENT: ("lets in answers", "only"),
        Filtering.UNKNOWN: (),
    }[udp.filtering]


def drawing(findings: Findings, style: Style) -> list[str]:
    """All rows; with headings if there are two."""
    found = rows(findings)
    lines: list[str] = []
    for heading, each in found:
        lines += [heading] if len(found) > 1 else []
        lines += draw(each, style)
    return lines
