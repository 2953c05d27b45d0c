"""Libraries: folders that are published in the directory, and served to whoever asks (docs/architecture.md)."""
