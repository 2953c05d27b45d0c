"""What contacts make of their meeting: the shared vectors, and what must differ."""

import json

from pypeer.secure.contact import call_password, call_token, contact_secret
from tests.vectors import make_contacts


def test_vectors_are_what_this_implementation_makes() -> None:
    assert make_contacts.build() == json.loads(make_contacts.FILE.read_text("utf-8"))


def test_another_direction_or_secret_is_another_token() -> None:
    secret, other = contact_secret(bytes(32)), contact_secret(bytes(31) + b"\x01")
    key, second = bytes(32), b"\x01" * 32
    tokens = {call_token(secret, key), call_token(secret, second), call_token(other, key)}
    assert len(tokens) == 3
    assert {len(token) for token in tokens} == {22}
    assert call_password(secret) != call_password(other)
    assert call_password(secret).startswith(b"contact:")
