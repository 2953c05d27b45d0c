"""What contacts are called, and who is meant."""

import pytest

from pypeer.contacts.contact import Contact
from pypeer.contacts.naming import NAME_CHARS, clean, imitated, named, unique
from pypeer.contacts.standing import Standing
from pypeer.errors import AbsentError, AmbiguousError
from pypeer.identity import Identity


def contact(number: int, name: str = "") -> Contact:
    key = Identity.from_seed(bytes([number]) * 32).key
    known = Contact(key, bytes(32), name, Standing.MET, 1.0, 1.0)
    return known if name else Contact(key, bytes(32), known.short, Standing.MET, 1.0, 1.0)


BOB, ADA, NOBODY = contact(1, "Bob"), contact(2, "Ada Lovelace"), contact(3)
ALL = [BOB, ADA, NOBODY]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  Bob\tof  accounting\n", "Bob_of accounting_"),
        ("Bob\u202e", "Bob_"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("x" * 80, "x" * NAME_CHARS),
        ("   ", ""),
    ],
)
def test_a_name_is_one_line_that_hides_nothing(text: str, name: str) -> None:
    assert clean(text) == name


def test_no_two_have_one_name_or_the_words_of_another() -> None:
    assert unique("Carl", "Two Words", ALL) == "Carl"
    assert unique("", "Two Words", ALL) == "Two Words"
    assert unique("BOB", "Two Words", ALL) == "BOB 2"
    assert unique("bob", "Two Words", [*ALL, contact(4, "Bob 2")]) == "bob 3"
    assert unique(BOB.short.upper(), "Two Words", ALL) == f"{BOB.short.upper()} 2"
    long = "x" * NAME_CHARS
    assert unique(long, "Two Words", [contact(4, long)]) == "x" * (NAME_CHARS - 2) + " 2"


def test_who_is_meant_by_id_name_and_two_words() -> None:
    for who in (
        ADA.peer,
        "Ada Lovelace",
        "ada-lovelace",
        " ADA  lovelace ",
        ADA.short,
        ADA.short.lower().replace(" ", "-"),
    ):
        assert named(ALL, who) is ADA
    assert named(ALL, NOBODY.short) is NOBODY
    with pytest.raises(AbsentError, match="'Carl'"):
        named(ALL, "Carl")


def test_two_words_that_several_have_need_the_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pypeer.contacts.contact.short_name", lambda _peer: "Amber River")
    with pytest.raises(AmbiguousError) as caught:
        named(ALL, "amber river")
    assert BOB.peer in str(caught.value)
    assert ADA.peer in str(caught.value)


def test_names_that_look_like_others_are_marked() -> None:
    fake = contact(4, "B\u043eb")
    words = contact(
        5, BOB.short.replace("o", "\u043e").replace("i", "\u0456").replace("e", "\u0435").replace("a", "\u0430")
    )
    assert words.name != BOB.short
    everybody = [*ALL, fake, words]
    assert imitated(fake, everybody) == ("Bob",)
    assert imitated(BOB, everybody) == ("B\u043eb",)
    assert imitated(words, everybody) == ("Bob",)
    assert imitated(ADA, everybody) == ()
