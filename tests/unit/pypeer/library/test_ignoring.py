"""What of a folder is never published unless its owner says so."""

import json

import pytest

from pypeer.errors import ChoiceError
from pypeer.library.ignoring import Ignored
from tests.vectors import make_ignoring


@pytest.mark.parametrize(
    "path",
    [
        ".git/",
        "code/.git/",
        ".env",
        "a/.ssh/",
        "id_ed25519",
        "backup/id_rsa.old",
        "server.PEM",
        "tls/private.key",
        "film.mkv.part",
        "x.crdownload",
        "Thumbs.db",
        "notes.txt~",
        "~$letter.docx",
        "System Volume Information/",
        "wallet.dat",
    ],
)
def test_is_left_out(path: str) -> None:
    assert Ignored().leaves_out(path.rstrip("/"), path.endswith("/"))


@pytest.mark.parametrize("path", ["a.txt", "music/Keys.mp3", "id_card.jpg", "a.b/c", "partial/a", "monkey", "keys/"])
def test_is_published(path: str) -> None:
    assert not Ignored().leaves_out(path.rstrip("/"), path.endswith("/"))


def test_own_patterns_add_and_take_back() -> None:
    ignored = Ignored(["*.raw", "/private/", "!server.pem"])
    assert ignored.leaves_out("deep/in/a.raw", False)
    assert ignored.leaves_out("private", True)
    assert not ignored.leaves_out("private", False)
    assert not ignored.leaves_out("photos/private", True)
    assert not ignored.leaves_out("server.pem", False)


def test_the_name_of_the_folder_that_was_named_does_not_matter() -> None:
    assert not Ignored().below(".config/a.txt", False)
    assert Ignored().below(".config/.a.txt", False)


def test_what_is_no_pattern_is_refused() -> None:
    with pytest.raises(ChoiceError):
        Ignored(["!"])


def test_vectors_are_what_this_implementation_makes() -> None:
    assert json.loads(make_ignoring.FILE.read_text("utf-8")) == make_ignoring.build()
