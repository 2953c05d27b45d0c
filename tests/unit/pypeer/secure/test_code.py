"""Codes as people type them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.errors import CodeError
from pypeer.secure import code
from tests.vectors.make_meeting import FILE

VECTORS = json.loads(FILE.read_text("utf-8"))["codes"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["text"])
def test_vectors(vector: dict[str, str | None]) -> None:
    text, expected = vector["text"] or "", vector["code"]
    if expected is None:
        with pytest.raises(CodeError):
            code.parse(text)
    else:
        assert str(code.parse(text)) == expected


def test_the_list_is_the_one_of_bip_39() -> None:
    assert len(code.words()) == 2048
    assert len({word[: code.PREFIX_LETTERS] for word in code.words()}) == 2048
    assert list(code.words()) == sorted(code.words())


@given(locator=st.integers(1, 9_999_999), picks=st.lists(st.integers(0, 2047), min_size=2, max_size=8))
def test_what_is_made_is_read_back_in_any_form(locator: int, picks: list[int]) -> None:
    turns = iter(picks)
    made = code.Code(str(locator), code.pick_words(len(picks), lambda _: next(turns)))
    short = " ".join([made.locator, *(word[:4].upper() for word in made.words)])
    assert code.parse(str(made)) == code.parse(short) == code.parse(made.link("https://x.example/a/")) == made


@given(st.text(max_size=60))
def test_nothing_typed_makes_it_raise_anything_else(text: str) -> None:
    try:
        parsed = code.parse(text)
    except CodeError:
        return
    assert code.parse(str(parsed)) == parsed


def test_links_name_their_server_and_keep_the_code_in_the_fragment() -> None:
    made = code.parse("7-guitar-sunset")
    assert made.link("https://byway.example") == "https://byway.example/#7-guitar-sunset"
    assert code.is_link(" HTTPS://byway.example/#7")
    assert not code.is_link("7-guitar-sunset")
    assert code.server_of("https://byway.example/x?y=1#7-guitar-sunset") == "https://byway.example/x"


def test_a_link_to_no_address_is_read_for_its_code() -> None:
    link = "http://[::1#7-guitar-sunset"
    assert str(code.parse(link)) == "7-guitar-sunset"
    assert code.server_of(link) == "http://[::1"


def test_the_words_do_not_show_in_a_log() -> None:
    assert repr(code.parse("7-guitar-sunset")) == "<Code 7-…>"
