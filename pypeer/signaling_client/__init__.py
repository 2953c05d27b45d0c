"""The peer's end of the WebSocket to the server: sans-I/O core, asyncio shell, and pairs of peers over it."""
