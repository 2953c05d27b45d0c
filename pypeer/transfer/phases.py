"""How a receiver's session goes on, as one table."""

from enum import Enum, auto
from typing import Final

from pypeer.protocol.frames import Data, End
from pypeer.protocol.messages import Entries, Have, Helper, Offer, Refuse, Root


class Phase(Enum):
    """How far the session is; links come and go meanwhile."""

    WAITING = auto()
    """For the first offer."""
    LISTING = auto()
    EXAMINING = auto()
    DECIDING = auto()
    PREPARING = auto()
    FETCHING = auto()
    CONCLUDING = auto()
    TELLING = auto()
    """All is stored; the sender is to hear of it, if need be on the next link."""
    OVER = auto()


class Step(Enum):
    """What happens here rather than on the link."""

    LISTED = auto()
    LEFT = auto()
    """Who offered it is gone before all was listed, and others that may offer it are not here yet."""
    EXAMINED = auto()
    DECIDED = auto()
    PREPARED = auto()
    SETTLED = auto()
    CONCLUDED = auto()
    TOLD = auto()


_ANSWERS: Final = (Data, End, Refuse, Root, Helper, Have)

TRANSITIONS: Final[dict[Phase, dict[type | Step, Phase]]] = {
    Phase.WAITING: {Offer: Phase.LISTING},
    Phase.LISTING: {
        Offer: Phase.LISTING,
        Entries: Phase.LISTING,
        Step.LISTED: Phase.EXAMINING,
        Step.LEFT: Phase.WAITING,
    },
    Phase.EXAMINING: {Offer: Phase.EXAMINING, Step.EXAMINED: Phase.DECIDING},
    Phase.DECIDING: {Offer: Phase.DECIDING, Step.DECIDED: Phase.PREPARING},
    Phase.PREPARING: {Offer: Phase.PREPARING, Step.PREPARED: Phase.FETCHING},
    Phase.FETCHING: {
        Offer: Phase.FETCHING,
        **dict.fromkeys(_ANSWERS, Phase.FETCHING),
        Step.SETTLED: Phase.CONCLUDING,
    },
    Phase.CONCLUDING: {
        Offer: Phase.CONCLUDING,
        **dict.fromkeys(_ANSWERS, Phase.CONCLUDING),
        Step.CONCLUDED: Phase.TELLING,
    },
    Phase.TELLING: {Offer: Phase.TELLING, **dict.fromkeys(_ANSWERS, Phase.TELLING), Step.TOLD: Phase.OVER},
    Phase.OVER: {},
}
"""What may happen in each phase, and where it leads; any other frame is a violation. The same offer comes again on
every new link; answers after FETCHING can only be to requests that were taken back."""
