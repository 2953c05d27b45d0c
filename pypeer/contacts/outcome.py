"""How something ended that was sent to several contacts at once. Pure."""

from collections.abc import Mapping

from pypeer.errors import NotAllError, PeerError

INCOMPLETE = PeerError("Some files could not be sent.")
"""The end of one who has the rest."""


def shortfall(ends: Mapping[str, PeerError | None]) -> NotAllError | None:
    """What is to be said in the end, by the ends of all by name; None if everybody has everything.

    Of several errors the one with the lowest exit status is the most telling: that something failed (1) is to be
    looked into, a no (3) is final, and who is not there (4) may be there later.
    """
    errors = {name: error for name, error in ends.items() if error is not None}
    if not errors:
        return None
    worst = min(errors.values(), key=lambda error: error.status)
    listed = ", ".join(f"{name} ({error.code})" for name, error in errors.items())
    retry = any(error.retry for error in errors.values())
    return NotAllError(
        f"{len(ends) - len(errors)} of {len(ends)} have it. Not: {listed}.", worst.code, worst.status, retry
    )
