"""Pairs: who meets whom, and who may say what in which pair."""

import pytest

from signaling.core.effects import Tally
from signaling.core.policy import Policy
from signaling.core.rendezvous import MISS_COST, PROVEN_BODIES, RENEWALS
from signaling.core.session import Session
from signaling.core.sessions import Relaying
from signaling.protocol.codes import ErrorCode
from signaling.protocol.fields import IceServer
from signaling.protocol.messages import Error, Ok
from signaling.protocol.rendezvous import (
    Knock,
    Knocked,
    Leave,
    Left,
    Met,
    Renew,
    Renewed,
    Report,
    Shut,
    Signal,
    Signaled,
)
from tests.support.scene import HOST, Guest, Scene, run


@pytest.fixture
def scene() -> Scene:
    return Scene(Policy(knock_rate=1000, open_rate=100_000, request_rate=100_000, locators_per_session=100_000))


def test_a_knock_tells_each_the_key_of_the_other(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    locator = sender.open()
    met = receiver.ask(Knock(id=1, locator=locator))
    assert isinstance(met, Met)
    assert met.peer == sender.key
    assert sender.pushes() == [Knocked(seq=2, pair=met.pair, locator=locator, peer=receiver.key)]
    assert scene.counts[Tally.PAIRS, ""] == 1


def test_only_those_who_have_met_are_told_of_relays_each_for_itself() -> None:
    def relays(session: Session, pair: str, member: str) -> Relaying:
        name = f"{session.address} {session.dialled} {pair} {member}"
        return Relaying((IceServer(urls=("turn:relay",), username=name),), f"ticket of {member}")

    scene = Scene(relays=relays)
    sender, receiver = scene.guest("192.0.2.1"), scene.guest("192.0.2.2")
    assert sender.welcome.ice == receiver.welcome.ice == ()
    met = receiver.ask(Knock(id=1, locator=sender.open()))
    assert isinstance(met, Met)
    [knocked] = sender.pushes()
    assert isinstance(knocked, Knocked)
    assert [each.username for each in met.ice] == [f"192.0.2.2 {HOST} {met.pair} a"]
    assert [each.username for each in knocked.ice] == [f"192.0.2.1 {HOST} {met.pair} b"]
    assert (met.relay, knocked.relay) == ("ticket of a", "ticket of b")


def test_a_session_is_in_only_so_many_pairs() -> None:
    scene = Scene(Policy(pairs_per_session=2))
    sender, receivers = scene.guest(), [scene.guest() for _ in range(3)]
    locator = sender.open()
    mets = [receiver.ask(Knock(id=1, locator=locator)) for receiver in receivers]
    assert isinstance(mets[0], Met)
    assert isinstance(mets[2], Error)
    assert mets[2].code is ErrorCode.TOO_MANY
    receivers[0].ask(Leave(id=1, pair=mets[0].pair))
    assert isinstance(receivers[2].ask(Knock(id=1, locator=locator)), Met)


def test_looking_for_codes_costs_more_than_finding_them() -> None:
    scene = Scene(Policy(knock_rate=30))
    sender, receiver, guesser, neighbour = (scene.guest(name) for name in ("a", "b", "c", "c"))
    locator = sender.open()
    for _ in range(30):
        assert isinstance(receiver.ask(Knock(id=1, locator=locator)), Met)
    for _ in range(30 // MISS_COST):
        assert guesser.refused(Knock(id=1, locator="9999999")) is ErrorCode.UNKNOWN_LOCATOR
    assert guesser.refused(Knock(id=1, locator=locator)) is ErrorCode.RATE_LIMITED
    answer = neighbour.ask(Knock(id=1, locator=locator))
    assert isinstance(answer, Error)
    assert answer.code is ErrorCode.RATE_LIMITED
    scene.now += answer.wait or 0
    assert isinstance(neighbour.ask(Knock(id=1, locator=locator)), Met)


def talk(sender: Guest, receiver: Guest, locator: str, bodies: int) -> None:
    """One knocks at the other's code, who says so many bodies to it, and as many come back."""
    met = receiver.ask(Knock(id=1, locator=locator))
    assert isinstance(met, Met), met
    for _ in range(bodies):
        assert isinstance(receiver.ask(Signal(id=1, pair=met.pair, body="AQ")), Ok)
        assert isinstance(sender.ask(Signal(id=1, pair=met.pair, body="AQ")), Ok)


def test_any_number_of_receivers_behind_one_address_who_know_the_words() -> None:
    scene = Scene(Policy(knock_rate=2))
    sender = scene.guest("a")
    locator = sender.open()
    for _ in range(50):
        talk(sender, scene.guest("b"), locator, PROVEN_BODIES)


def test_who_guesses_words_gets_no_knock_back() -> None:
    """The sender answers, and refuses; the guesser may say what it likes."""
    scene = Scene(Policy(knock_rate=2))
    sender, guesser = scene.guest("a"), scene.guest("b")
    locator = sender.open()
    for _ in range(2):
        met = guesser.ask(Knock(id=1, locator=locator))
        assert isinstance(met, Met)
        for _ in range(2 * PROVEN_BODIES):
            guesser.ask(Signal(id=1, pair=met.pair, body="AQ"))
        for _ in range(PROVEN_BODIES - 1):
            sender.ask(Signal(id=1, pair=met.pair, body="AQ"))
        sender.ask(Leave(id=1, pair=met.pair))
    assert guesser.refused(Knock(id=1, locator=locator)) is ErrorCode.RATE_LIMITED


def test_one_knock_is_given_back_once() -> None:
    scene = Scene(Policy(knock_rate=2))
    sender, receiver = scene.guest("a"), scene.guest("b")
    locator = sender.open()
    receiver.ask(Knock(id=1, locator=locator))
    talk(sender, receiver, locator, 3 * PROVEN_BODIES)
    assert isinstance(receiver.ask(Knock(id=1, locator=locator)), Met)
    assert receiver.refused(Knock(id=1, locator=locator)) is ErrorCode.RATE_LIMITED


def test_nobody_can_knock_at_a_code_of_their_own_session(scene: Scene) -> None:
    guest = scene.guest()
    assert guest.refused(Knock(id=1, locator=guest.open())) is ErrorCode.BAD_MESSAGE
    other_tab = scene.guest(identity=guest.identity)
    assert isinstance(other_tab.ask(Knock(id=1, locator=guest.open())), Met)


def test_signals_reach_the_other_member_only(scene: Scene) -> None:
    sender, receiver, stranger = scene.guest(), scene.guest(), scene.guest()
    pair = receiver.meet(sender)
    assert isinstance(sender.ask(Signal(id=1, pair=pair, body="ab")), Ok)
    assert isinstance(receiver.ask(Signal(id=1, pair=pair, body="cd")), Ok)
    assert receiver.pushes() == [Signaled(seq=2, pair=pair, body="ab")]
    assert sender.pushes() == [Signaled(seq=4, pair=pair, body="cd")]
    assert stranger.pushes() == []


@pytest.mark.parametrize("request_type", [Signal, Leave, Report, Renew])
def test_membership_is_checked_on_everything(scene: Scene, request_type: type) -> None:
    sender, receiver, stranger = scene.guest(), scene.guest(), scene.guest()
    pair = receiver.meet(sender)
    more = {"Signal": {"body": "x"}, "Report": {"outcome": "direct"}}.get(request_type.__name__, {})
    assert stranger.refused(request_type(id=1, pair=pair, **more)) is ErrorCode.UNKNOWN_PAIR
    assert stranger.refused(request_type(id=1, pair="made-up", **more)) is ErrorCode.UNKNOWN_PAIR
    assert sender.pushes() == []
    assert receiver.pushes() == []


def test_a_pair_ends_once_for_both(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    pair = receiver.meet(sender)
    assert isinstance(sender.ask(Leave(id=1, pair=pair, reason="done")), Ok)
    assert receiver.pushes() == [Left(seq=2, pair=pair, reason="done")]
    for guest in (sender, receiver):
        assert guest.refused(Signal(id=1, pair=pair, body="x")) is ErrorCode.PEER_GONE
        assert isinstance(guest.ask(Leave(id=1, pair=pair)), Ok)
        assert isinstance(guest.ask(Report(id=1, pair=pair, outcome="direct")), Ok)
    assert sender.pushes() == []
    assert scene.counts[Tally.REPORTS, "direct"] == 2


def test_ended_pairs_are_forgotten_in_the_end(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    pairs = []
    for _ in range(66):
        pairs.append(receiver.meet(sender))
        receiver.ask(Leave(id=1, pair=pairs[-1]))
    assert receiver.refused(Leave(id=1, pair=pairs[0])) is ErrorCode.UNKNOWN_PAIR
    assert isinstance(receiver.ask(Leave(id=1, pair=pairs[-1])), Ok)


def test_everything_is_counted(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    receiver.meet(sender)
    shut = sender.open()
    sender.ask(Shut(id=1, locator=shut))
    totals = run(scene.hub.sessions.engine.totals(scene.now))
    assert (totals.locators, totals.reserved, totals.pairs) == (1, 1, 1)


def told(session: Session, pair: str, member: str) -> Relaying:
    return Relaying((IceServer(urls=("turn:relay",), username=f"{pair}/{member}"),), f"ticket of {member}", 60.0)


def test_relays_are_renewed_for_each_member_as_at_the_meeting() -> None:
    scene = Scene(relays=told)
    sender, receiver = scene.guest(), scene.guest()
    pair = receiver.meet(sender)
    for guest, member in ((sender, "b"), (receiver, "a")):
        renewed = guest.ask(Renew(id=1, pair=pair))
        assert isinstance(renewed, Renewed)
        assert (renewed.pair, renewed.relay, renewed.ttl) == (pair, f"ticket of {member}", 60.0)
        assert [each.username for each in renewed.ice] == [f"{pair}/{member}"]


def test_relays_are_renewed_only_so_often() -> None:
    scene = Scene(relays=told)
    sender, receiver = scene.guest(), scene.guest()
    pair = receiver.meet(sender)
    for _ in range(int(RENEWALS.burst)):
        assert isinstance(receiver.ask(Renew(id=1, pair=pair)), Renewed)
    refused = receiver.ask(Renew(id=1, pair=pair))
    assert isinstance(refused, Error)
    assert (refused.code, refused.retry) == (ErrorCode.RATE_LIMITED, True)
    assert isinstance(sender.ask(Renew(id=1, pair=pair)), Renewed)
    scene.now += refused.wait or 0
    assert isinstance(receiver.ask(Renew(id=1, pair=pair)), Renewed)


def test_nothing_is_renewed_for_a_pair_that_is_no_more_or_for_strangers() -> None:
    scene = Scene(relays=told)
    sender, receiver, stranger = scene.guest(), scene.guest(), scene.guest()
    pair = receiver.meet(sender)
    assert stranger.refused(Renew(id=1, pair=pair)) == ErrorCode.UNKNOWN_PAIR
    receiver.ask(Leave(id=1, pair=pair))
    for guest in (sender, receiver):
        assert guest.refused(Renew(id=1, pair=pair)) == ErrorCode.PEER_GONE
