"""When there is no way, and which one is missing."""

from pypeer.errors import ConnectError
from pypeer.no_way import BEGUN_S, SERVER_S, Forsaken, cut_off, gone


def test_the_three_ends_have_codes_of_their_own() -> None:
    assert [error.code for error in (ConnectError("no way"), gone(), cut_off(has_begun=False))] == [
        "no-path",
        "peer-gone",
        "server-gone",
    ]
    assert all(error.retry for error in (ConnectError("no way"), gone(), cut_off(has_begun=False)))


def test_without_a_link_and_a_server_it_is_given_up_after_a_while() -> None:
    forsaken = Forsaken()
    assert not forsaken.seen(False, False, 100)
    assert not forsaken.seen(False, False, 99.9 + SERVER_S)
    assert forsaken.seen(False, False, 100 + SERVER_S)


def test_a_link_or_the_server_gives_hope_again() -> None:
    for linked, reachable in ((True, False), (False, True)):
        forsaken = Forsaken()
        forsaken.seen(False, False, 100)
        assert not forsaken.seen(linked, reachable, 100 + SERVER_S)
        assert not forsaken.seen(False, False, 101 + SERVER_S)


def test_who_had_a_link_waits_longer_for_another() -> None:
    forsaken = Forsaken()
    assert not forsaken.seen(True, False, 0)
    assert not forsaken.seen(False, False, 100)
    assert not forsaken.seen(False, False, 99.9 + BEGUN_S)
    assert forsaken.seen(False, False, 100 + BEGUN_S)


def test_what_had_begun_is_said_to_be_kept() -> None:
    assert "goes on where it stopped" in str(cut_off(has_begun=True))
    assert cut_off(has_begun=True).code == "server-gone"
