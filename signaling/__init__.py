"""The server: directory, rendezvous and last-resort relay. It is never trusted with content or keys."""

__version__ = "0.1.0"
