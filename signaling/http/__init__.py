"""The shell: HTTP, WebSockets, the page, metrics and the life of the process, around signaling.core."""
