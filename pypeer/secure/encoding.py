"""Base64url without padding, as all binary fields of the contract have it."""

from signaling.protocol.encoding import b64, unb64

__all__ = ["b64", "unb64"]
