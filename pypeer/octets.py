"""Bytes that are passed from layer to layer without being copied."""

Lasting = bytes | memoryview
"""On its way out: nobody changes it any more, nor what a view looks at."""

Arrived = bytes | bytearray
"""On its way in: whoever is given it has it alone."""

Readable = bytes | bytearray | memoryview
"""Only read, while whoever has it leaves it as it is."""
