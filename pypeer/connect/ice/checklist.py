"""The check list (RFC 8445, section 6.1.2): candidates of both sides, and the pairs that they make."""

from pypeer.connect.ice.candidate import Candidate
from pypeer.connect.ice.checks import IceRole
from pypeer.connect.ice.pairs import Pair, fits, pair_priority
from pypeer.protocol.report import CHECKS_MAX, CandidateKind
from signaling.protocol.values import Address


class CheckList:
    """At most a hundred pairs, best first; which are better depends on the role (RFC 8445, section 6.1.2.3)."""

    def __init__(self, role: IceRole) -> None:
        self.role = role
        self.selected: Pair | None = None
        """The pair in use."""
        self.pairs: list[Pair] = []
        self.locals: list[tuple[int, Candidate]] = []
        self.remotes: list[Candidate] = []
        self.bases: dict[int, Candidate] = {}
        """Sockets, each as the host or relayed candidate that it is."""
        self.grew_at = 0.0

    def add_local(self, base: int, candidate: Candidate, now: float) -> None:
        """A candidate of ours. Only sockets make pairs: others send from their socket (RFC 8445, section 6.1.2.4)."""
        if (base, candidate) not in self.locals:
            self.locals.append((base, candidate))
        if candidate == self.bases[base]:
            for remote in self.remotes:
                self._pair(base, remote, now)

    def add_remote(self, candidate: Candidate, now: float) -> None:
        """A candidate of the other side; a known one changes nothing."""
        if self._is_news(candidate):
            for base in [base for base, local in self.locals if local == self.bases[base]]:
                self._pair(base, candidate, now)

    def learn(self, base: int, remote: Candidate, now: float) -> Pair:
        """A pair that a message revealed, to an address that may have been named before."""
        named = self._known(remote)
        if named is None and len(self.remotes) < CHECKS_MAX:
            self.remotes.append(remote)
        self._shrink(CHECKS_MAX - 1)
        return self._add(Pair(base, self.bases[base], named or remote, due=now), now)

    def find(self, base: int, remote: Address) -> Pair | None:
        """The pair of a socket and an address."""
        return next((pair for pair in self.pairs if pair.base == base and pair.remote.address == remote), None)

    def priority(self, pair: Pair | None) -> int:
        """How good a pair is; any is better than none."""
        if pair is None:
            return -1
        ours = self.role is IceRole.CONTROLLING
        return pair_priority(pair.local, pair.remote) if ours else pair_priority(pair.remote, pair.local)

    def urgency(self, pair: Pair) -> tuple[bool, bool, int]:
        """Pairs by which the other side has been heard come first (triggered checks), then new ones, then the best."""
        return pair.heard is not None, pair.sent == 0, self.priority(pair)

    def _is_news(self, candidate: Candidate) -> bool:
        """Take it in, unless it is known; what was learnt from a check is named after all (RFC 8445, 7.3.1.3)."""
        known = self._known(candidate)
        if known is None and len(self.remotes) < CHECKS_MAX:
            self.remotes.append(candidate)
            return True
        if known is None or known.kind is not CandidateKind.PRFLX:
            return False
        self.remotes[self.remotes.index(known)] = candidate
        for pair in self.pairs:
            if pair.remote is known:
                pair.remote = candidate
        self.pairs.sort(key=self.priority, reverse=True)
        return True

    def _known(self, candidate: Candidate) -> Candidate | None:
        same = candidate.address, candidate.transport
        return next((each for each in self.remotes if (each.address, each.transport) == same), None)

    def _pair(self, base: int, remote: Candidate, now: float) -> None:
        local = self.bases[base]
        if fits(local, remote) and self.find(base, remote.address) is None:
            self._add(Pair(base, local, remote, due=now), now)
            self._shrink(CHECKS_MAX)

    def _add(self, pair: Pair, now: float) -> Pair:
        self.pairs.append(pair)
        self.pairs.sort(key=self.priority, reverse=True)
        self.grew_at = now
        return pair

    def _shrink(self, size: int) -> None:
        """Give up what is least likely to be used (RFC 8445, section 6.1.2.5)."""
        if len(self.pairs) > size:
            self.pairs.remove(min((pair for pair in self.pairs if pair is not self.selected), key=self._merit))

    def _merit(self, pair: Pair) -> tuple[bool, int]:
        return pair.heard is not None, self.priority(pair)
