"""Ranges of sizes as people type them: `>10M`, `<5K`, `1M-1G`, `10M-`; pure."""

import re
from dataclasses import dataclass
from typing import Final

FACTORS: Final = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}

MOST: Final = 2**53 - 1
"""The largest size that the contract knows."""

_SIZE = r"(\d{1,16}(?:\.\d{1,3})?)\s*([kmgt]?)(?:i?b)?"
_RANGE: Final = re.compile(rf"(?:{_SIZE})?\s*-\s*(?:{_SIZE})?")
_BOUND: Final = re.compile(rf"([<>])\s*=?\s*{_SIZE}")


class SizeError(ValueError):
    """The text is no range of sizes; the message says what is one."""


@dataclass(frozen=True, slots=True)
class SizeRange:
    """Bytes, both ends included; None is open."""

    least: int | None = None
    most: int | None = None


def parse(text: str) -> SizeRange:
    """Read a range; K, M, G and T are powers of 1024, as everywhere here. Raises SizeError."""
    plain = text.strip().lower()
    if bound := _BOUND.fullmatch(plain):
        size = _bytes(bound[2], bound[3])
        return SizeRange(least=size) if bound[1] == ">" else SizeRange(most=size)
    match = _RANGE.fullmatch(plain)
    if match is None or (match[1] is None and match[3] is None):
        raise SizeError(f"{text.strip()[:40]!r} is no range of sizes: write '>10M', '<5K' or '1M-1G'")
    found = SizeRange(_bytes(match[1], match[2]), _bytes(match[3], match[4]))
    if found.least is not None and found.most is not None and found.least > found.most:
        raise SizeError(f"{text.strip()[:40]!r} has its smaller end last: turn it round")
    return found


def _bytes(number: str | None, unit: str | None) -> int | None:
    return None if number is None else min(MOST, int(float(number) * FACTORS[unit or ""]))
