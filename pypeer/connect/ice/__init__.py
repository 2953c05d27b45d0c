"""ICE (RFC 8445) without I/O: candidates, check lists, gathering, prediction; bytes and times in, effects out.

aioice's agent starts checks only when all is gathered, nominates in every check, takes one STUN and one TURN server,
and cannot restart; this one does what those limits prevent, and its clock is an argument.
"""
