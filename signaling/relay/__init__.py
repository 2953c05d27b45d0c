"""Helping peers over UDP: STUN, so that a peer learns the address under which others see it."""
