"""How something ended that was sent to several contacts."""

import pytest

from pypeer.contacts.outcome import INCOMPLETE, shortfall
from pypeer.errors import AbsentError, DeclinedError, PeerError, ServerError

DECLINED, ABSENT, FAILED = DeclinedError("no"), AbsentError("away"), ServerError("gone")


def test_when_all_have_it_nothing_is_to_be_said() -> None:
    assert shortfall({"Ann": None, "Bob": None}) is None


@pytest.mark.parametrize(
    ("ends", "code", "status", "retry"),
    [
        ([ABSENT, DECLINED, FAILED], "server", 1, True),
        ([ABSENT, DECLINED], "declined", 3, False),
        ([ABSENT], "not-found", 4, False),
        ([DECLINED, INCOMPLETE], "internal", 1, False),
    ],
)
def test_the_most_telling_end_gives_the_status(ends: list[PeerError], code: str, status: int, retry: bool) -> None:
    error = shortfall({"Zoe": None} | {f"n{number}": end for number, end in enumerate(ends)})
    assert error is not None
    assert (error.code, error.status, error.retry) == (code, status, retry)


def test_who_has_it_not_is_named() -> None:
    error = shortfall({"Ann": DECLINED, "Bob": None, "Cid": ABSENT})
    assert str(error) == "1 of 3 have it. Not: Ann (declined), Cid (not-found)."
