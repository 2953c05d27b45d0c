"""Tickets: made and read, and everything that is none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.relay import tickets
from signaling.relay.tickets import Member
from signaling.relay.turn import credentials

SECRET = "secret"
ADA = Member("oa5rlmgcNPnEJOrh", "a")
TODAY = 1_790_000_000.0
TICKET = tickets.make(SECRET, ADA, TODAY + 60)


def test_a_ticket_names_its_member_until_its_time_is_over() -> None:
    assert tickets.read(SECRET, TICKET, TODAY) == ADA
    assert tickets.read(SECRET, TICKET, TODAY + 60) == ADA
    assert tickets.read(SECRET, TICKET, TODAY + 61) is None


def test_each_member_has_a_ticket_of_its_own() -> None:
    assert tickets.read(SECRET, tickets.make(SECRET, ADA.other, TODAY), TODAY) == Member(ADA.pair, "b")
    assert ADA.other.other == ADA


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [("^1", "2"), ("oa5", "oa6"), ("/a:", "/b:"), (":.{43}$", ":" + "A" * 43), ("$", "A"), ("$", "\n"), ("^", "0")],
)
def test_an_altered_ticket_is_none(pattern: str, instead: str) -> None:
    altered = re.sub(pattern, instead, TICKET, count=1)
    assert altered != TICKET
    assert tickets.read(SECRET, altered, TODAY) is None


def test_a_ticket_of_another_server_is_none() -> None:
    assert tickets.read("other", TICKET, TODAY) is None


def test_a_credential_of_turn_is_no_ticket() -> None:
    name, password = credentials.make(SECRET, ADA.pair, ADA.name, TODAY + 60)
    assert tickets.read(SECRET, f"{name}:{password}", TODAY) is None


@given(st.text(max_size=80))
def test_any_other_text_is_none(text: str) -> None:
    assert tickets.read(SECRET, text, TODAY) is None


def test_a_ticket_fits_the_contract() -> None:
    assert len(tickets.make(SECRET, Member("p" * 32, "b"), 10**15 - 1)) <= 256
