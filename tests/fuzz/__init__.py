"""Hostile messages for the cores of STUN and TURN: `python -m tests.fuzz`. A slice of it is among the unit tests."""
