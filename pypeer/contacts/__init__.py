"""Contacts: who was met by a code before, may be called, and may call; and the inbox that takes what they send."""
