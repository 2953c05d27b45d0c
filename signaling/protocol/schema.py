"""Write the contract as JSON Schema 2020-12: `python -m signaling.protocol.schema` prints schema.json."""

import json
from inspect import cleandoc
from typing import Any, get_args

import msgspec

from signaling.protocol import codes, kinds, limits, messages, relaying


def build(title: str, groups: dict[str, object], constants: dict[str, object]) -> dict[str, Any]:
    """One schema document whose `$defs` hold each message and, by the names in `groups`, each union of messages."""
    members = {name: get_args(union) or (union,) for name, union in groups.items()}
    types = dict.fromkeys(t for group in members.values() for t in group)
    _, components = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    for component in components.values():
        # Whether they are indented as in the source depends on the version of msgspec.
        component.update({"description": cleandoc(component["description"])} if "description" in component else {})
    for name, group in members.items():
        components[name] = {"oneOf": [{"$ref": f"#/$defs/{t.__name__}"} for t in group]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "x-constants": constants,
        "$defs": dict(sorted(components.items())),
    }


def signaling_schema() -> dict[str, Any]:
    """The schema of the signaling contract."""
    groups: dict[str, object] = {
        "ClientMessage": messages.ClientMessage,
        "ServerMessage": messages.ServerMessage,
        "RelayClientMessage": relaying.Join,
        "RelayServerMessage": relaying.Joined,
    }
    constants: dict[str, object] = {k: v for k, v in vars(limits).items() if k.isupper() and isinstance(v, int | str)}
    constants["CLOSE_CODES"] = {c.name: {"code": int(c), "action": c.action} for c in codes.CloseCode}
    constants["ERROR_ACTIONS"] = {c.value: c.action for c in codes.ErrorCode}
    constants["KIND_ENDINGS"] = {kind.value: endings.split() for kind, endings in kinds.ENDINGS.items()}
    return build("Byway signaling, version 1", groups, constants)


def dump(schema: dict[str, Any]) -> str:
    """The exact text of a schema file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(dump(signaling_schema()), end="")
