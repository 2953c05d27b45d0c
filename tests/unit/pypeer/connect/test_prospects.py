"""When nothing is to be hoped for from datagrams."""

import json

import pytest

from pypeer.connect.prospects import Side, is_barred
from pypeer.protocol.codes import Mapping
from tests.vectors import make_prospects

SIX = Side(families=frozenset({6}), is_complete=True)


@pytest.mark.parametrize("here", [Side(), Side(families=frozenset({4}), is_complete=True), Side(Mapping.RANDOM)])
def test_a_side_that_no_server_answers_is_cut_off(here: Side) -> None:
    blocked = Side(Mapping.BLOCKED)
    assert is_barred(here, blocked)
    assert is_barred(blocked, here)
    assert not is_barred(here, Side())


def test_sides_without_a_common_family_once_all_is_known() -> None:
    four = frozenset({4})
    assert is_barred(Side(families=four, is_complete=True), SIX)
    assert not is_barred(Side(families=four), SIX), "a relay may bring the other family"
    assert not is_barred(Side(families=four | {6}, is_complete=True), SIX)
    assert not is_barred(Side(families=frozenset({0}), is_complete=True), SIX), "nobody knows what is behind a name"


def test_the_shared_vectors_are_what_the_code_makes() -> None:
    assert make_prospects.build() == json.loads(make_prospects.FILE.read_text("utf-8"))
