"""What is remembered of pairs."""

from signaling.relay import known
from signaling.relay.known import Known


def test_addresses_by_pair_and_the_oldest_are_forgotten() -> None:
    some = Known()
    some.add("pair", "192.0.2.1")
    some.add("pair", "192.0.2.2")
    assert set(some.of("pair")) == {"192.0.2.1", "192.0.2.2"}
    assert not some.of("other")
    for n in range(known.PAIRS):
        some.add(str(n), "192.0.2.3")
    assert not some.of("pair")
    assert some.of("0")
