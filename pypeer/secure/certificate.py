"""Certificates of TLS between two peers (RFC 5280): a key made for one link, vouched for by an identity. Pure.

Each side sends its certificate sealed, and TLS accepts that one certificate and no other: so a link is authenticated by
the code, as all others are. That the identity has signed it, too, is checked before anything is dialled. The identity's
own key stays out of TLS: libraries want the keys of TLS in files.
"""

import datetime
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

FROM: Final = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
UNTIL: Final = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)
"""No end (RFC 5280, section 4.1.2.5): a certificate lives as long as its link, and clocks of peers may be wrong."""

NAME: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "byway")])
"""The same for all: it names nobody."""


class CertificateError(ValueError):
    """Not a certificate, or not by this identity."""


@dataclass(frozen=True, slots=True, repr=False)
class Certificate:
    """One side's: what the other side gets, in DER, and the key, in PEM."""

    der: bytes
    pem: bytes
    key: bytes


def make(identity: Ed25519PrivateKey) -> Certificate:
    """A new key, and the certificate of this identity for it."""
    key = Ed25519PrivateKey.generate()
    builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(FROM).not_valid_after(UNTIL)
    made = builder.sign(identity, None)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Certificate(made.public_bytes(Encoding.DER), made.public_bytes(Encoding.PEM), private)


def check(der: bytes, identity: bytes) -> None:
    """Whether a certificate is by the identity with this public key; raises CertificateError."""
    try:
        read = x509.load_der_x509_certificate(der)
        Ed25519PublicKey.from_public_bytes(identity).verify(read.signature, read.tbs_certificate_bytes)
        read.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError, x509.InvalidVersion) as error:
        raise CertificateError(f"not a certificate ({type(error).__name__})") from None
    except InvalidSignature:
        raise CertificateError("a certificate by somebody else") from None
