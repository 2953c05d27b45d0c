"""The contract between two peers: sealed messages, link messages, binary frames, limits and codes. Pure, without I/O.

`messages` and `frames` are the one definition; `schema.json` is generated (`python -m pypeer.protocol.schema`).
"""
