"""What was found, in words. Pure."""

from pypeer.doctor import texts
from pypeer.doctor.advice import Rung
from pypeer.doctor.findings import (
    Filtering,
    Findings,
    Mapping,
    Obstacle,
    Ports,
    RelayFound,
    Signaling,
    Status,
    Tcp,
    Udp,
)
from pypeer.doctor.networks import Kind


def headline(kind: Kind, findings: Findings) -> tuple[str, str]:
    """The most important, and what it means."""
    if kind is Kind.UNKNOWN and not findings.signaling.works:
        return texts.AWAY, unreachable(findings.signaling)
    return texts.HEADLINES[kind]


def unreachable(found: Signaling) -> str:
    """Why the server cannot be reached, and what to look at."""
    if found.obstacle in (Obstacle.CERTIFICATE, Obstacle.NOT_BYWAY):
        return found.message
    return f"Cannot reach the server at {found.url}. {texts.OBSTACLES[found.obstacle]}"


def signaling(found: Signaling) -> str:
    """The server."""
    if not found.works:
        return "cannot be reached"
    return f"reached in {seconds(found.seconds)}, {'encrypted (TLS)' if found.tls else 'not encrypted (no TLS)'}"


def udp(found: Udp) -> str:
    """Whether UDP gets out, and as whom."""
    if found.status is not Status.WORKS:
        return texts.STATUSES[found.status]
    seen = "this machine's own address" if found.mapping is Mapping.NONE else " and ".join(found.public)
    rtt = f", round trip {seconds(found.rtt)}" if found.rtt is not None else ""
    return f"works, others see {seen}{rtt}"


def details(found: Udp) -> list[tuple[str, str]]:
    """What a NAT and a firewall do, as labels and texts; empty if UDP does not work."""
    if found.status is not Status.WORKS:
        return []
    lines: list[tuple[str, str]] = []
    if found.mapping is not Mapping.NONE:
        known = found.mapping_sure or found.mapping is Mapping.UNKNOWN
        lines = [("Outside port", likely(texts.MAPPINGS[found.mapping], known)), ("Its number", port_number(found))]
    known = found.filtering_sure or found.filtering is Filtering.UNKNOWN
    lines.append(("Lets in", likely(texts.FILTERINGS[found.filtering], known)))
    if found.hairpin is not None:
        lines.append(("Hairpinning", hairpin(found.hairpin)))
    return lines + ([("Unused hole", lifetime(found))] if found.lifetime is not None else [])


def tcp(found: Tcp) -> str:
    """As whom others see what is dialled from here."""
    seen = "this machine's own address" if found.mapping is Mapping.NONE else " and ".join(found.public)
    return f"works, others see {seen}"


def tcp_details(found: Tcp) -> list[tuple[str, str]]:
    """What a NAT does with TCP, and whether it is as it should be (RFC 5382)."""
    if found.mapping is Mapping.NONE:
        return []
    known = found.mapping_sure or found.mapping is Mapping.UNKNOWN
    lines = [("Outside port", likely(texts.MAPPINGS[found.mapping], known)), ("Its number", port_number(found))]
    if found.varies:
        lines.append(("RFC 5382", "REQ-1 not met, which asks for one port for all partners"))
    elif found.is_steady:
        lines.append(("RFC 5382", likely("REQ-1 met: one port for all partners", known)))
    return lines


def likely(text: str, sure: bool) -> str:
    """A text, marked if it is not sure."""
    return text if sure else f"likely {text}"


def port_number(found: Udp | Tcp) -> str:
    """How the number of the outside port is chosen."""
    return {
        Ports.KEPT: "the same as inside",
        Ports.SEQUENTIAL: f"counts up, by {found.step}",
        Ports.RANDOM: "random",
        Ports.UNKNOWN: "not known",
    }[found.ports]


def hairpin(works: bool) -> str:
    """Whether one's own public address leads back."""
    return f"{'yes' if works else 'no'}, from inside your public address leads {'to you' if works else 'nowhere'}"


def lifetime(found: Udp) -> str:
    """How long an idle hole stays open. Byway sends something every two seconds."""
    assert found.lifetime is not None
    low, below = found.lifetime.at_least, found.lifetime.below
    if below is None:
        return f"stays open for more than {low:g} s"
    return f"closes after {low:g} to {below:g} s" if low else f"closes within {below:g} s"


def way(rung: Rung) -> tuple[str, str]:
    """A rung: its name, and how it stands."""
    name, what = texts.WAYS[rung.way]
    return name, f"{what}: {texts.REASONS.get((rung.way, rung.use), texts.USES[rung.use])}"


def relay(found: RelayFound) -> str:
    """A relay."""
    where = f"{found.host}, port {found.port}, over {found.transport.upper()}"
    return f"{where}: works, {seconds(found.seconds)}" if found.works else f"{where}: cannot be used from here"


def seconds(time: float) -> str:
    """A time that a person can imagine."""
    return f"{time * 1000:.0f} ms" if time < 1 else f"{time:.1f} s"


def printable(text: str) -> str:
    """A name that others gave, without anything that could steer a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)
