"""Challenges, and answers to them."""

import pytest

from pypeer.connect.turn.signing import MD5, SHA256, TEXT_BYTES, Credentials, Signing
from signaling.protocol import stun
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.relay.turn.authentication import ALGORITHMS

ADA = Credentials("ada", "secret")
SHA = Attribute.MESSAGE_INTEGRITY_SHA256


def challenge(**change: bytes | None) -> Message:
    """A 401; an attribute may be replaced or taken away."""
    attributes: dict[Attribute, bytes | None] = {Attribute.REALM: b"test", Attribute.NONCE: b"n"}
    attributes |= {Attribute[name]: value for name, value in change.items()}
    chosen = tuple((int(kind), value) for kind, value in attributes.items() if value is not None)
    return Message(Method.ALLOCATE, Class.ERROR, bytes(12), chosen)


def asked(signing: Signing) -> Message:
    """A request, as the server gets it."""
    return stun.decode(signing.encode(Method.REFRESH, bytes(12), ()))


def test_before_a_challenge_nothing_is_signed_and_everything_believed() -> None:
    signing = Signing(ADA)
    signing.renew(Credentials("bob", "x"))
    assert signing.use_newer()
    assert asked(signing).attributes == ()
    assert signing.accepts(challenge())
    assert not signing.is_ready


def test_md5_and_sha1_where_nothing_else_is_offered() -> None:
    signing = Signing(ADA)
    assert signing.challenged(challenge())
    message = asked(signing)
    assert message.verify(stun.long_term_key("ada", "test", "secret"))
    assert not message.has(SHA)
    assert not message.has(Attribute.PASSWORD_ALGORITHM)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (ALGORITHMS, SHA256),
        (b"\0\1\0\0\0\2\0\0", MD5),
        (b"\0\7\0\1x\0\0\0\0\2\0\0", SHA256),
        (b"\0\2\0\1x\0\0\0\0\1\0\0", MD5),
    ],
    ids=["the server's order", "md5 first", "one that we lack", "one with parameters"],
)
def test_the_first_algorithm_that_we_have(offered: bytes, chosen: int) -> None:
    signing = Signing(ADA)
    assert signing.challenged(challenge(PASSWORD_ALGORITHMS=offered))
    message = asked(signing)
    assert message.get(Attribute.PASSWORD_ALGORITHMS) == offered
    assert message.get(Attribute.PASSWORD_ALGORITHM) == bytes((0, chosen, 0, 0))
    assert message.has(SHA)
    assert not message.has(Attribute.MESSAGE_INTEGRITY)
    assert message.verify(stun.long_term_key("ada", "test", "secret", chosen == SHA256))


@pytest.mark.parametrize(
    "change",
    [
        {"REALM": None},
        {"NONCE": None},
        {"REALM": b"\xff"},
        {"REALM": b"x" * (TEXT_BYTES + 1)},
        {"NONCE": b"x" * (TEXT_BYTES + 1)},
        {"PASSWORD_ALGORITHMS": b""},
        {"PASSWORD_ALGORITHMS": b"\0\7\0\0"},
        {"PASSWORD_ALGORITHMS": b"\0\2\0"},
    ],
)
def test_a_challenge_that_cannot_be_answered(change: dict[str, bytes | None]) -> None:
    signing = Signing(ADA)
    assert not signing.challenged(challenge(**change))
    assert not signing.is_ready


def test_newer_credentials_are_used_once_and_only_if_they_are_others() -> None:
    signing = Signing(ADA)
    signing.renew(ADA)
    assert not signing.use_newer()
    signing.renew(Credentials("bob", "x"))
    assert signing.credentials == ADA
    assert [signing.use_newer(), signing.use_newer()] == [True, False]
    assert signing.credentials == Credentials("bob", "x")


def test_newer_credentials_sign_by_the_same_challenge() -> None:
    signing = Signing(ADA)
    signing.challenged(challenge())
    signing.renew(Credentials("bob", "x"))
    assert signing.use_newer()
    message = asked(signing)
    assert message.get(Attribute.USERNAME) == b"bob"
    assert message.verify(stun.long_term_key("bob", "test", "x"))
