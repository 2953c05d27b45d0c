"""`python -m tests.nat probe`: the laboratory tests itself."""

import argparse

from tests.nat.lab import Lab
from tests.nat.pairs import check_names
from tests.nat.probe import behaviours
from tests.nat.server import serving
from tests.nat.sites import BEHAVIOUR, BY_NAME, Behaviour, Udp

HEAD = ("site", "IPv4 UDP", "IPv6 UDP", "TCP to", "hairpin", "unexpected", "idle mapping", "as it should be")


def run(options: argparse.Namespace) -> int:
    """Print a row for each site; status 1 if any is not what it should be."""
    wrong = 0
    found = probe(options.sites.split(","))
    print(line(HEAD))
    for name, behaviour in found.items():
        right = behaviour == BEHAVIOUR[name]
        wrong += not right
        print(line((name, *cells(behaviour), "yes" if right else f"NO: {'; '.join(cells(BEHAVIOUR[name]))}")))
    return int(wrong > 0)


def probe(names: list[str]) -> dict[str, Behaviour]:
    """What sites of these kinds do."""
    check_names(*names)
    with Lab() as lab, serving():
        places = [lab.add(BY_NAME[name]) for name in names]
        found = behaviours(places)
        return {place.site.name: found[place.label] for place in places}


def cells(behaviour: Behaviour) -> tuple[str, ...]:
    """A behaviour in words."""
    ports = ",".join(map(str, sorted(behaviour.tcp))) or "-"
    hairpin = "yes" if behaviour.hairpin else "no"
    idle = "ends early" if behaviour.short_lived else "stays"
    return (_udp(behaviour.v4), _udp(behaviour.v6), ports, hairpin, str(behaviour.unexpected), idle)


def _udp(udp: Udp | None) -> str:
    return "-" if udp is None else f"{udp.mapping}/{udp.filtering} {udp.ports}"


def line(cells: tuple[str, ...]) -> str:
    """One line of the table."""
    widths = (24, 18, 18, 10, 9, 12, 14, 0)
    return "".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()
