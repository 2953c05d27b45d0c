"""`pypeer doctor`: what NAT and firewall a person is behind, what works, with whom, and what to change.

| module | what it is |
| --- | --- |
| findings, addresses | pure: what can be found, as values; what kind an address is |
| asking | pure: STUN questions that are outstanding, and their repetitions |
| behaviour | pure: from answers to mapping, filtering and ports (RFC 5780) |
| discovery, lifetime | pure: the two state machines that ask |
| networks | pure: who can connect to whom, and how |
| advice | pure: rungs of the ladder, and what to change |
| words, drawing, page | pure: the same for people |
| machine, signaling, probing, route, relaying | the shells: interfaces, WebSocket, UDP, hops, TURN |
| examine, events | all of it at once, and what it tells |
"""
