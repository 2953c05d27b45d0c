"""Shares handed over to a peer of one's own, which goes on serving them (docs/protocol.md, "Delegates")."""
