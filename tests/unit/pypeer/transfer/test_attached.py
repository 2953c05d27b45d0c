"""The links of a session, by number and by source."""

import pytest

from pypeer.links.link import Path, Scope
from pypeer.transfer.attached import Attached, cost
from tests.support.memory_link import MemoryLink


def test_links_of_several_sources() -> None:
    links = Attached()
    first, second, other, stranger = (MemoryLink() for _ in range(4))
    assert [links.add(first, 0), links.add(second, 0), links.add(other, 7)] == [0, 1, 2]
    assert [links.number(each) for each in (first, second, other, stranger)] == [0, 1, 2, None]
    assert [links.source(number) for number in links] == [0, 0, 7]
    assert (links.beside(first, 0), links.beside(None, 0), links.beside(first, 7)) == ([1], [0, 1], [2])
    links.remove(2)
    assert (links.has(0), links.has(7), links.number(other)) == (True, False, None)
    assert links.add(other, 7) == 3, "what comes late of the link before is not taken for something of this one"
    assert links[3] is other


@pytest.mark.parametrize(
    ("way", "scope", "expected"),
    [
        ("direct", Scope.MACHINE, 0),
        ("punched", Scope.INTERNET, 0),
        ("turn-udp", Scope.RELAY, 1),
        ("websocket", Scope.RELAY, 2),
    ],
)
def test_what_a_path_costs(way: str, scope: Scope, expected: int) -> None:
    assert cost(Path(way, scope, "", "")) == expected
