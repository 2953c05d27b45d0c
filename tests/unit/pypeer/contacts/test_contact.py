"""What a contact may do, with which secret it is called, and what an inbox does with its calls."""

import pytest

from pypeer.contacts.contact import Contact
from pypeer.contacts.policy import Accept, Verdict, verdict
from pypeer.contacts.standing import TRANSITIONS, Change, Standing
from pypeer.identity import Identity
from pypeer.secure.contact import call_token, call_tokens

KEY = Identity.from_seed(bytes(32)).key
OTHER = Identity.from_seed(b"\x01" * 32).key


def contact(standing: Standing = Standing.MET, before: bytes | None = None) -> Contact:
    return Contact(KEY, b"s" * 32, "Bob", standing, 1.0, 2.0, before)


def test_every_change_has_an_outcome_that_our_person_wants() -> None:
    assert set(TRANSITIONS) == {(standing, change) for standing in Standing for change in Change}
    assert contact().changed(Change.ADD).standing is Standing.ASK
    assert contact(Standing.ALWAYS).changed(Change.ADD).standing is Standing.ALWAYS
    assert contact(Standing.BLOCKED).changed(Change.ADD).standing is Standing.BLOCKED, "a block is not taken back so"
    for standing in Standing:
        assert contact(standing).changed(Change.BLOCK).standing is Standing.BLOCKED
        assert contact(standing).changed(Change.ALLOW).standing is Standing.ALWAYS
        assert contact(standing).changed(Change.ASK).standing is Standing.ASK


def test_only_contacts_may_call() -> None:
    assert [each for each in Standing if contact(each).may_call] == [Standing.ASK, Standing.ALWAYS]


def test_a_new_secret_is_tried_first_until_both_have_it() -> None:
    again = contact().met_again(b"t" * 32, 5.0)
    assert again.secrets == (b"t" * 32, b"s" * 32)
    assert (again.met, again.seen) == (5.0, 5.0)
    assert list(call_tokens(again.secrets, OTHER).items()) == [
        (call_token(b"t" * 32, OTHER), b"t" * 32),
        (call_token(b"s" * 32, OTHER), b"s" * 32),
    ]
    assert again.called(b"s" * 32, 6.0).secrets == again.secrets, "the other side may not have the new one"
    assert again.called(b"t" * 32, 6.0).secrets == (b"t" * 32,)
    assert again.called(b"t" * 32, 6.0).seen == 6.0


def test_of_several_meetings_the_last_and_the_one_before_all_of_them_count() -> None:
    often = contact().met_again(b"t" * 32, 5.0).met_again(b"u" * 32, 6.0)
    assert often.secrets == (b"u" * 32, b"s" * 32)


def test_it_is_shown_without_its_secret() -> None:
    assert repr(contact()) == f"<Contact 'Bob' {contact().short} MET>"
    assert contact().peer == Identity.from_seed(bytes(32)).id


@pytest.mark.parametrize(
    ("standing", "accept", "expected"),
    [
        (Standing.MET, Accept.CONTACTS, Verdict.DECLINE),
        (Standing.BLOCKED, Accept.CONTACTS, Verdict.DECLINE),
        (Standing.ASK, Accept.ALWAYS, Verdict.DECLINE),
        (Standing.ASK, Accept.ASK, Verdict.ASK),
        (Standing.ASK, Accept.CONTACTS, Verdict.TAKE),
        (Standing.ALWAYS, Accept.ALWAYS, Verdict.TAKE),
        (Standing.ALWAYS, Accept.ASK, Verdict.TAKE),
        (Standing.ALWAYS, Accept.CONTACTS, Verdict.TAKE),
    ],
)
def test_what_an_inbox_does_with_a_call(standing: Standing, accept: Accept, expected: Verdict) -> None:
    assert verdict(standing, accept) is expected
