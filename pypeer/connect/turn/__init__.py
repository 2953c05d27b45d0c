"""A client of TURN (RFC 8656) without I/O: bytes, addresses and times in, effects out.

aioice's client asks for IPv4 alone, and names no server to TLS; this one takes addresses of both versions of IP, knows
what each refusal means, and its clock is an argument.
"""
