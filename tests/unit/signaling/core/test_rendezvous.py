"""Locators and pairs: who gets which code, who meets whom, and who may say what in which pair."""

import pytest

from pypeer.identity import Identity
from signaling.core.effects import Observe, Tally
from signaling.core.policy import Policy
from signaling.core.rendezvous import MISS_COST, PHASES, PROVEN_BODIES, RENEWALS, SLOWEST_S
from signaling.core.session import Session
from signaling.core.sessions import Relaying
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.fields import IceServer
from signaling.protocol.messages import (
    Error,
    Knock,
    Knocked,
    Lapsed,
    Leave,
    Left,
    Met,
    Ok,
    Open,
    Opened,
    Phases,
    Renew,
    Renewed,
    Report,
    Request,
    Shut,
    Signal,
    Signaled,
)
from tests.support.scene import HOST, Guest, Scene, run


@pytest.fixture
def scene() -> Scene:
    return Scene(Policy(knock_rate=1000, open_rate=100_000, request_rate=100_000, locators_per_session=100_000))


def failure(guest: Guest, request: Request) -> ErrorCode:
    answer = guest.ask(request)
    assert isinstance(answer, Error)
    return answer.code


def meet(sender: Guest, receiver: Guest) -> str:
    met = receiver.ask(Knock(id=1, locator=sender.open()))
    assert isinstance(met, Met)
    assert isinstance(sender.pushes()[-1], Knocked)
    return met.pair


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


def test_locators_are_short_and_differ_and_grow_when_a_third_is_taken(scene: Scene) -> None:
    guest = scene.guest()
    locators = [guest.open() for _ in range(450)]
    assert len(set(locators)) == 450
    assert all(1 <= int(locator) <= 999 for locator in locators[:333])
    assert max(int(locator) for locator in locators[333:]) > 999
    assert all(int(locator) <= 9999 for locator in locators)
    assert len({int(locator) // 100 for locator in locators[:333]}) == 10


def test_ttl_is_answered_as_granted() -> None:
    guest = Scene(Policy(ttl=600, max_ttl=900)).guest()
    for asked, granted in ((None, 600), (60, 60), (limits.TTL_MAX_S, 900)):
        answer = guest.ask(Open(id=1, ttl=asked))
        assert isinstance(answer, Opened)
        assert answer.ttl == granted


def test_a_code_lapses_and_its_pairs_go_on(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    locator = sender.open(ttl=30)
    met = receiver.ask(Knock(id=1, locator=locator))
    assert isinstance(met, Met)
    sender.pushes()
    scene.wait(29)
    assert sender.pushes() == []
    scene.wait(1)
    assert sender.pushes() == [Lapsed(seq=3, locator=locator, reason="expired")]
    assert failure(receiver, Knock(id=1, locator=locator)) is ErrorCode.UNKNOWN_LOCATOR
    assert isinstance(receiver.ask(Signal(id=1, pair=met.pair, body="x")), Ok)


def test_a_code_is_dead_at_its_time_even_before_the_clock_comes_round(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    locator = sender.open(ttl=30)
    scene.now += 30
    assert failure(receiver, Knock(id=1, locator=locator)) is ErrorCode.UNKNOWN_LOCATOR


@pytest.mark.parametrize("how", ["shut", "lapse", "end"])
def test_a_freed_locator_is_kept_for_its_key_for_ten_minutes(scene: Scene, how: str) -> None:
    first, other = scene.guest(), scene.guest()
    locator = first.open(ttl=30)
    if how == "shut":
        assert isinstance(first.ask(Shut(id=1, locator=locator)), Ok)
    elif how == "lapse":
        scene.wait(30)
    else:
        first.lose()
        scene.wait(limits.GRACE_S)
        other.sign_in()
    assert failure(other, Open(id=1, locator=locator)) is ErrorCode.LOCATOR_TAKEN
    scene.now += 599
    assert failure(other, Open(id=1, locator=locator)) is ErrorCode.LOCATOR_TAKEN
    again = scene.guest(identity=first.identity)
    assert again.open(locator) == locator


def test_after_quarantine_a_locator_is_anybodys(scene: Scene) -> None:
    first, other = scene.guest(), scene.guest()
    locator = first.open()
    first.ask(Shut(id=1, locator=locator))
    scene.now += 600
    assert other.open(locator) == locator
    assert failure(first, Open(id=1, locator=locator)) is ErrorCode.LOCATOR_TAKEN


def test_a_locator_that_is_held_is_not_given_to_another_key(scene: Scene) -> None:
    first, other = scene.guest(), scene.guest()
    locator = first.open()
    assert failure(other, Open(id=1, locator=locator)) is ErrorCode.LOCATOR_TAKEN


def test_a_locator_moves_to_the_newest_session_of_its_key(scene: Scene) -> None:
    identity = Identity.new()
    old, new, receiver = scene.guest(identity=identity), scene.guest(identity=identity), scene.guest()
    locator = old.open(ttl=30)
    assert new.open(locator) == locator
    assert old.pushes() == [Lapsed(seq=2, locator=locator, reason="moved")]
    receiver.ask(Knock(id=1, locator=locator))
    assert [type(push) for push in new.pushes()] == [Knocked]
    assert failure(old, Shut(id=1, locator=locator)) is ErrorCode.UNKNOWN_LOCATOR
    scene.wait(30)
    old.acknowledge()
    assert old.pushes() == []


def test_opening_the_same_locator_again_sets_its_time_anew(scene: Scene) -> None:
    guest = scene.guest()
    locator = guest.open(ttl=30)
    scene.now += 20
    assert guest.open(locator, ttl=30) == locator
    scene.wait(20)
    assert guest.pushes() == []
    scene.wait(10)
    assert guest.pushes() == [Lapsed(seq=3, locator=locator, reason="expired")]


def test_a_locator_survives_a_restart_if_it_is_free(scene: Scene) -> None:
    assert scene.guest().open("4711") == "4711"


def test_a_shut_code_does_not_lapse_later(scene: Scene) -> None:
    guest = scene.guest()
    guest.ask(Shut(id=1, locator=guest.open(ttl=30)))
    scene.wait(30)
    assert guest.pushes() == []


def test_a_session_holds_only_so_many_codes() -> None:
    guest = Scene(Policy(locators_per_session=2)).guest()
    first = guest.open()
    guest.open()
    assert failure(guest, Open(id=1)) is ErrorCode.TOO_MANY
    assert guest.open(first) == first
    guest.ask(Shut(id=1, locator=first))
    guest.open()


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


def test_opening_is_limited_by_address_and_not_by_session() -> None:
    scene = Scene(Policy(open_rate=2))
    first, second, elsewhere = scene.guest("a"), scene.guest("a"), scene.guest("b")
    first.open()
    second.open()
    assert failure(second, Open(id=1)) is ErrorCode.RATE_LIMITED
    elsewhere.open()
    scene.wait(30)
    second.open()


def test_looking_for_codes_costs_more_than_finding_them() -> None:
    scene = Scene(Policy(knock_rate=30))
    sender, receiver, guesser, neighbour = (scene.guest(name) for name in ("a", "b", "c", "c"))
    locator = sender.open()
    for _ in range(30):
        assert isinstance(receiver.ask(Knock(id=1, locator=locator)), Met)
    for _ in range(30 // MISS_COST):
        assert failure(guesser, Knock(id=1, locator="9999999")) is ErrorCode.UNKNOWN_LOCATOR
    assert failure(guesser, Knock(id=1, locator=locator)) is ErrorCode.RATE_LIMITED
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
    assert failure(guesser, Knock(id=1, locator=locator)) is ErrorCode.RATE_LIMITED


def test_one_knock_is_given_back_once() -> None:
    scene = Scene(Policy(knock_rate=2))
    sender, receiver = scene.guest("a"), scene.guest("b")
    locator = sender.open()
    receiver.ask(Knock(id=1, locator=locator))
    talk(sender, receiver, locator, 3 * PROVEN_BODIES)
    assert isinstance(receiver.ask(Knock(id=1, locator=locator)), Met)
    assert failure(receiver, Knock(id=1, locator=locator)) is ErrorCode.RATE_LIMITED


def test_nobody_can_knock_at_a_code_of_their_own_session(scene: Scene) -> None:
    guest = scene.guest()
    assert failure(guest, Knock(id=1, locator=guest.open())) is ErrorCode.BAD_MESSAGE
    other_tab = scene.guest(identity=guest.identity)
    assert isinstance(other_tab.ask(Knock(id=1, locator=guest.open())), Met)


def test_signals_reach_the_other_member_only(scene: Scene) -> None:
    sender, receiver, stranger = scene.guest(), scene.guest(), scene.guest()
    pair = meet(sender, receiver)
    assert isinstance(sender.ask(Signal(id=1, pair=pair, body="ab")), Ok)
    assert isinstance(receiver.ask(Signal(id=1, pair=pair, body="cd")), Ok)
    assert receiver.pushes() == [Signaled(seq=2, pair=pair, body="ab")]
    assert sender.pushes() == [Signaled(seq=4, pair=pair, body="cd")]
    assert stranger.pushes() == []


@pytest.mark.parametrize("request_type", [Signal, Leave, Report, Renew])
def test_membership_is_checked_on_everything(scene: Scene, request_type: type) -> None:
    sender, receiver, stranger = scene.guest(), scene.guest(), scene.guest()
    pair = meet(sender, receiver)
    more = {"Signal": {"body": "x"}, "Report": {"outcome": "direct"}}.get(request_type.__name__, {})
    assert failure(stranger, request_type(id=1, pair=pair, **more)) is ErrorCode.UNKNOWN_PAIR
    assert failure(stranger, request_type(id=1, pair="made-up", **more)) is ErrorCode.UNKNOWN_PAIR
    assert sender.pushes() == []
    assert receiver.pushes() == []


def test_a_pair_ends_once_for_both(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    pair = meet(sender, receiver)
    assert isinstance(sender.ask(Leave(id=1, pair=pair, reason="done")), Ok)
    assert receiver.pushes() == [Left(seq=2, pair=pair, reason="done")]
    for guest in (sender, receiver):
        assert failure(guest, Signal(id=1, pair=pair, body="x")) is ErrorCode.PEER_GONE
        assert isinstance(guest.ask(Leave(id=1, pair=pair)), Ok)
        assert isinstance(guest.ask(Report(id=1, pair=pair, outcome="direct")), Ok)
    assert sender.pushes() == []
    assert scene.counts[Tally.REPORTS, "direct"] == 2


def test_ended_pairs_are_forgotten_in_the_end(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    pairs = []
    for _ in range(66):
        pairs.append(meet(sender, receiver))
        receiver.ask(Leave(id=1, pair=pairs[-1]))
    assert failure(receiver, Leave(id=1, pair=pairs[0])) is ErrorCode.UNKNOWN_PAIR
    assert isinstance(receiver.ask(Leave(id=1, pair=pairs[-1])), Ok)


def test_a_report_tells_when_each_phase_ended(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    pair = meet(sender, receiver)
    sender.ask(Report(id=1, pair=pair, outcome="direct", phases=Phases(gathered=0.25, opened=1)))
    receiver.ask(Report(id=1, pair=pair, outcome="direct"))
    assert scene.observed == [Observe("gathered", 0.25), Observe("opened", 1)]


def test_a_made_up_time_counts_as_a_long_one(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    pair = meet(sender, receiver)
    sender.ask(Report(id=1, pair=pair, outcome="punched", phases=Phases(**dict.fromkeys(PHASES, 31_536_000))))
    assert scene.observed == [Observe(phase, SLOWEST_S) for phase in PHASES]


def test_what_is_no_time_is_no_report(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    pair = meet(sender, receiver)
    assert failure(sender, Report(id=1, pair=pair, outcome="direct", phases=Phases(opened=-1))) == "bad-message"
    assert failure(sender, Report(id=1, pair=pair, outcome="direct", phases=Phases(opened=1e300))) == "bad-message"
    assert scene.observed == []


def test_reports_that_nobody_knows_count_as_other(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    pair = meet(sender, receiver)
    for outcome in ("punched", "made-up", ""):
        sender.ask(Report(id=1, pair=pair, outcome=outcome))
    assert scene.counts[Tally.REPORTS, "punched"] == 1
    assert scene.counts[Tally.REPORTS, "other"] == 2


def test_a_full_table_says_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.guest().open("5")
    guest = scene.guest()
    monkeypatch.setattr(scene.random, "randbytes", lambda n: bytes(n - 1) + b"\x04")
    object.__setattr__(scene.hub.sessions.rendezvous, "entropy", scene.random.randbytes)
    assert failure(guest, Open(id=1)) is ErrorCode.LOCATOR_TAKEN


def test_everything_is_counted(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    meet(sender, receiver)
    shut = sender.open()
    sender.ask(Shut(id=1, locator=shut))
    totals = run(scene.hub.sessions.engine.totals(scene.now))
    assert (totals.locators, totals.reserved, totals.pairs) == (1, 1, 1)


def told(session: Session, pair: str, member: str) -> Relaying:
    return Relaying((IceServer(urls=("turn:relay",), username=f"{pair}/{member}"),), f"ticket of {member}", 60.0)


def test_relays_are_renewed_for_each_member_as_at_the_meeting() -> None:
    scene = Scene(relays=told)
    sender, receiver = scene.guest(), scene.guest()
    pair = meet(sender, receiver)
    for guest, member in ((sender, "b"), (receiver, "a")):
        renewed = guest.ask(Renew(id=1, pair=pair))
        assert isinstance(renewed, Renewed)
        assert (renewed.pair, renewed.relay, renewed.ttl) == (pair, f"ticket of {member}", 60.0)
        assert [each.username for each in renewed.ice] == [f"{pair}/{member}"]


def test_relays_are_renewed_only_so_often() -> None:
    scene = Scene(relays=told)
    sender, receiver = scene.guest(), scene.guest()
    pair = meet(sender, receiver)
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
    pair = meet(sender, receiver)
    assert failure(stranger, Renew(id=1, pair=pair)) == ErrorCode.UNKNOWN_PAIR
    receiver.ask(Leave(id=1, pair=pair))
    for guest in (sender, receiver):
        assert failure(guest, Renew(id=1, pair=pair)) == ErrorCode.PEER_GONE
