"""Codes, the key exchange that turns a code into keys, and sealed messages. Pure: no I/O, randomness passed in."""
