"""Certificates for TLS between peers."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from pypeer.secure.certificate import CertificateError, check, make

ME = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEY = ME.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1").public_key().public_bytes_raw()


def test_a_certificate_is_known_by_its_identity() -> None:
    check(make(ME).der, KEY)


def test_each_link_has_a_key_of_its_own() -> None:
    one, other = make(ME), make(ME)
    assert one.der != other.der
    assert one.key != other.key


def test_nobody_else_can_vouch() -> None:
    with pytest.raises(CertificateError, match="somebody else"):
        check(make(ME).der, OTHER)


@pytest.mark.parametrize("at", [20, 100, 200, -10])
def test_an_altered_certificate_is_refused(at: int) -> None:
    der = bytearray(make(ME).der)
    der[at] ^= 1
    with pytest.raises(CertificateError):
        check(bytes(der), KEY)


@given(st.binary(max_size=64))
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(CertificateError):
        check(data, KEY)
