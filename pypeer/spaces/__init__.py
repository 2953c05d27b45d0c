"""Sealed spaces: what is published in one, its members can read, and the server cannot (docs/protocol.md)."""
