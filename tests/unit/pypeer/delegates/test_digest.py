"""The digest of a manifest, and the vectors of delegations that the page reads, too."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.delegates.digest import digest
from pypeer.protocol.messages import Entry
from pypeer.transfer.names import ManifestError
from tests.vectors import make_delegations

FILES = st.builds(
    lambda path, size, root: Entry(path=path, size=size, root=root.hex()),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
    st.integers(1, 2**53 - 1),
    st.binary(min_size=32, max_size=32),
)


def test_the_vectors_are_those_that_this_program_makes() -> None:
    assert make_delegations.build() == json.loads(make_delegations.FILE.read_text("utf-8"))


@given(st.lists(FILES, max_size=4), st.lists(FILES, max_size=4))
def test_what_differs_has_another_digest(one: list[Entry], other: list[Entry]) -> None:
    assert (digest(one) == digest(other)) is (one == other)


def test_a_text_is_no_file_and_a_folder_no_empty_file() -> None:
    file, folder, program = Entry(path="a"), Entry(path="a", folder=True), Entry(path="a", exec=True)
    assert len({digest([file]), digest([folder]), digest([file], text=True), digest([program])}) == 4


def test_a_file_without_a_root_has_none() -> None:
    with pytest.raises(ManifestError):
        digest([Entry(path="a", size=1)])
