"""The command `pypeer`, and `python -m pypeer`."""

from pypeer.quiet import end_silently_on_interrupt


def main() -> None:
    """Load the command, and run it."""
    end_silently_on_interrupt()
    from pypeer.heap import load

    load()
    from pypeer.cli.main import main as command

    command(prog_name="pypeer")


if __name__ == "__main__":
    main()
