"""Proofs of access words: the vectors, and what each depends on."""

import json

from signaling.protocol.access import proof
from tests.vectors import make_access


def test_vectors_are_what_this_implementation_makes() -> None:
    assert make_access.build() == json.loads(make_access.FILE.read_text("utf-8"))


def test_another_word_sign_in_key_or_host_is_another_proof() -> None:
    key, other = "A" * 43, "A" * 42 + "E"
    proofs = {
        proof("sesame", bytes(32), key, "a.example"),
        proof("sesami", bytes(32), key, "a.example"),
        proof("sesame", bytes(31) + b"\x01", key, "a.example"),
        proof("sesame", bytes(32), other, "a.example"),
        proof("sesame", bytes(32), key, "b.example"),
    }
    assert len(proofs) == 5


def test_a_word_is_the_same_however_it_is_typed() -> None:
    assert proof("Z\u00fcrich", bytes(32), "A" * 43, "h") == proof("Zu\u0308rich", bytes(32), "A" * 43, "h")
