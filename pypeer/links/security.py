"""TLS between two peers: version 1.3, one certificate each way and no other, ALPN `byway/1`."""

import os
import ssl
import tempfile
from pathlib import Path
from typing import Final

from pypeer.secure.certificate import Certificate
from pypeer.secure.keys import Role

ALPN: Final = "byway/1"


def context(role: Role, own: Certificate, theirs: bytes) -> ssl.SSLContext:
    """For one side of one link; role A is the client of TLS, whoever dialled. `theirs` is in DER."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT if role is Role.A else ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.check_hostname = False
    made.verify_mode = ssl.CERT_REQUIRED
    made.verify_flags = ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    made.load_verify_locations(cadata=theirs)
    made.set_alpn_protocols([ALPN])
    if role is Role.B:
        made.num_tickets = 0
    _load(made, own)
    return made


def is_expected(secured: ssl.SSLObject, theirs: bytes) -> bool:
    """Whether this is the other side, after the handshake."""
    return secured.getpeercert(binary_form=True) == theirs and secured.selected_alpn_protocol() == ALPN


def _load(made: ssl.SSLContext, own: Certificate) -> None:
    """OpenSSL's binding reads files only; this one is ours alone, and gone at once."""
    handle, name = tempfile.mkstemp(prefix="byway-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(own.pem + own.key)
        made.load_cert_chain(name)
    finally:
        Path(name).unlink()
