"""The contract as JSON Schema: what is stored is what the types say, and both judge alike."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from pypeer.protocol import schema as peer
from signaling.protocol import schema as signaling
from signaling.protocol.codec import MessageError, decode_client, decode_server
from signaling.protocol.relaying import decode_join, decode_joined
from tests.vectors import make_signaling

ROOT = Path(__file__).resolve().parents[3]
UNIONS = {
    "client": ("ClientMessage", decode_client),
    "server": ("ServerMessage", decode_server),
    "relay-client": ("RelayClientMessage", decode_join),
    "relay-server": ("RelayServerMessage", decode_joined),
}
VECTORS = json.loads(make_signaling.FILE.read_text("utf-8"))
CASES = [(side, case["message"], case["valid"]) for side in UNIONS for case in VECTORS[side]]


@pytest.mark.parametrize(
    ("path", "schema"),
    [("signaling", signaling.signaling_schema()), ("pypeer", peer.peer_schema())],
)
def test_the_stored_schema_is_the_generated_one_and_valid(path: str, schema: dict[str, Any]) -> None:
    stored = (ROOT / path / "protocol" / "schema.json").read_text("utf-8")
    assert stored == signaling.dump(schema), f"run python -m {path}.protocol.schema > {path}/protocol/schema.json"
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(schema)


def test_the_stored_vectors_are_the_generated_ones() -> None:
    assert make_signaling.build() == VECTORS


def test_each_message_has_good_and_bad_vectors() -> None:
    for side, (union, _) in UNIONS.items():
        schema = signaling.signaling_schema()["$defs"]
        types = {ref["$ref"].rpartition("/")[2] for ref in schema[union]["oneOf"]}
        tags = {schema[name]["properties"]["t"]["enum"][0] for name in types}
        for verdict in (True, False):
            assert tags <= {
                case["message"]["t"].lower()
                for case in VECTORS[side]
                if case["valid"] is verdict
                and isinstance(case["message"], dict)
                and "t" in case["message"]
                and isinstance(case["message"]["t"], str)
            }


@cache
def judge(union: str) -> jsonschema_rs.Validator:
    """The schema of all messages of one side, compiled once for all cases."""
    schema = {"$ref": f"#/$defs/{union}", "$defs": signaling.signaling_schema()["$defs"]}
    return jsonschema_rs.validator_for(schema, validate_formats=True)


@pytest.mark.parametrize(("side", "message", "valid"), CASES)
def test_types_and_schema_judge_alike(side: str, message: Any, valid: bool) -> None:
    union, decode = UNIONS[side]
    assert judge(union).is_valid(message) is valid
    try:
        decode(json.dumps(message))
    except MessageError:
        assert not valid
    else:
        assert valid
