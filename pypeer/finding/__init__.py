"""Finding what others have published in the directory of a server, and fetching it (docs/architecture.md)."""
