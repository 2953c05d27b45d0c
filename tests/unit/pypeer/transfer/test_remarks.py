"""What a person is told of what is received."""

from pypeer.protocol.messages import Entry
from pypeer.transfer.remarks import left_as_they_are, renamed

ENTRIES = [Entry(path="d", folder=True), *(Entry(path=f"d/{name}", size=1) for name in ("a:", "b", "c?", "d|", "e*"))]
PATHS = ["d", "d/a_", "d/b", "d/c_", "d/d_", "d/e_"]


def test_files_that_are_here_already() -> None:
    assert left_as_they_are(ENTRIES, frozenset(), 5) is None
    assert left_as_they_are(ENTRIES, frozenset({0}), 5) is None, "a folder is no file"
    told = "left as they are, because they are here already: 2 of 5 files"
    assert left_as_they_are(ENTRIES, frozenset({0, 1, 2}), 5) == told


def test_names_that_had_to_be_changed() -> None:
    told = "names that not every system can hold were changed: "
    some = [f"'{name}' is '{name[:-1]}_'" for name in ("d/a:", "d/c?", "d/d|")]
    assert renamed(ENTRIES, PATHS, frozenset()) == f"{told}{', '.join(some)} and 1 more"
    assert renamed(ENTRIES, PATHS, frozenset({5})) == f"{told}{', '.join(some)}"
    assert renamed(ENTRIES, PATHS, frozenset({1, 3, 4})) == f"{told}'d/e*' is 'd/e_'"
    assert renamed(ENTRIES, PATHS, frozenset({1, 3, 4, 5})) is None


def test_a_text_has_no_name() -> None:
    assert renamed([Entry(path="text", size=1)], [], frozenset()) is None
