"""TURN (RFC 8656), the relay of last resort. All of it is pure: bytes and times in, effects out."""
