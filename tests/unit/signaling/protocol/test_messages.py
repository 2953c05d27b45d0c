"""What the schema cannot show: what is said about text that is no message."""

import contextlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.protocol.codec import MessageError, decode_client, decode_server
from signaling.protocol.codes import ErrorCode
from signaling.protocol.fields import Message

Decode = Callable[[str | bytes], Message]
BOTH = pytest.mark.parametrize("decode", [decode_client, decode_server])


@BOTH
@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '"ping"', "{}", '{"t":1}', b'{"t":"\xff"}', b"\xff"]
    + ['{"t":"' + kind + '","x":' + "[" * 100_000 for kind in ("ping", "pong", "fly")],
)
def test_no_json_object_with_a_type_is_malformed(decode: Decode, text: str | bytes) -> None:
    with pytest.raises(MessageError) as caught:
        decode(text)
    assert caught.value.malformed
    assert caught.value.code is ErrorCode.BAD_MESSAGE


@BOTH
def test_an_unknown_type_is_named_and_its_request_known(decode: Decode) -> None:
    with pytest.raises(MessageError, match=r"^unknown type of message: 'x{32}'$") as caught:
        decode('{"t":"' + "x" * 1000 + '","id":7}')
    assert (caught.value.code, caught.value.malformed, caught.value.id) == (ErrorCode.UNKNOWN_TYPE, False, 7)


@pytest.mark.parametrize(
    ("id_text", "number"), [("7", 7), ("true", None), ('"7"', None), ("7.5", None), ("null", None)]
)
def test_a_bad_message_says_which_request_it_was(id_text: str, number: int | None) -> None:
    with pytest.raises(MessageError) as caught:
        decode_client('{"t":"shut","id":' + id_text + ',"locator":"x"}')
    assert (caught.value.code, caught.value.malformed, caught.value.id) == (ErrorCode.BAD_MESSAGE, False, number)


def test_an_explanation_is_never_longer_than_prose_may_be() -> None:
    with pytest.raises(MessageError) as caught:
        decode_client('{"t":"hello","v":1,"caps":[' + ",".join(['"x"'] * 1000) + "]}")
    assert len(str(caught.value)) <= 256


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_message_error(data: bytes) -> None:
    for decode in (decode_client, decode_server):
        with contextlib.suppress(MessageError):
            decode(data)


_scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
_values = st.recursive(_scalars, lambda children: st.lists(children, max_size=3))


@given(st.dictionaries(st.sampled_from(["id", "locator", "pair", "body", "ttl", "seen", "x"]), _values, max_size=5))
def test_any_fields_are_a_message_or_a_message_error(fields: dict[str, object]) -> None:
    for kind in ("open", "knock", "signal", "ping", "bye"):
        with contextlib.suppress(MessageError):
            decode_client(json.dumps({"t": kind, **fields}))
