"""A headless Byway peer: `pypeer` on the command line, `pypeer.Peer` in a program."""

TYPE_CHECKING = False  # as of typing, which takes longer to load than all that the commands need to end quietly

if TYPE_CHECKING:
    from pypeer.api import Fetch as Fetch
    from pypeer.api import Offer as Offer
    from pypeer.api import Peer as Peer
    from pypeer.errors import PeerError as PeerError
    from pypeer.finding.sought import Sought as Sought

__version__ = "0.1.0"
__all__ = ["Fetch", "Offer", "Peer", "PeerError", "Sought", "__version__"]


def __getattr__(name: str) -> object:
    """Load the API when it is first used: the server imports the contract from here and needs none of the rest."""
    if name in ("Fetch", "Offer", "Peer", "PeerError", "Sought"):
        from pypeer import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
