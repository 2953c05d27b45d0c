"""The meeting of two peers: shared vectors, wrong words, and a server that lies."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.identity import Identity
from pypeer.protocol.codes import RefusalCode
from pypeer.protocol.sealed import Candidate, Meet
from pypeer.secure.encoding import b64
from pypeer.secure.keys import Role
from pypeer.secure.meeting import (
    TRANSITIONS,
    BrokenError,
    Effect,
    Ended,
    Kind,
    Meeting,
    Opened,
    Received,
    Send,
    State,
    WrongWords,
)
from tests.vectors import make_meeting

ADA, BOB, EVE = Identity.new(), Identity.new(), Identity.new()
PASSWORD = b"7-guitar-sunset"


class Wire:
    """Two meetings and whatever is between them: `tamper` sees each body and says what arrives."""

    def __init__(
        self,
        password_a: bytes = PASSWORD,
        password_b: bytes = PASSWORD,
        key_for_a: bytes = BOB.key,
        key_for_b: bytes = ADA.key,
        tamper: Callable[[Role, bytes], list[bytes]] = lambda _role, body: [body],
    ) -> None:
        self.a = Meeting(Role.A, ADA, key_for_a, password_a, "Ada", caps=("relay",))
        self.b = Meeting(Role.B, BOB, key_for_b, password_b)
        self.tamper = tamper
        self.effects: dict[Role, list[Effect]] = {Role.A: [], Role.B: []}

    def run(self) -> "Wire":
        """Carry bodies until nobody has anything to say."""
        self.carry(self.a, self.a.start())
        return self

    def carry(self, sender: Meeting, effects: list[Effect]) -> None:
        receiver = self.b if sender is self.a else self.a
        self.effects[sender.role] += [e for e in effects if not isinstance(e, Send)]
        for effect in effects:
            if isinstance(effect, Send):
                for body in self.tamper(sender.role, effect.body):
                    self.carry(receiver, receiver.receive(body))


def kinds(wire: Wire, role: Role) -> list[type[Effect]]:
    return [type(effect) for effect in wire.effects[role]]


def test_right_words_open_both_sides_with_proven_names() -> None:
    wire = Wire().run()
    assert (wire.a.state, wire.b.state) == (State.OPEN, State.OPEN)
    [opened] = wire.effects[Role.B]
    assert isinstance(opened, Opened)
    assert (opened.meet.name, opened.meet.caps) == ("Ada", ("relay",))
    [opened] = wire.effects[Role.A]
    assert isinstance(opened, Opened)
    assert opened.meet.caps == ()


def test_what_other_keys_are_bound_to_is_the_same_on_both_sides_and_other_in_each_meeting() -> None:
    wire, another = Wire().run(), Wire().run()
    assert wire.a.bind == wire.b.bind != another.a.bind
    with pytest.raises(BrokenError):
        _ = Meeting(Role.A, ADA, BOB.key, PASSWORD).bind


def test_sealed_messages_pass_both_ways_after_opening() -> None:
    wire = Wire().run()
    message = Candidate(link=3, candidates=("candidate:1",))
    wire.carry(wire.a, [wire.a.seal(message)])
    wire.carry(wire.b, [wire.b.seal(message)])
    assert wire.effects[Role.A][-1] == wire.effects[Role.B][-1] == Received(message)


def test_wrong_words_are_noticed_by_b_before_b_proves_anything() -> None:
    said: list[int] = []

    def listen(role: Role, body: bytes) -> list[bytes]:
        if role is Role.B:
            said.append(body[0])
        return [body]

    wire = Wire(password_a=b"7-guitar-sunrise", tamper=listen).run()
    assert wire.effects[Role.B] == [WrongWords()]
    assert said == [Kind.PAKE]
    wire.carry(wire.b, [wire.b.refuse(RefusalCode.WRONG_WORDS, 2)])
    assert wire.effects[Role.A] == [Ended(RefusalCode.WRONG_WORDS, 2)]


def test_a_server_that_names_another_key_is_a_wrong_guess() -> None:
    assert Wire(key_for_a=EVE.key).run().effects[Role.B] == [WrongWords()]
    assert Wire(key_for_b=EVE.key).run().effects[Role.B] == [WrongWords()]


def test_an_impostor_that_knows_the_words_but_not_the_identity_is_refused() -> None:
    a, b = Meeting(Role.A, ADA, BOB.key, PASSWORD), Meeting(Role.B, BOB, ADA.key, PASSWORD)
    a._identity = EVE
    to_b = [_body(effect) for effect in a.start()]
    effects: list[Effect] = []
    while to_b:
        effects = b.receive(to_b.pop(0))
        to_a = [effect.body for effect in effects if isinstance(effect, Send)]
        to_b += [e.body for body in to_a for e in a.receive(body) if isinstance(e, Send)]
    assert effects[-1] == Ended(RefusalCode.BROKEN)


def _body(effect: Effect) -> bytes:
    assert isinstance(effect, Send)
    return effect.body


@given(which=st.integers(0, 5), position=st.integers(0, 4096), mask=st.integers(1, 255))
def test_any_altered_byte_ends_the_meeting(which: int, position: int, mask: int) -> None:
    count = 0

    def flip(_role: Role, body: bytes) -> list[bytes]:
        nonlocal count
        count += 1
        if count - 1 != which:
            return [body]
        at = position % len(body)
        return [body[:at] + bytes((body[at] ^ mask,)) + body[at + 1 :]]

    wire = Wire(tamper=flip).run()
    assert not (wire.a.state is State.OPEN and wire.b.state is State.OPEN)


@given(which=st.integers(0, 5))
def test_any_repeated_body_ends_the_meeting(which: int) -> None:
    count = 0

    def repeat(_role: Role, body: bytes) -> list[bytes]:
        nonlocal count
        count += 1
        return [body, body] if count - 1 == which else [body]

    wire = Wire(tamper=repeat).run()
    assert State.ENDED in (wire.a.state, wire.b.state)


def test_a_sealed_message_left_out_is_noticed() -> None:
    wire = Wire().run()
    wire.a.seal(Candidate(link=0, candidates=()))
    wire.carry(wire.a, [wire.a.seal(Candidate(link=1, candidates=()))])
    assert wire.effects[Role.B][-1] == Ended(RefusalCode.BROKEN)


def test_a_body_reflected_to_its_sender_ends_the_meeting() -> None:
    meeting = Meeting(Role.A, ADA, BOB.key, PASSWORD)
    [hello] = meeting.start()
    assert meeting.receive(_body(hello))[-1] == Ended(RefusalCode.BROKEN)


def test_a_reflected_point_under_the_other_letter_ends_the_meeting() -> None:
    meeting = Meeting(Role.A, ADA, BOB.key, PASSWORD)
    [hello] = meeting.start()
    point = _body(hello)[2:]
    assert meeting.receive(bytes((Kind.PAKE,)) + b"B" + point)[-1] == Ended(RefusalCode.BROKEN)


def reach(state: State) -> Meeting:
    """A meeting of role B driven to the state by a real other side."""
    a, b = Meeting(Role.A, ADA, BOB.key, PASSWORD), Meeting(Role.B, BOB, ADA.key, PASSWORD)
    to_b = [_body(effect) for effect in a.start()]
    if state is State.ENDED:
        b.refuse(RefusalCode.BUSY)
    while b.state is not state:
        to_a = [e.body for e in b.receive(to_b.pop(0)) if isinstance(e, Send)]
        to_b += [e.body for body in to_a for e in a.receive(body) if isinstance(e, Send)]
    return b


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", [*Kind, 0, 9])
def test_only_what_the_table_allows_is_taken(state: State, kind: int) -> None:
    meeting = reach(state)
    effects = meeting.receive(bytes((kind,)))
    if state is State.ENDED:
        assert effects == []
    elif (state, kind) not in TRANSITIONS:
        assert effects[-1] == Ended(RefusalCode.BROKEN)
    assert meeting.state is State.ENDED


@given(st.binary(max_size=200))
def test_no_body_makes_it_raise(body: bytes) -> None:
    meeting = Meeting(Role.B, BOB, ADA.key, PASSWORD)
    meeting.receive(body)
    assert meeting.state in (State.CONFIRM, State.ENDED)


def test_refusals_are_read_and_unknown_ones_are_broken() -> None:
    for text, expected in [(b"used 0", Ended(RefusalCode.USED, 0)), (b"busy", Ended(RefusalCode.BUSY, None))]:
        assert Meeting(Role.A, ADA, BOB.key, PASSWORD).receive(b"\x04" + text) == [expected]
    assert Meeting(Role.A, ADA, BOB.key, PASSWORD).receive(b"\x04nonsense 1")[-1] == Ended(RefusalCode.BROKEN)


def test_sealing_before_opening_is_a_bug_of_the_caller() -> None:
    with pytest.raises(BrokenError):
        Meeting(Role.A, ADA, BOB.key, PASSWORD).seal(Candidate(link=0, candidates=()))


def test_meet_comes_once() -> None:
    wire = Wire().run()
    again = wire.a._seal(Meet(v=1, client="x", sig=b64(bytes(64))))
    wire.carry(wire.a, [again])
    assert wire.effects[Role.B][-1] == Ended(RefusalCode.BROKEN)


def test_repr_tells_role_and_state_and_no_secret() -> None:
    assert repr(Meeting(Role.A, ADA, BOB.key, PASSWORD)) == "<Meeting A PAKE>"


def test_vectors_are_what_this_implementation_makes() -> None:
    stored: dict[str, Any] = json.loads(Path(make_meeting.FILE).read_text("utf-8"))
    assert stored == make_meeting.build()
