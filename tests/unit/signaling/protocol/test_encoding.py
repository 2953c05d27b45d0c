import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.protocol.encoding import b64, is_canonical, unb64


@given(st.binary(max_size=100))
def test_there_and_back(data: bytes) -> None:
    assert unb64(b64(data)) == data


@given(st.text(alphabet="AZaz09-_+/=\n ", max_size=12))
def test_one_text_for_each_value(text: str) -> None:
    try:
        data = unb64(text)
    except ValueError:
        return
    assert b64(data) == text


@pytest.mark.parametrize("text", ["A", "AB=", "AA==", "A+", "A/", "AB\n", "AB", "Ä"])
def test_anything_but_the_canonical_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not base64url"):
        unb64(text)


@given(st.text(alphabet="AQgwEBZaz09-_", max_size=12))
def test_what_is_canonical_is_seen_without_decoding(letters: str) -> None:
    try:
        unb64(letters)
    except ValueError:
        assert not is_canonical(letters)
    else:
        assert is_canonical(letters)
