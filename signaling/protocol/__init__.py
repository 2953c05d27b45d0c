"""The contract between a peer and the server: messages, limits and codes, pure and without I/O.

`messages` is the one definition; `schema.json` is generated from it (`python -m signaling.protocol.schema`)
and is what other languages are checked against. docs/protocol.md explains it in prose.
"""
