"""The `pypeer` command: a thin user of the API. Prose and progress go to standard error, results to standard output."""

from pypeer.cli.main import main

__all__ = ["main"]
