"""The command `signaling`, and `python -m signaling`."""

from pypeer.quiet import end_silently_on_interrupt


def main() -> None:
    """Load the command, and run it."""
    end_silently_on_interrupt()
    from pypeer.heap import load

    load()
    from signaling.cli import main as command

    command()


if __name__ == "__main__":
    main()
