"""What one generation of ICE with one peer is, and how it changes; what changes it is in arrivals.py and agent.py."""

from collections.abc import Callable

from pypeer.connect.ice import checks
from pypeer.connect.ice.candidate import LOCAL_PREFERENCE_MAX, priority
from pypeer.connect.ice.checklist import CheckList
from pypeer.connect.ice.checks import Credentials, IceRole
from pypeer.connect.ice.consent import Consent
from pypeer.connect.ice.effects import TRANSITIONS, Became, Effect, Selected, Send, Side, State
from pypeer.connect.ice.pairs import Flight, Pair, is_relayed
from pypeer.connect.ice.probing import Probing
from pypeer.connect.ice.upgrade import Upgrade
from pypeer.protocol.report import CandidateKind, CheckState
from signaling.protocol.stun import TRANSACTION_BYTES
from signaling.protocol.values import Address


class Generation:
    """The check list, the pair in use, and the state. Times are of a monotonic clock."""

    def __init__(
        self, role: IceRole, local: Credentials, entropy: Callable[[int], bytes], random: Callable[[], float]
    ) -> None:
        self.local = local
        self.remote: Credentials | None = None
        self.state = State.CHECKING
        self.careful = False
        """Whether first checks open our own hole only: see `predict.is_careful`."""
        self._fresh: set[int] = set()
        """Sockets that the other side hears of when their holes are open."""
        self._entropy = entropy
        self._consent = Consent(random)
        self._upgrade = Upgrade()
        self._tie_breaker = int.from_bytes(entropy(8), "big")
        self._list = CheckList(role)
        self.pairs, self.locals, self.remotes = self._list.pairs, self._list.locals, self._list.remotes
        self._probing = Probing()
        self._began_at = 0.0
        self._incomplete: set[Side] = set()
        self._completed_at = 0.0
        self._used_since = 0.0
        self._next_check = 0.0
        self._effects: list[Effect] = []

    def __repr__(self) -> str:
        return f"<Agent {self.role.value} {self.state.value} {len(self.pairs)} pairs>"

    @property
    def role(self) -> IceRole:
        """Whether this side decides which pair is used; the other side may know better."""
        return self._list.role

    @property
    def selected(self) -> Pair | None:
        """The pair in use."""
        return self._list.selected

    @property
    def works(self) -> bool:
        """Whether data goes over a pair that is proven, and not in doubt."""
        pair = self.selected
        return pair is not None and pair.state is CheckState.SUCCEEDED and self.state is State.CONNECTED

    @property
    def is_direct(self) -> bool:
        """Whether it works, and without a relay."""
        return self.works and self.selected is not None and not is_relayed(self.selected)

    def _send_check(
        self, base: int, to: Address, now: float, nominate: bool, ttl: int | None = None
    ) -> tuple[bytes, Flight]:
        assert self.remote is not None
        transaction = self._entropy(TRANSACTION_BYTES)
        reflexive = priority(CandidateKind.PRFLX, LOCAL_PREFERENCE_MAX)
        data = checks.request(transaction, self.local, self.remote, self.role, self._tie_breaker, reflexive, nominate)
        self._effects.append(Send(base, to, data, ttl))
        return transaction, Flight(now, self.role, nominate)

    def _select(self, pair: Pair, now: float) -> None:
        if pair is self.selected:
            return
        if self.selected is not None:
            self.selected.nominated = False  # late answers of its checks mean nothing
        self._list.selected = pair
        if is_relayed(pair):
            self._upgrade.start(now)
        else:
            self._upgrade.stop()
            self._probing.stop()
        self._used_since = now
        self._consent.start(now)
        self._become(State.CONNECTED)
        self._effects.append(Selected(pair))

    def _wants_nomination(self, pair: Pair | None) -> bool:
        """Whether this side, which decides, has still to tell the other that it uses this pair."""
        mine = self.role is IceRole.CONTROLLING and pair is not None and pair is self.selected
        return mine and pair is not None and pair.state is CheckState.SUCCEEDED and not pair.nominated

    def _alive(self, pair: Pair, now: float) -> None:
        pair.heard = now
        if pair is self.selected:
            self._consent.heard(now)
        if pair is self.selected and self.state is State.SILENT:
            self._become(State.CONNECTED)

    def _become(self, state: State) -> None:
        if state is not self.state:
            assert state in TRANSITIONS[self.state], f"{self.state} to {state}"
            self.state = state
            self._effects.append(Became(state))
