"""Finding out what a NAT or a firewall does to UDP (RFC 5780, RFC 4787): a state machine. Pure.

Three sockets, since what one has sent changes what it may receive:

- MAPPING asks all servers, then the other addresses and ports of the first that has some; what they see is compared.
- FILTERING asks one endpoint only; then that is asked to answer from others (CHANGE-REQUEST).
- HAIRPIN learns its own outside address; then it and MAPPING send to each other's.

Nothing is sent to any address but the servers' and our own outside one, as the servers tell it; to that only where it
is on the Internet, so that nobody can be made to knock at doors of the network that he is in.
"""

from collections.abc import Callable, Sequence
from enum import Enum, IntEnum
from typing import Final

from pypeer.connect.ice.candidate import join
from pypeer.doctor import behaviour
from pypeer.doctor.addresses import is_public, may_be_other
from pypeer.doctor.asking import ASK_S, CHANGE_ADDRESS, CHANGE_PORT, SILENCE_S, Answer, Question, Questions, Send
from pypeer.doctor.findings import Filtering, Mapping, Status, Support, Udp
from signaling.protocol.values import Address

SETTLE_S: Final = 0.7
"""How long a server with a second address may take before one without has to do: all have been asked twice by then."""


class Role(IntEnum):
    """The sockets."""

    MAPPING = 0
    FILTERING = 1
    HAIRPIN = 2


class State(Enum):
    """How far it is."""

    NEW = "new"
    ASKING = "asking"
    """All servers have been asked; nobody has been chosen yet."""
    EXAMINING = "examining"
    """One server is examined with."""
    DONE = "done"


TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.NEW: frozenset({State.ASKING}),
    State.ASKING: frozenset({State.EXAMINING, State.DONE}),
    State.EXAMINING: frozenset({State.DONE}),
    State.DONE: frozenset(),
}


class Discovery:
    """One discovery over one version of IP. `locals` are the addresses of the sockets, in the order of Role."""

    def __init__(
        self, family: int, servers: Sequence[Address], locals_: Sequence[Address], entropy: Callable[[int], bytes]
    ) -> None:
        self.state = State.NEW
        self.primary: Address | None = None
        """The server that is examined with, and its other address if it has one."""
        self.other: Address | None = None
        self._family = family
        self._servers = servers
        self._locals = locals_
        self._questions = Questions(entropy)
        self._began = 0.0

    def start(self, now: float) -> list[Send]:
        """Ask all servers."""
        self._become(State.ASKING)
        self._began = now
        sends = [send for to in self._servers for send in self._ask(Role.MAPPING, to, now)]
        return sends + self._advance(now)

    def receive(self, socket: int, source: Address, data: bytes, now: float) -> list[Send]:
        """A datagram came to a socket."""
        self._questions.receive(socket, source, data, now)
        return self._advance(now)

    def tick(self, now: float) -> list[Send]:
        """Time passes."""
        return self._questions.tick(now) + self._advance(now)

    def wake_at(self) -> float | None:
        """When `tick` has something to do."""
        return self._questions.wake_at()

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more to learn."""
        return self.state is State.DONE

    @property
    def others(self) -> list[Address]:
        """The other addresses and ports of the chosen server, as far as it has named them."""
        if self.primary is None or self.other is None:
            return []
        return [(self.other[0], self.primary[1]), (self.primary[0], self.other[1]), self.other]

    @property
    def second_port(self) -> Address | None:
        """Another port of the chosen server that has answered."""
        ports = (to for to in self._seen() if self.primary is not None and to[0] == self.primary[0])
        return next((to for to in ports if to != self.primary), None)

    def _become(self, state: State) -> None:
        assert state in TRANSITIONS[self.state], f"{self.state} to {state}"
        self.state = state

    def _ask(self, role: Role, to: Address, now: float, change: int = 0) -> list[Send]:
        return self._questions.ask(Question(role, to, change), now, SILENCE_S if change else ASK_S)

    def _advance(self, now: float) -> list[Send]:
        sends: list[Send] = []
        if self.state is State.ASKING and (chosen := self._choose(now)) is not None:
            self._become(State.EXAMINING)
            self.primary, self.other = chosen
            sends += self._examine(self.primary, now)
        if self.state is State.EXAMINING and self.primary is not None:
            sends += self._follow(self.primary, now)
        if self.state is not State.DONE and self._questions.is_quiet:
            self._become(State.DONE)
        return sends

    def _choose(self, now: float) -> tuple[Address, Address | None] | None:
        """The first server that has another address; if there is none, after a while, the first that answered."""
        answers = [answer for answer in self._questions.answers.values() if answer.mapped is not None]
        for answer in answers:
            if answer.other is not None and may_be_other(answer.source, answer.other):
                return answer.source, answer.other
        if answers and (self._questions.is_quiet or now - self._began >= SETTLE_S):
            return answers[0].source, None
        return None

    def _examine(self, primary: Address, now: float) -> list[Send]:
        """Mapping first, so that a NAT that counts its ports counts these one after the other."""
        sends = [send for to in self.others for send in self._ask(Role.MAPPING, to, now)]
        sends += self._ask(Role.FILTERING, primary, now)
        return sends + self._ask(Role.HAIRPIN, primary, now)

    def _follow(self, primary: Address, now: float) -> list[Send]:
        """What needs the answer to another question first."""
        sends: list[Send] = []
        if self._answer(Role.FILTERING, primary) is not None:
            sends += self._ask(Role.FILTERING, primary, now, CHANGE_PORT)
            if self.other is not None:
                sends += self._ask(Role.FILTERING, primary, now, CHANGE_PORT | CHANGE_ADDRESS)
        near, far = self._mapped(Role.MAPPING), self._mapped(Role.HAIRPIN)
        if near is not None and far is not None and self._may_hairpin(near, far):
            sends += self._questions.ask(Question(Role.HAIRPIN, near), now, SILENCE_S)
            sends += self._questions.ask(Question(Role.MAPPING, far), now, SILENCE_S)
        return sends

    def _may_hairpin(self, near: Address, far: Address) -> bool:
        translated = near != self._locals[Role.MAPPING] and far != self._locals[Role.HAIRPIN]
        return translated and is_public(near[0]) and is_public(far[0])

    def _answer(self, role: Role, to: Address, change: int = 0) -> Answer | None:
        return self._questions.answers.get(Question(role, to, change))

    def _mapped(self, role: Role) -> Address | None:
        """As whom the chosen server sees a socket."""
        answer = self._answer(role, self.primary) if self.primary is not None else None
        return answer.mapped if answer is not None else None

    # What was found

    def findings(self) -> Udp:
        """What is known now."""
        seen = self._seen()
        local = self._locals[Role.MAPPING]
        if not seen:
            status = Status.BLOCKED if self._servers and self.is_done else Status.UNTESTED
            return Udp(self._family, status, local[0], asked=self._names(self._servers))
        mapping, mapping_sure = behaviour.mapping(local, seen)
        filtering, filtering_sure = self._filtering(seen)
        ports, step = behaviour.ports(self._firsts(), seen)
        hosts = tuple(dict.fromkeys(host for host, _ in seen.values()))
        answered = [to for to in self._servers if to in seen]
        return Udp(
            family=self._family,
            status=Status.WORKS,
            local=local[0],
            public=hosts,
            inside=not any(map(is_public, hosts)),
            mapping=mapping,
            mapping_sure=mapping_sure,
            filtering=filtering,
            filtering_sure=filtering_sure,
            ports=ports,
            step=step,
            hairpin=self._hairpin(mapping),
            rtt=min(self._questions.answers[Question(Role.MAPPING, to)].rtt for to in seen),
            support=self._support(seen),
            asked=self._names(self._servers),
            answered=self._names(answered),
        )

    def _seen(self) -> dict[Address, Address]:
        """As whom servers see the socket MAPPING, by server, in the order in which they were asked."""
        answers = self._questions.answers.items()
        found = {
            question.to: answer.mapped
            for question, answer in answers
            if question.socket == Role.MAPPING and not question.change and answer.mapped is not None
        }
        return found

    def _filtering(self, seen: dict[Address, Address]) -> tuple[Filtering, bool]:
        if self.primary is None:
            return Filtering.UNKNOWN, False
        asked = [
            Question(Role.FILTERING, self.primary, change) for change in (CHANGE_PORT | CHANGE_ADDRESS, CHANGE_PORT)
        ]
        both, port = (behaviour.reaction(question, self._questions, seen) for question in asked)
        return behaviour.filtering(both, port)

    def _firsts(self) -> list[tuple[Address, Address]]:
        """Each socket's own address and the outside one of its first mapping."""
        mapped = [(self._locals[role], self._mapped(role)) for role in Role]
        return [(local, outside) for local, outside in mapped if outside is not None]

    def _hairpin(self, mapping: Mapping) -> bool | None:
        tried = [each for each in self._questions.silent + self._questions.returned if self._is_own(each.to)]
        return any(self._is_own(each.to) for each in self._questions.returned) if tried else None

    def _is_own(self, address: Address) -> bool:
        return address in (self._mapped(Role.MAPPING), self._mapped(Role.HAIRPIN))

    def _support(self, seen: dict[Address, Address]) -> Support:
        if self.other is not None:
            return Support.FULL
        of_primary = [to for to in seen if self.primary is not None and to[0] == self.primary[0]]
        return Support.PORT if len(of_primary) > 1 else Support.NONE

    def _names(self, servers: Sequence[Address]) -> tuple[str, ...]:
        return tuple(join(*server) for server in servers)
