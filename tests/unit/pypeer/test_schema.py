"""The schema of the peer contract: it is the generated one, it is valid, and it agrees with the types."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from pypeer.protocol import messages, schema, sealed
from signaling.protocol.schema import dump
from tests.vectors import make_peer

FILE = Path(schema.__file__).with_name("schema.json")
VECTORS: list[dict[str, Any]] = json.loads(make_peer.FILE.read_text("utf-8"))
TYPES: dict[str, Any] = {"ControlMessage": messages.ControlMessage, "SealedMessage": sealed.SealedMessage}


def validator(group: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for({**schema.peer_schema(), "$ref": f"#/$defs/{group}"})


def test_file_is_generated() -> None:
    assert FILE.read_text("utf-8") == dump(schema.peer_schema())


def test_schema_is_valid() -> None:
    jsonschema_rs.meta.validate(schema.peer_schema())


def test_vectors_are_what_the_code_makes() -> None:
    assert make_peer.build() == VECTORS


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: json.dumps(v["message"])[:60])
def test_types_and_schema_agree(vector: dict[str, Any]) -> None:
    text = json.dumps(vector["message"])
    assert accepts(text, TYPES[vector["group"]]) is vector["valid"]
    assert validator(vector["group"]).is_valid(json.loads(text)) is vector["valid"]


def accepts(text: str, kind: Any) -> bool:
    try:
        msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError:
        return False
    return True
