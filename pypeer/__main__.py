"""`python -m pypeer` is the command `pypeer`."""

from pypeer.cli import main

if __name__ == "__main__":
    main()
