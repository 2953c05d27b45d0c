"""What is announced: whatever changes, is refused or is lost, the server ends up with what is there."""

from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pypeer.library import announcing
from pypeer.library.announcing import Announcing, why_not
from pypeer.spaces.boxes import Boxes
from pypeer.spaces.form import Sealed
from pypeer.spaces.keys import SpaceKeys
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import Announce
from signaling.protocol.encoding import unb64
from signaling.protocol.spaces import SealedAnnounce

MOST = 6
ROOT = bytes(range(32))


@dataclass
class FakeServer:
    """What a server keeps of one library."""

    most: int = MOST
    files: dict[int, tuple[str, int, bytes]] = field(default_factory=dict)
    whole: bool = False

    def take(self, message: Announce) -> ErrorCode | None:
        """Apply a message, whole or not at all."""
        new = {
            file.number: (f"{folder.path}/{file.name}" if folder.path else file.name, file.size, unb64(file.root))
            for folder in message.folders
            for file in folder.files
        }
        assert not new.keys() & set(message.gone)
        if len({**self.files, **new}.keys() - set(message.gone)) > self.most:
            return ErrorCode.TOO_MANY
        self.files.update(new)
        for number in message.gone:
            self.files.pop(number, None)
        self.whole = self.whole or message.whole
        return None


def settle(told: Announcing, server: FakeServer, now: float = 0.0) -> list[Announce]:
    """Let the server take all that there is to tell."""
    messages = []
    while (step := told.next(now)) is not None:
        assert isinstance(step[1], Announce)
        messages.append(step[1])
        assert len(msgspec.json.encode(step[1])) <= limits.MESSAGE_BYTES
        error = server.take(step[1])
        if error is None:
            told.answered(step[0])
        else:
            told.refused(step[0], error, None, now)
    return messages


class AnnouncingMachine(RuleBasedStateMachine):
    """Any sequence of changes, answers, refusals and losses of the session."""

    def __init__(self) -> None:
        super().__init__()
        self.told = Announcing()
        self.there: dict[str, tuple[int, bytes]] = {}
        self.server: FakeServer | None = None
        self.now = 0.0
        self.answers: list[tuple[int, ErrorCode | None]] = []
        """Answers on their way, in the order in which the server took the messages."""

    @rule(path=st.sampled_from(["a", "b", "d/a", "d/b", "d/e/a", "f", "g", "h"]), size=st.integers(0, 3))
    def put(self, path: str, size: int) -> None:
        self.there[path] = (size, ROOT)
        self.told.put(path, size, ROOT)

    @rule(path=st.sampled_from(["a", "b", "d/a", "d/b", "f", "none"]))
    def drop(self, path: str) -> None:
        self.there.pop(path, None)
        self.told.drop(path)

    @rule(complete=st.booleans())
    def complete(self, complete: bool) -> None:
        self.told.completed(complete)

    @rule()
    def publish(self) -> None:
        self.server = FakeServer()
        self.told.begin("library", MOST)

    @rule()
    def lose(self) -> None:
        self.server = None
        self.told.lose()

    @precondition(lambda self: self.server is not None)
    @rule(refusal=st.sampled_from([None, None, None, ErrorCode.RATE_LIMITED, ErrorCode.INTERNAL]))
    def tell(self, refusal: ErrorCode | None) -> None:
        step = self.told.next(self.now)
        if step is not None:
            assert self.server is not None
            assert isinstance(step[1], Announce)
            self.answers.append((step[0], refusal or self.server.take(step[1])))

    @precondition(lambda self: self.answers)
    @rule()
    def answer(self) -> None:
        ticket, error = self.answers.pop(0)
        if error is None:
            self.told.answered(ticket)
        else:
            self.told.refused(ticket, error, 1.0 if error is ErrorCode.RATE_LIMITED else None, self.now)

    @rule(seconds=st.sampled_from([0.5, 1.0, 6.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def counts_what_is_there(self) -> None:
        assert len(self.told) == len(self.there)

    def teardown(self) -> None:
        if self.server is None:
            self.publish()
        while self.answers:
            self.answer()
        self.told.completed(True)
        self.now += 100
        server = self.server
        assert server is not None
        settle(self.told, server, self.now)
        at_server = {path: (size, root) for path, size, root in server.files.values()}
        assert len(at_server) == len(server.files) == min(MOST, len(self.there)) == self.told.told
        assert at_server.items() <= self.there.items()
        assert self.told.held_back == len(self.there) - len(at_server)
        assert self.told.is_whole == (len(self.there) <= MOST)
        assert server.whole or not self.told.is_whole
        assert self.told.next(self.now) is None


AnnouncingMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestAnything = AnnouncingMachine.TestCase


def test_messages_are_as_full_as_they_may_be() -> None:
    told, server = Announcing(), FakeServer(most=10_000)
    for number in range(3000):
        told.put(f"Ordner/{number // 100}/{'ä' * 30} {number}.mp3", 2**53 - 1, ROOT)
    told.completed(True)
    told.begin("l" * 32, 10_000)
    messages = settle(told, server)
    assert len(server.files) == told.told == 3000
    assert told.is_whole
    assert [message.whole for message in messages] == [False] * (len(messages) - 1) + [True]
    sizes = [len(msgspec.json.encode(message)) for message in messages[:-1]]
    assert min(sizes) > limits.MESSAGE_BYTES - 1024


def test_the_longest_name_fits() -> None:
    told = Announcing()
    path = "\x01" * 255
    told.put("/".join([path] * 4 + ["\U0001f600" * 255]), 2**53 - 1, ROOT)
    told.begin("l" * 32, 10)
    assert len(settle(told, FakeServer())) == 1


def test_at_most_as_many_files_as_a_message_may_have_and_gone_ones_too() -> None:
    told, server = Announcing(), FakeServer(most=10_000)
    for number in range(9000):
        told.put(f"{number}", 1, ROOT)
    told.begin("l", 10_000)
    assert max(len(folder.files) for message in settle(told, server) for folder in message.folders) == 700
    for number in range(9000):
        told.drop(f"{number}")
    assert [len(message.gone) for message in settle(told, server)] == [4096, 4096, 808]
    assert not server.files


def test_no_more_are_under_way_than_allowed() -> None:
    told = Announcing()
    for number in range(700 * 10):
        told.put(f"{number}", 1, ROOT)
    told.begin("l", 10_000)
    steps = [told.next(0.0) for _ in range(announcing.UNDER_WAY)]
    assert all(steps)
    assert told.next(0.0) is None
    assert steps[0] is not None
    told.answered(steps[0][0])
    assert told.next(0.0) is not None


def test_waits_for_as_long_as_it_is_told() -> None:
    told = Announcing()
    told.put("a", 1, ROOT)
    assert [told.next(0.0), told.wake_at] == [None, None]
    told.begin("l", 10)
    step = told.next(10.0)
    assert step is not None
    told.refused(step[0], ErrorCode.RATE_LIMITED, 3.0, 10.0)
    assert told.wake_at == 13.0
    assert told.next(12.9) is None
    assert told.next(13.0) is not None


def test_what_is_refused_for_good_is_not_said_again() -> None:
    told = Announcing()
    told.put("a", 1, ROOT)
    told.completed(True)
    told.begin("l", 10)
    step = told.next(0.0)
    assert step is not None
    told.refused(step[0], ErrorCode.BAD_MESSAGE, None, 0.0)
    assert told.refused_for_good == 1
    assert told.next(1000.0) is None
    assert not told.is_whole


def test_answers_of_a_session_that_is_gone_mean_nothing() -> None:
    told = Announcing()
    told.put("a", 1, ROOT)
    told.begin("l", 10)
    step = told.next(0.0)
    assert step is not None
    told.lose()
    told.answered(step[0])
    told.refused(step[0], ErrorCode.INTERNAL, None, 0.0)
    assert (told.told, told.held_back, told.library, told.is_whole) == (0, 0, "", False)
    told.begin("m", 10)
    told.refused(step[0], ErrorCode.INTERNAL, None, 0.0)
    assert told.library == "m"
    assert told.next(0.0) is not None


def test_where_there_is_less_room_than_was_said_what_is_there_stays() -> None:
    told, server = Announcing(), FakeServer(most=1)
    told.begin("l", 10)
    told.put("a", 1, ROOT)
    settle(told, server)
    told.put("b", 1, ROOT)
    settle(told, server)
    assert (told.told, told.held_back) == (1, 1)
    told.drop("a")
    settle(told, server)
    assert [path for path, _, _ in server.files.values()] == ["b"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("a/b.txt", ""),
        ("n" * 255, ""),
        ("n" * 256, "too long"),
        ("n" * 256 + "/a", "too long"),
        ("/".join(["d" * 100] * 12), "too deep"),
        ("d/" * 200 + "a", "too deep"),
        ("a\nb", "cannot be shown"),
        ("a/ ", "cannot be shown"),
    ],
)
def test_what_cannot_be_announced(path: str, said: str) -> None:
    assert said in why_not(path)
    assert bool(said) == bool(why_not(path))


@given(st.text(max_size=300))
def test_what_can_be_announced_is_within_the_contract(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return  # names are Unicode once they are scanned
    if "/" in name or why_not(name):
        return
    told = Announcing()
    told.put(name, 1, ROOT)
    told.begin("l", 1)
    step = told.next(0.0)
    assert step is not None
    msgspec.json.decode(msgspec.json.encode(step[1]), type=Announce)


def test_published_elsewhere_all_is_told_again_as_it_is_told_there() -> None:
    told = Announcing()
    told.put("a/b.txt", 1, ROOT)
    told.completed(True)
    told.begin("open", MOST)
    settle(told, FakeServer())
    keys = SpaceKeys(bytes(32))
    told.put_as(Sealed(keys, Boxes(keys, bytes(32))))
    told.lose()
    told.begin("sealed", MOST)
    step = told.next(0.0)
    assert step is not None
    assert isinstance(step[1], SealedAnnounce)
    assert (step[1].library, len(step[1].files), step[1].whole) == ("sealed", 1, True)
