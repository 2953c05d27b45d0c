"""Which pair a push belongs to, also when it is faster than the answer that names the pair."""

from collections import OrderedDict
from typing import Final

from pypeer.signaling_client.pair import Pair
from signaling.protocol.rendezvous import Left, Signaled

EARLY_PAIRS: Final = 16
EARLY_MESSAGES: Final = 16
"""What is kept for pairs not known yet: a knock that is turned away is answered by two pushes at once."""


class Switchboard:
    """The pairs of one peer."""

    def __init__(self) -> None:
        self._pairs: dict[str, Pair] = {}
        self._early: OrderedDict[str, list[Signaled | Left]] = OrderedDict()

    def adopt(self, pair: Pair) -> None:
        """From now on this pair gets its pushes, those that came before first."""
        self._pairs[pair.id] = pair
        for message in self._early.pop(pair.id, []):
            self.route(message)

    def drop(self, pair: Pair) -> None:
        """The pair is over."""
        self._pairs.pop(pair.id, None)

    def route(self, message: Signaled | Left) -> None:
        """Deliver a push, or keep it for a while."""
        pair = self._pairs.get(message.pair)
        if pair is None:
            self._keep(message)
        elif isinstance(message, Signaled):
            pair.signaled(message.body)
        else:
            self.drop(pair)
            pair.left()

    def lose_all(self) -> None:
        """The server forgot all pairs."""
        pairs, self._pairs = self._pairs, {}
        self._early.clear()
        for pair in pairs.values():
            pair.left(by_server=True)

    def _keep(self, message: Signaled | Left) -> None:
        waiting = self._early.setdefault(message.pair, [])
        if len(waiting) < EARLY_MESSAGES:
            waiting.append(message)
        if len(self._early) > EARLY_PAIRS:
            self._early.popitem(last=False)
