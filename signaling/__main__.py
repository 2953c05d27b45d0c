"""`python -m signaling` is the command `signaling`."""

from signaling.cli import main

main()
