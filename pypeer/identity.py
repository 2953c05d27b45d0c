"""Identity of a peer: an Ed25519 key, kept in a file that only its owner can read."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from platformdirs import user_config_path

from pypeer.errors import PeerError
from pypeer.secure.code import short_name
from pypeer.secure.ids import peer_id

if TYPE_CHECKING:
    from pypeer.secure.certificate import Certificate

SEED_BYTES = 32
FILE_NAME = "identity.key"


class IdentityError(PeerError):
    """The identity file cannot be used."""

    code = "bad-identity"


class Identity:
    """A private key with what is derived from it."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.key: bytes = private.public_key().public_bytes_raw()
        self.id: str = peer_id(self.key)
        self.name: str = short_name(self.id)

    def __repr__(self) -> str:
        return f"<Identity {self.id}>"

    @classmethod
    def new(cls) -> "Identity":
        """A fresh identity."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> "Identity":
        """The identity of a 32-byte seed."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def load(cls, path: Path | None = None) -> "Identity":
        """Read the identity file, or make it (mode 0600) the first time; raises IdentityError."""
        path = path or default_path()
        try:
            return cls.from_seed(_read_or_create(path))
        except (OSError, ValueError) as error:
            raise IdentityError(
                f"cannot use the identity file {path}: {error}; repair it, remove it to get a new identity, "
                "or name another folder in BYWAY_HOME"
            ) from None

    def certify(self) -> "Certificate":
        """A new key for one link of TLS, and the certificate for it."""
        from pypeer.secure import certificate  # loads X.509, which takes longer than all that a sign-in needs

        return certificate.make(self._private)

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        return self._private.sign(message)


def default_path() -> Path:
    """Where the identity of this user is kept: in BYWAY_HOME, else in the user's configuration folder."""
    home = os.environ.get("BYWAY_HOME")
    return (Path(home) if home else user_config_path("byway")) / FILE_NAME


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature of the message is by this key."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _read_or_create(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        if not path.exists():
            _create(path)
    return _read(path)


def _create(path: Path) -> None:
    """Make the file whole or not at all; of several that do so at once, one wins (FileExistsError for the others)."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw())
        _link(Path(name), path)
    finally:
        os.unlink(name)


def _link(source: Path, path: Path) -> None:
    try:
        os.link(source, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: the last of several wins, and all of them read what it wrote next time.
        shutil.copyfile(source, path)
        path.chmod(0o600)


def _read(path: Path) -> bytes:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise ValueError(f"others may read it: run chmod 600 {path}")
    seed = path.read_bytes()
    if len(seed) != SEED_BYTES:
        raise ValueError(f"{len(seed)} bytes instead of {SEED_BYTES}")
    return seed
