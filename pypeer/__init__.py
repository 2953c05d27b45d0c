"""A headless Byway peer: `pypeer` on the command line, `pypeer.Peer` in a program."""

TYPE_CHECKING = False  # as of typing, which takes longer to load than all that the commands need to end quietly

if TYPE_CHECKING:
    from pypeer.api import Peer as Peer
    from pypeer.errors import PeerError as PeerError
    from pypeer.fetching import Fetch as Fetch
    from pypeer.finding.sought import Sought as Sought
    from pypeer.sharing import Offer as Offer

__version__ = "0.1.0"
__all__ = ["Fetch", "Offer", "Peer", "PeerError", "Sought", "__version__"]

_MODULES = {
    "Fetch": "pypeer.fetching",
    "Offer": "pypeer.sharing",
    "Peer": "pypeer.api",
    "PeerError": "pypeer.errors",
    "Sought": "pypeer.finding.sought",
}


def __getattr__(name: str) -> object:
    """Load what is first used: the server imports the contract from here, commands their options, and none the rest."""
    if name in _MODULES:
        from importlib import import_module  # as with typing: later than what ends a command quietly

        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
