"""Ranges of sizes."""

import pytest

from pypeer.finding.sizes import MOST, SizeError, SizeRange, parse


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (">10M", 10 * 2**20, None),
        (" >= 10 MiB ", 10 * 2**20, None),
        ("<5k", None, 5 * 2**10),
        ("<=5", None, 5),
        ("1m-1.5G", 2**20, 3 * 2**29),
        ("10K-", 10 * 2**10, None),
        ("-1t", None, 2**40),
        ("0-0", 0, 0),
        (">9999999999999999T", MOST, None),
    ],
)
def test_ranges(text: str, least: int | None, most: int | None) -> None:
    assert parse(text) == SizeRange(least, most)


@pytest.mark.parametrize("text", ["", "-", "10M", ">", "x-y", "1M-2M-3M", "> -1", "1e3-"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(SizeError, match="no range"):
        parse(text)


def test_the_wrong_way_round() -> None:
    with pytest.raises(SizeError, match="turn it round"):
        parse("2M-1M")
