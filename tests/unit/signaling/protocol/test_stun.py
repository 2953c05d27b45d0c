"""STUN messages: the vectors of RFC 5769 and RFC 8489, any message there and back, and bytes of any kind."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Message, Method, decode, encode
from signaling.protocol.values import StunError

TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
PASSWORD = b"VOkJxbRl1RmTxUk/WvJxBt"

REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
)
IPV4_RESPONSE = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220"
    "002000080001a147e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"
)
IPV6_RESPONSE = bytes.fromhex(
    "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c"
)
LONG_TERM = bytes.fromhex(
    "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b90000"
    "0015001c662f2f3439396b39353464364f4c33346f4c394653547679363473410014000b6578616d706c652e6f726700"
    "00080014f67024656dd64a3e02b8e0712e85c9a28ca89666"
)
SHA256 = bytes.fromhex(
    "000100902112a44278ad3433c6ad72c029da412e"
    "001e00204a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41407f1704"
    "001500296f624d61744a6f733241414143662f2f3439396b39353464364f4c33346f4c39465354767936347341000000"
    "0014000b6578616d706c652e6f726700001d000400020000"
    "001c0020b5c7bf005b6c52a21c51c5e892f81924136296cb927c43149309278cc6518e65"
)


def test_request_of_rfc_5769() -> None:
    message = decode(REQUEST)
    assert (message.method, message.kind, message.transaction) == (Method.BINDING, Class.REQUEST, TRANSACTION)
    assert message.get(Attribute.SOFTWARE) == b"STUN test client"
    assert message.number(Attribute.PRIORITY) == 0x6E0001FF
    assert message.number(Attribute.ICE_CONTROLLED) == 0x932FF9B151263B36
    assert message.get(Attribute.USERNAME) == b"evtj:h6vY"
    assert message.verify(PASSWORD)
    assert not message.verify(b"wrong")
    assert message.unknown(frozenset({Attribute.USERNAME, Attribute.MESSAGE_INTEGRITY})) == (Attribute.PRIORITY,)


@pytest.mark.parametrize(
    ("data", "host"), [(IPV4_RESPONSE, "192.0.2.1"), (IPV6_RESPONSE, "2001:db8:1234:5678:11:2233:4455:6677")]
)
def test_responses_of_rfc_5769(data: bytes, host: str) -> None:
    message = decode(data)
    assert message.kind is Class.SUCCESS
    assert message.xor_address(Attribute.XOR_MAPPED_ADDRESS) == (host, 32853)
    assert message.verify(PASSWORD)


def test_long_term_credentials_of_rfc_5769() -> None:
    message = decode(LONG_TERM)
    user = (message.get(Attribute.USERNAME) or b"").decode()
    assert message.verify(stun.long_term_key(user, "example.org", "TheMatrIX"))


def test_sha256_of_rfc_8489() -> None:
    message = decode(SHA256)
    assert message.verify(stun.long_term_key("マトリックス", "example.org", "TheMatrIX", sha256=True))
    assert not message.verify(stun.long_term_key("マトリックス", "example.org", "TheMatrIX"))


attributes = st.lists(st.tuples(st.integers(0x40, 0x7FFF), st.binary(max_size=40)), max_size=5)
transactions = st.binary(min_size=12, max_size=12)
integrities = st.sampled_from((Attribute.MESSAGE_INTEGRITY, Attribute.MESSAGE_INTEGRITY_SHA256))


@given(st.sampled_from(Method), st.sampled_from(Class), transactions, attributes, st.booleans())
def test_unsigned_there_and_back(method: Method, kind: Class, transaction: bytes, items: object, mark: bool) -> None:
    message = decode(encode(method, kind, transaction, items, fingerprint=mark))  # type: ignore[arg-type]
    assert message == Message(method, kind, transaction, tuple(items))  # type: ignore[arg-type]
    assert not message.verify(b"key")


@given(transactions, attributes, st.binary(min_size=1, max_size=8), integrities, st.booleans())
def test_signed_there_and_back(
    transaction: bytes, items: list[tuple[int, bytes]], key: bytes, integrity: Attribute, mark: bool
) -> None:
    data = encode(Method.ALLOCATE, Class.REQUEST, transaction, items, key, integrity, mark)
    message = decode(data)
    assert message.attributes[:-1] == tuple(items)
    assert message.verify(key)
    assert not message.verify(key + b"x")


@given(st.binary(max_size=80))
def test_any_bytes_are_a_message_or_an_error(data: bytes) -> None:
    framed = b"\x00\x01" + len(data).to_bytes(2, "big") + REQUEST[4:20] + data
    for candidate in (data, REQUEST[:8] + data, REQUEST[:20] + data, framed):
        with contextlib.suppress(StunError):
            decode(candidate)


def test_what_follows_the_integrity_is_not_believed() -> None:
    signed = encode(Method.BINDING, Class.SUCCESS, TRANSACTION, [], PASSWORD, fingerprint=False)
    extra = values.number32(7)
    forged = signed[:2] + (len(signed) - 20 + 8).to_bytes(2, "big") + signed[4:] + b"\x00\x24\x00\x04" + extra
    message = decode(forged)
    assert message.verify(PASSWORD)
    assert not message.has(Attribute.PRIORITY)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        REQUEST[:19],
        REQUEST[:-4],
        REQUEST[:-1] + b"\x00",
        REQUEST[:4] + b"\x00" + REQUEST[5:],
        bytes((64,)) + REQUEST[1:],
        encode(Method.BINDING, Class.REQUEST, TRANSACTION, [(Attribute.MESSAGE_INTEGRITY, b"short")]),
        encode(Method.BINDING, Class.REQUEST, TRANSACTION, [(Attribute.MESSAGE_INTEGRITY_SHA256, bytes(17))]),
        encode(Method.BINDING, Class.REQUEST, TRANSACTION, [(Attribute.FINGERPRINT, bytes(4)), (0x77, b"")]),
        b"\x00\x01\x00\x04" + REQUEST[4:20] + b"\x00\x06\x00\x10",
    ],
)
def test_malformed(data: bytes) -> None:
    with pytest.raises(StunError):
        decode(data)


def test_addresses() -> None:
    for host in ("192.0.2.1", "2001:db8::1"):
        value = values.plain_address((host, 4711))
        message = decode(encode(Method.BINDING, Class.SUCCESS, TRANSACTION, [(Attribute.OTHER_ADDRESS, value)]))
        assert message.address(Attribute.OTHER_ADDRESS) == (host, 4711)
        assert message.xor_address(Attribute.OTHER_ADDRESS) != (host, 4711)
        mapped = values.xor_address((host, 4711), TRANSACTION)
        message = decode(encode(Method.BINDING, Class.SUCCESS, TRANSACTION, [(Attribute.XOR_MAPPED_ADDRESS, mapped)]))
        assert message.xor_address(Attribute.XOR_MAPPED_ADDRESS) == (host, 4711)
    assert values.plain_address(("::ffff:192.0.2.1", 1)) == values.plain_address(("192.0.2.1", 1))
    assert values.plain_address(("fe80::1%eth0", 1)) == values.plain_address(("fe80::1", 1))
    assert decode(REQUEST).address(Attribute.OTHER_ADDRESS) is None
    assert decode(REQUEST).xor_address(Attribute.XOR_MAPPED_ADDRESS) is None
    assert decode(REQUEST).number(Attribute.LIFETIME) is None


@pytest.mark.parametrize("value", [b"\x00\x01", b"\x00\x01\x00\x01\x01", b"\x00\x09\x00\x01\x01\x01\x01\x01"])
def test_malformed_address(value: bytes) -> None:
    message = Message(Method.BINDING, Class.SUCCESS, TRANSACTION, ((Attribute.MAPPED_ADDRESS, value),))
    with pytest.raises(StunError):
        message.address(Attribute.MAPPED_ADDRESS)


def test_errors() -> None:
    refusal = [
        (Attribute.ERROR_CODE, values.error_code(420, "no")),
        (Attribute.UNKNOWN_ATTRIBUTES, values.types([0x77])),
    ]
    message = decode(encode(Method.BINDING, Class.ERROR, TRANSACTION, refusal))
    assert message.error() == (420, "no")
    assert message.get(Attribute.UNKNOWN_ATTRIBUTES) == b"\x00\x77"
    assert decode(REQUEST).error() is None
    with pytest.raises(StunError):
        Message(Method.BINDING, Class.ERROR, TRANSACTION, ((Attribute.ERROR_CODE, b"\x00"),)).error()


def test_numbers() -> None:
    assert values.number32(1) == b"\x00\x00\x00\x01"
    assert values.number64(1) == bytes(7) + b"\x01"
