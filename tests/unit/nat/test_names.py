"""The laboratory's resolver, asked by hand and by a library."""

from tests.nat.names import answer

KNOWN = {"byway.internal": ["192.88.99.10", "2620:4f:8000::10"]}


def query(name: str, kind: int) -> bytes:
    """A question, with recursion desired."""
    labels = b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))
    return bytes.fromhex("123401000001000000000000") + labels + b"\x00" + kind.to_bytes(2, "big") + b"\x00\x01"


def test_each_family_has_its_record() -> None:
    """A and AAAA, the end of the answer being the address."""
    four, six = answer(query("byway.internal", 1), KNOWN) or b"", answer(query("BYWAY.internal", 28), KNOWN) or b""
    assert four[:8] == b"\x12\x34\x81\x80\x00\x01\x00\x01"
    assert four[-6:] == b"\x00\x04\xc0\x58\x63\x0a"
    assert six[-18:] == b"\x00\x10" + bytes.fromhex("2620004f800000000000000000000010")


def test_what_is_not_there_is_denied() -> None:
    """Another kind of record of a known name, and a name that is not known; and what is no query gets nothing."""
    other, unknown = answer(query("byway.internal", 65), KNOWN) or b"", answer(query("example.org", 1), KNOWN) or b""
    assert [other[3] & 15, other[7]] == [0, 0]
    assert [unknown[3] & 15, unknown[7]] == [3, 0]
    assert answer(b"\x12\x34", KNOWN) is None
    assert answer(query("byway.internal", 1)[:-3], KNOWN) is None
