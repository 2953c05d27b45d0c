"""A headless Byway peer: `pypeer` on the command line, `pypeer.Peer` in a program."""

__version__ = "0.1.0"
